/** The runtime in a real Chromium: the same bits as in Deno and Node, for all operator cases. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

Deno.test("Chromium, Deno and Node give the committed digests in one run", async () => {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    cwd: ROOT,
    args: ["run", "-A", "scripts/verify_runtime.ts", "--json"],
  }).output();
  const text = new TextDecoder().decode(stdout);
  const last = JSON.parse(text.trimEnd().split("\n").at(-1)!);
  const { ok, engines, differences } = last;
  assert.ok(success && ok, `${text}${new TextDecoder().decode(stderr)}`);
  assert.deepEqual(differences, []);
  assert.deepEqual(engines.map((engine: string) => engine.split(" ")[0]), [
    "deno",
    "node",
    "chromium",
  ]);
});
