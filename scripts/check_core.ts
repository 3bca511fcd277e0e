/**
 * Type-checks core/ as a browser's worker sees it: without Deno and without a DOM. Tests and their helpers are left
 * out, since they run in Deno alone.
 */
import { fileURLToPath } from "node:url";
import { sources } from "./lib/sources.ts";

const ROOT = new URL("../", import.meta.url);

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
  const { code } = await new Deno.Command(Deno.execPath(), {
    args: ["check", "--config", fileURLToPath(file), ...await sources(["core"])],
    stdout: "inherit",
    stderr: "inherit",
  }).output();
  Deno.exitCode = code;
} finally {
  await Deno.remove(file);
}
