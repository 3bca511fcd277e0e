/** Tries what a model must not be able to do; names what worked. */
const TRIES: Record<string, () => unknown> = {
  net: () => Deno.connect({ hostname: "127.0.0.1", port: 8000 }),
  listen: () => Deno.listen({ hostname: "127.0.0.1", port: 0 }).close(),
  fetch: () => fetch("http://127.0.0.1:8000/"),
  env: () => Deno.env.get("DEML_PRIVATE_KEY"),
  write: () => Deno.writeTextFile("written-by-a-model", "x"),
  run: () => new Deno.Command(Deno.execPath()).output(),
  hostname: () => Deno.hostname(),
  passwords: () => Deno.readTextFile("/etc/passwd"),
  settings: () => Deno.readTextFile(new URL("../../../deno.json", import.meta.url)),
  code: () => Deno.readTextFile(new URL(import.meta.url)),
};

/** Names of what is not refused, with commas between them. */
export async function allowed(): Promise<string> {
  const names: string[] = [];
  for (const [name, attempt] of Object.entries(TRIES)) {
    try {
      await attempt();
      names.push(name);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotCapable)) names.push(`${name}: ${error}`);
    }
  }
  return `allowed: ${names.join(", ")}`;
}
