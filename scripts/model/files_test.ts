import assert from "node:assert/strict";
import { readModelFiles } from "./files.ts";
import { loadModel } from "./load.ts";

const FIXTURES = new URL("../../core/model/packing/testdata/", import.meta.url).pathname;

async function folderOf(names: string[]): Promise<string> {
  const folder = await Deno.makeTempDir();
  for (const name of names) await Deno.writeTextFile(`${folder}/${name}`, name);
  return folder;
}

async function namesOf(paths: string[]): Promise<string[]> {
  return (await readModelFiles(paths)).map(({ name }) => name).sort();
}

Deno.test("readModelFiles() finds the data beside an .onnx file and the shards beside a model.json", async () => {
  assert.deepEqual(await namesOf([`${FIXTURES}torch_default.onnx`]), [
    "torch_default.onnx",
    "torch_default.onnx.data",
  ]);
  const shards = ["a-shard1of1", "model.json", "w.bin"];
  const folder = await folderOf([...shards, "notes.txt", "other.onnx", ".hidden.json"]);
  assert.deepEqual(await namesOf([`${folder}/model.json`]), shards);
  assert.deepEqual(await namesOf([folder]), [...shards.slice(0, 2), "other.onnx", "w.bin"]);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("readModelFiles() says what is missing", async () => {
  const folder = await folderOf(["notes.txt"]);
  await assert.rejects(readModelFiles([folder]), /expected a model in this folder/);
  await assert.rejects(readModelFiles([`${folder}/none.onnx`]), /expected a file or folder/);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("loadModel() refuses PyTorch's and scikit-learn's own files with the way to export", async () => {
  const folder = await folderOf(["net.pt", "net.pth", "net.pkl", "net.joblib"]);
  for (const name of ["net.pt", "net.pth", "net.pkl", "net.joblib"]) {
    await assert.rejects(loadModel([`${folder}/${name}`]), (error) => {
      assert.ok(error instanceof Error && error.name === "ConversionError", String(error));
      assert.match(error.message, new RegExp(`"${name}".*(torch.onnx.export|skl2onnx)`));
      return true;
    });
  }
  await Deno.remove(folder, { recursive: true });
});
