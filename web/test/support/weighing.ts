/** Choosing a model and its weights on the site, in any format; what the page finds compared with what Deno finds. */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { loadDataset } from "../../../core/dataset/dataset.ts";
import { evaluate } from "../../../core/evaluate/evaluate.ts";
import { startRuntime } from "../../../core/evaluate/runtime.ts";
import { parseCid } from "../../../core/ipfs/cid.ts";
import { cat } from "../../../core/ipfs/read.ts";
import { formatBytes, formatScore } from "../../src/parts/format.ts";
import { nameOf } from "../../src/parts/weights_text.ts";
import { prepare, type Prepared } from "../../src/work/prepare.ts";
import { externalPair, kerasFile, type NamedFile, tfjsSet } from "./model_sets.ts";
import type { World } from "./world.ts";

/** Chooses files as a user does. */
export async function chooseFiles({ page }: World, files: readonly NamedFile[]): Promise<void> {
  await page.getByLabel("Choose the model's files").setInputFiles(
    files.map(({ name, bytes }) => ({
      name,
      mimeType: "application/octet-stream",
      buffer: Buffer.from(bytes),
    })),
  );
}

/** Chooses the precision of the weights and goes on to the cost. */
export async function chooseWeights({ page }: World, name: string): Promise<void> {
  await page.getByRole("radio", { name, exact: true }).check();
  await page.getByRole("button", { name: `Continue with ${name}` }).click();
}

/** What Deno makes of the same files. */
export function preparedHere({ data }: World, files: readonly NamedFile[]): Promise<Prepared> {
  return prepare({ files: [...files], manifest: data.manifest }, { progress() {} });
}

/** Models of every format: sizes and scores in the table are those that Deno finds. */
export async function weighModels(
  world: World,
  step: (name: string, work: () => Promise<void>) => Promise<void>,
): Promise<void> {
  const { page, witness } = world;
  const table = page.getByRole("radiogroup", { name: "Precision of the weights" });

  async function again(): Promise<void> {
    await page.getByRole("button", { name: "Choose another model" }).click();
  }

  await step("takes a Keras file: sizes and scores are those that Deno finds", async () => {
    const files = [await kerasFile()];
    await chooseFiles(world, files);
    await table.waitFor();
    await page.getByRole("radio", { name: "int8", exact: true, checked: true }).waitFor();
    await page.getByText(/miners find them, on the test set \(all [\d,]+ rows\). Miners find/)
      .waitFor();
    const { candidates } = await preparedHere(world, files);
    assert.equal(await table.getByRole("radio").count(), candidates.length);
    for (const { precision, packed } of candidates) {
      const name = new RegExp(`^${nameOf(precision)} ${formatBytes(packed.length)} `);
      await table.getByRole("row", { name }).waitFor();
    }
    for (const i of [0, 2]) {
      const { precision, packed } = candidates[i]!;
      const score = formatScore(await scoreHere(world, packed));
      await table.getByRole("row", { name: new RegExp(`^${precision} .* ${score}$`) }).waitFor();
    }
    await page.getByText(/^Scoring, /).waitFor({ state: "detached" });
    await page.getByText("What is in the model").click();
    await page.getByText("2,674").waitFor();
    await page.getByRole("row", { name: /^Conv 100 × 4 × 8 × 8 640,000$/ }).waitFor();
    await witness.look("weights");
  });

  await step("the keyboard is enough to choose", async () => {
    await page.getByRole("radio", { checked: true }).focus();
    await page.getByRole("radio", { name: "int8", exact: true }).focus();
    await page.keyboard.press("ArrowUp");
    await page.getByRole("radio", { name: "float16", exact: true, checked: true }).waitFor();
    await page.getByRole("button", { name: "Continue with float16" }).focus();
    await page.keyboard.press("Enter");
    await page.getByText("with float16 weights").waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("radio", { name: "float16", exact: true, checked: true }).waitFor();
    await again();
  });

  await step("takes an ONNX file with its data, and a TensorFlow.js set", async () => {
    for (const files of [externalPair({ hidden: 3 }), tfjsSet()]) {
      await chooseFiles(world, files);
      await table.waitFor();
      const { candidates: [exact] } = await preparedHere(world, files);
      const name = new RegExp(`^float32 ${formatBytes(exact!.packed.length)} `);
      await table.getByRole("row", { name }).waitFor();
      await page.getByRole("button", { name: "Stop scoring" }).click();
      await page.getByRole("button", { name: "Score the rest" }).waitFor();
      await again();
    }
    await chooseFiles(world, externalPair({ hidden: 3 }).slice(0, 1));
    await page.getByText(/the file "external.onnx.data".*give both files together/).waitFor();
  });
}

async function scoreHere({ data: { url, manifest } }: World, packed: Uint8Array): Promise<number> {
  const dataset = await loadDataset(manifest, {
    part: "test",
    read: (cid, maxBytes) => cat(parseCid(cid), { gateways: [url], maxBytes }),
  });
  const wasm = import.meta.resolve("onnxruntime-web/ort-wasm-simd-threaded.wasm");
  const runtime = await startRuntime(await Deno.readFile(new URL(wasm)));
  const outcome = await evaluate(packed, dataset, { runtime });
  assert.ok("score" in outcome, JSON.stringify(outcome));
  return outcome.score;
}
