/** Running the tools of the toolchain (Hardhat, Vite) with this Deno, whatever started it. */

const ROOT = new URL("../../", import.meta.url);

/** npm packages whose commands the tasks run, at the versions of deno.json. */
const TOOLS = { hardhat: "npm:hardhat@3.17.0", vite: "npm:vite@8.3.8" };

/** A command that runs one of the tools in the repository's root. */
export function tool(
  name: keyof typeof TOOLS,
  args: string[],
  options: Deno.CommandOptions = {},
): Deno.Command {
  return new Deno.Command(Deno.execPath(), {
    cwd: ROOT,
    ...options,
    args: ["run", "-A", TOOLS[name], ...args],
  });
}

/** Runs a tool to its end. Throws an Error with its output if it fails. */
export async function run(name: keyof typeof TOOLS, args: string[]): Promise<string> {
  const { success, code, stdout, stderr } = await tool(name, args).output();
  const text = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  if (!success) throw new Error(`${name} ${args.join(" ")} ended with code ${code}:\n${text}`);
  return text;
}
