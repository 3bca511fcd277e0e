/** The three tasks on models, as they are called. */
import assert from "node:assert/strict";

const ROOT = new URL("../", import.meta.url);
const MODELS = new URL("../core/model/packing/testdata/", import.meta.url).pathname;

/** Six rows of iris, two of each kind, all of which the fixtures' model knows. */
const IRIS = "a,b,c,d,label\n5.1,3.5,1.4,0.2,0\n4.9,3,1.4,0.2,0\n7,3.2,4.7,1.4,1\n" +
  "6.4,3.2,4.5,1.5,1\n6.3,3.3,6,2.5,2\n5.8,2.7,5.1,1.9,2\n";

interface Ran {
  code: number;
  /** The last line, from JSON. */
  last: Record<string, unknown>;
  text: string;
}

async function task(name: string, args: string[], cwd: string): Promise<Ran> {
  const script = new URL(`scripts/model_${name}.ts`, ROOT).pathname;
  const command = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", script, ...args, "--json"],
    cwd,
    stdout: "piped",
    stderr: "piped",
  });
  const { code, stdout, stderr } = await command.output();
  const text = new TextDecoder().decode(stdout);
  const last = text.trim().split("\n").at(-1) ?? "";
  assert.match(last, /^\{.*\}$/, `${text}\n${new TextDecoder().decode(stderr)}`);
  return { code, last: JSON.parse(last), text };
}

async function withFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${folder}/iris`);
    await Deno.writeTextFile(`${folder}/iris/iris.csv`, IRIS);
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("model:score scores int64 labels of scikit-learn's exporter, with and without ZipMap", async () => {
  await withFolder(async (folder) => {
    for (const name of ["iris_labels", "iris_zipmap"]) {
      const { code, last } = await task(
        "score",
        [`${MODELS}${name}.onnx`, "--data", "iris"],
        folder,
      );
      assert.equal(code, 0);
      assert.deepEqual(Object.keys(last), ["score", "rows", "packedBytes"]);
      assert.deepEqual([last["score"], last["rows"]], [100_000, 6]);
      assert.ok(Number(last["packedBytes"]) < 350);
    }
  });
});

Deno.test("model:score gives the verdict and code 1 for what would score 0", async () => {
  await withFolder(async (folder) => {
    await Deno.writeFile(`${folder}/net.pt`, Uint8Array.of(1, 2, 3));
    await Deno.copyFile(`${MODELS}torch_default.onnx`, `${folder}/alone.onnx`);
    await Deno.writeFile(`${folder}/cut.packed`, Uint8Array.of(0x78, 0xda, 1));
    const cases: [string, string, RegExp][] = [
      ["net.pt", "not-onnx", /PyTorch.*torch\.onnx\.export/],
      ["alone.onnx", "external-data", /"torch_default.onnx.data".*external_data=False/],
      ["cut.packed", "truncated-stream", /cut off/],
      [`${MODELS}torch_binary.onnx`, "input", /\[N,4\]/],
    ];
    for (const [file, invalid, message] of cases) {
      const { code, last } = await task("score", [file, "--data", "iris"], folder);
      assert.equal(code, 1, file);
      assert.equal(last["invalid"], invalid);
      assert.match(String(last["message"]), message);
    }
  });
});

Deno.test("model:pack writes a packed model that model:score takes", async () => {
  await withFolder(async (folder) => {
    const args = [`${MODELS}iris_zipmap.onnx`, "--data", "iris", "--out", "iris.packed"];
    const { code, last, text } = await task("pack", args, folder);
    assert.equal(code, 0, text);
    assert.equal(last["score"], 100_000);
    const { size } = await Deno.stat(`${folder}/iris.packed`);
    assert.equal(size, last["packedBytes"]);
    const scored = await task("score", ["iris.packed", "--data", "iris"], folder);
    assert.deepEqual(scored.last, { score: 100_000, rows: 6, packedBytes: size });
  });
});

Deno.test("model:pack inlines, opens the batch and quantises PyTorch's default export", async () => {
  await withFolder(async (folder) => {
    const args = [`${MODELS}torch_default.onnx`, "--onnx", "net.onnx"];
    const { last, text } = await task("pack", args, folder);
    assert.match(text, /its batch of 2 now varies/);
    assert.equal(last["precision"], "int8");
    assert.equal(last["file"], "torch_default.packed");
    assert.ok(Number(last["packedBytes"]) < 800, text);
    const onnx = await Deno.readFile(`${folder}/net.onnx`);
    assert.doesNotMatch(new TextDecoder("latin1").decode(onnx), /ada/);
  });
});

Deno.test("model:inspect tells layers and costs, and why a model is not admitted", async () => {
  await withFolder(async (folder) => {
    const { code, last } = await task("inspect", [`${MODELS}torch_binary.onnx`], folder);
    assert.equal(code, 0);
    assert.equal(last["admitted"], true);
    assert.deepEqual(last["operators"], { Gemm: 2, Reshape: 1, Sigmoid: 1, Tanh: 1 });
    assert.equal(last["parameters"], 64 * 8 + 8 + 8 + 1);
    assert.equal(last["macs"], 64 * 8 + 8);
    const other = await task("inspect", [`${MODELS}torch_binary.onnx`, "--data", "iris"], folder);
    assert.equal(other.code, 0);
    assert.equal(other.last["admitted"], false);
    assert.match(JSON.stringify(other.last["refusal"]), /input.*\[N,4\]/);
  });
});
