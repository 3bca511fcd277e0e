/**
 * Type-checks core/ as a browser's worker sees it: without Deno and without a DOM. Tests and their helpers are left
 * out, since they run in Deno alone.
 */

const ROOT = new URL("../", import.meta.url);

/** Source files below a folder that are part of the product. */
async function* sources(folder: URL): AsyncGenerator<string> {
  for await (const entry of Deno.readDir(folder)) {
    if (entry.isDirectory && !entry.name.startsWith("test")) {
      yield* sources(new URL(`${entry.name}/`, folder));
    }
    if (entry.name.endsWith(".ts") && !entry.name.endsWith("_test.ts")) {
      yield new URL(entry.name, folder).pathname;
    }
  }
}

const config = JSON.parse(await Deno.readTextFile(new URL("deno.json", ROOT)));
const file = new URL("deno.core.json", ROOT);
await Deno.writeTextFile(
  file,
  JSON.stringify({
    imports: config.imports,
    lock: false,
    nodeModulesDir: "manual",
    compilerOptions: { ...config.compilerOptions, lib: ["esnext", "webworker"], types: [] },
  }),
);
try {
  const files = await Array.fromAsync(sources(new URL("core/", ROOT)));
  const { code } = await new Deno.Command(Deno.execPath(), {
    args: ["check", "--config", file.pathname, ...files],
    stdout: "inherit",
    stderr: "inherit",
  }).output();
  Deno.exitCode = code;
} finally {
  await Deno.remove(file);
}
