import assert from "node:assert/strict";
import { GOLDEN_DIGEST } from "../core/evaluate/golden.ts";
import { differences, readCommitted } from "./verify_runtime/committed.ts";
import { SELF_TEST } from "./verify_runtime/digests.ts";
import { makeBundle, runNode } from "./verify_runtime/engines.ts";

const A = "a".repeat(64);
const B = "b".repeat(64);

// That Deno gives them is a test of core/evaluate, that Chromium does one of web/test.
Deno.test("Node gives the committed digests for all operator cases, in another order", async () => {
  await using bundle = await makeBundle();
  const run = await runNode(bundle);
  assert.match(run.engine, /^node \d+\.\d+\.\d+$/);
  assert.equal(run.digests[SELF_TEST], GOLDEN_DIGEST);
  const committed = { engine: "committed", digests: await readCommitted() };
  assert.deepEqual(differences([run, committed]), []);
});

Deno.test("runNode() says what Node said when it fails", async () => {
  await using bundle = await makeBundle();
  await Deno.writeTextFile(`${bundle.folder}/ort.mjs`, "throw new Error('no runtime');");
  await assert.rejects(runNode(bundle), /node ended with code 1: [\s\S]*no runtime/);
});

Deno.test("differences() names the case and what each engine found", () => {
  const deno = { engine: "deno", digests: { Conv: A, Gemm: A } };
  assert.deepEqual(differences([deno, { engine: "node", digests: { Gemm: A, Conv: A } }]), []);
  assert.deepEqual(differences([deno, { engine: "node", digests: { Conv: B, Gemm: A } }]), [
    { case: "Conv", found: { deno: A, node: B } },
  ]);
  assert.deepEqual(differences([deno, { engine: "node", digests: { Conv: A } }]), [
    { case: "Gemm", found: { deno: A, node: "none" } },
  ]);
});

Deno.test("differences() counts a case that fails alike everywhere", () => {
  const digests = { Conv: "InvalidModel: no" };
  assert.equal(differences([{ engine: "deno", digests }, { engine: "node", digests }]).length, 1);
});
