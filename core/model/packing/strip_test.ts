import assert from "node:assert/strict";
import { InvalidModel } from "../invalid.ts";
import { graph, model, node, tensor, value } from "../onnx/build.ts";
import { decodeModel, encodeModel, type GraphProto, type ModelProto } from "../onnx/codec.ts";
import { stripModel } from "./strip.ts";
import { fixture, floats, randomModel, ROW, run } from "./testing.ts";

const SHARED = new URL("../../../../shared/models/", import.meta.url);
const LATIN1 = new TextDecoder("latin1");

function net(change: Partial<Parameters<typeof graph>[0]>, opset = 17): ModelProto {
  return model(
    graph({
      inputs: [value("x", ["batch", 4])],
      outputs: [value("y", ["batch", 4])],
      nodes: [],
      ...change,
    }),
    { opset },
  );
}

function operators({ graph }: ModelProto): string {
  return graph!.node.map(({ opType, input, output }) => `${opType}(${input})=${output}`).join(" ");
}

function refuses(call: () => unknown, code: string, message: RegExp): void {
  assert.throws(call, (error) => {
    assert.ok(error instanceof InvalidModel, String(error));
    assert.equal(error.code, code, error.message);
    assert.match(error.message, message);
    return true;
  });
}

Deno.test("stripModel() keeps every bit of the outputs of 10 random models", async () => {
  for (let seed = 1; seed <= 10; seed++) {
    const full = randomModel(seed);
    const stripped = stripModel(full);
    const data = floats(7 * 72, seed);
    const rows = { data, dims: [7, ...ROW] };
    const [a, b] = [await run(full, rows), await run(stripped, rows)];
    assert.deepEqual(b.data, a.data, `seed ${seed}`);
    const [before, after] = [encodeModel(full), encodeModel(stripped)];
    assert.ok(after.length < before.length - 1000, `${after.length} of ${before.length}`);
    assert.deepEqual(encodeModel(stripModel(decodeModel(after))), after, "again changes nothing");
    assert.doesNotMatch(LATIN1.decode(after), /ada|net\.py|stack_trace|Identity|Dropout|Constant/);
  }
});

Deno.test("stripModel() leaves no path and no trace of PyTorch's export", async () => {
  for (const name of ["torch_default", "torch_legacy", "torch_binary"]) {
    const file = decodeModel(await fixture(`${name}.onnx`));
    for (const tensor of file.graph!.initializer) {
      delete tensor.externalData;
      if (tensor.dataLocation === 1) tensor.rawData = new Uint8Array(768);
      delete tensor.dataLocation;
    }
    if (name !== "torch_legacy") assert.match(LATIN1.decode(encodeModel(file)), /\/home\/ada/);
    const text = LATIN1.decode(encodeModel(stripModel(file)));
    assert.doesNotMatch(text, /\/\w{3}|stack_trace|pkg\.|torch|\.py/, name);
  }
});

const haveShared = await Deno.stat(SHARED).then(() => true, () => false);
Deno.test({
  name: `stripModel() on the shared models${haveShared ? "" : " (../shared is missing)"}`,
  ignore: !haveShared,
  fn: async () => {
    const sizes: Record<string, number> = {
      torch_linear: 31_610,
      torch_lenet5: 247_500,
      torch_mlp128: 407_400,
      torch_tiny8k: 38_650,
      sk_logreg: 31_560,
    };
    for (const [name, most] of Object.entries(sizes)) {
      const file = await Deno.readFile(new URL(`${name}.onnx`, SHARED));
      const stripped = encodeModel(stripModel(decodeModel(file)));
      assert.ok(stripped.length < most, `${name}: ${stripped.length}`);
      assert.doesNotMatch(LATIN1.decode(stripped), /\/home\/|stack_trace|site-packages/);
      const data = floats(20 * 784, 1).map(Math.abs);
      const rows = { data, dims: [20, 1, 28, 28] };
      const [a, b] = [await run(decodeModel(file), rows), await run(decodeModel(stripped), rows)];
      assert.deepEqual(b.data, a.data, name);
    }
  },
});

Deno.test("stripModel() drops scikit-learn's ZipMap and keeps labels and probabilities", async () => {
  const [zip, labels] = [await fixture("iris_zipmap.onnx"), await fixture("iris_labels.onnx")];
  const stripped = stripModel(decodeModel(zip));
  assert.match(LATIN1.decode(zip), /ZipMap/);
  assert.doesNotMatch(LATIN1.decode(encodeModel(stripped)), /ZipMap/);
  assert.deepEqual(stripped.graph!.output.map(({ name }) => name), [
    "output_label",
    "probabilities",
  ]);
  const other = stripModel(decodeModel(labels));
  assert.deepEqual(other.opsetImport.map(({ version }) => version), [1, 22], "each opset once");
  const rows = { data: floats(40, 3).map((v) => 3 + 3 * v), dims: [10, 4] };
  for (const [a, b] of [["output_label", "label"], ["probabilities", "probabilities"]] as const) {
    const one = await run(stripped, { ...rows, output: a });
    assert.deepEqual(one.data, (await run(other, { ...rows, output: b })).data);
    assert.equal(one.type, a === "output_label" ? "int64" : "float32");
  }
  const only = stripModel(stripped, { output: "output_label" });
  assert.doesNotMatch(operators(only), /Normalizer/);
});

Deno.test("stripModel() merges equal constants and takes listed ones out of the inputs", () => {
  const w = (name: string) => tensor(name, [4], Float32Array.of(1, 2, 3, 4));
  const file = net({
    inputs: [value("x", ["batch", 4]), value("a", [4])],
    nodes: [node("Add", ["x", "a"], ["s"]), node("Mul", ["s", "b"], ["y"])],
    initializers: [w("a"), w("b"), tensor("c", [2, 2], Float32Array.of(1, 2, 3, 4))],
  });
  const stripped = stripModel({ ...file, irVersion: 3 });
  assert.equal(operators(stripped), "Add(x,0)=1 Mul(1,0)=y");
  assert.equal(stripped.graph!.initializer.length, 1);
  assert.deepEqual(stripped.graph!.input.map(({ name }) => name), ["x"]);
  assert.equal(stripped.irVersion, 4, "the first version in which a constant need not be an input");
});

Deno.test("stripModel() keeps constants apart that differ in shape or type alone", () => {
  const bytes = Float32Array.of(1, 2, 3, 4);
  const file = net({
    nodes: [
      node("Add", ["x", "a"], ["s"]),
      node("MatMul", ["s", "b"], ["t"]),
      node("Cast", ["c"], ["d"], { to: 1 }),
      node("Mul", ["t", "d"], ["y"]),
    ],
    initializers: [
      tensor("a", [4], bytes),
      tensor("b", [4, 1], bytes),
      tensor("c", [4], new Int32Array(bytes.buffer)),
    ],
  });
  assert.equal(stripModel(file).graph!.initializer.length, 3);
});

Deno.test("stripModel() passes Identity and Dropout by, up to inputs and outputs", () => {
  const cases: [string, Partial<GraphProto>["node"] & object, string][] = [
    ["inside", [
      node("Relu", ["x"], ["a"]),
      node("Identity", ["a"], ["b"]),
      node("Dropout", ["b"], ["c", "mask"]),
      node("Tanh", ["c"], ["y"]),
    ], "Relu(x)=0 Tanh(0)=y"],
    ["before the output", [
      node("Relu", ["x"], ["a"]),
      node("Identity", ["a"], ["b"]),
      node("Identity", ["b"], ["y"]),
    ], "Relu(x)=y"],
    ["from input to output", [node("Identity", ["x"], ["y"])], "Identity(x)=y"],
    ["read elsewhere too", [
      node("Relu", ["x"], ["a"]),
      node("Identity", ["a"], ["b"]),
      node("Add", ["a", "b"], ["c"]),
      node("Identity", ["c"], ["y"]),
      node("Neg", ["c"], ["unused"]),
    ], "Relu(x)=0 Add(0,0)=y"],
    ["a mask that is read", [
      node("Dropout", ["x"], ["a", "m"]),
      node("Where", ["m", "a", "x"], ["y"]),
    ], "Dropout(x)=0,1 Where(1,0,x)=y"],
    [
      "training",
      [node("Dropout", ["x", "", "t"], ["a"]), node("Relu", ["a"], ["y"])],
      "Dropout(x,,0)=1 Relu(1)=y",
    ],
  ];
  for (const [what, nodes, expected] of cases) {
    const initializers = [tensor("t", [], Uint8Array.of(1), 9)];
    assert.equal(operators(stripModel(net({ nodes, initializers }))), expected, what);
  }
});

Deno.test("stripModel() keeps two outputs that are the same value", () => {
  const file = net({
    nodes: [
      node("Relu", ["x"], ["a"]),
      node("Identity", ["a"], ["y"]),
      node("Identity", ["a"], ["z"]),
    ],
    outputs: [value("y", ["batch", 4]), value("z", ["batch", 4])],
  });
  assert.equal(operators(stripModel(file)), "Relu(x)=y Identity(y)=z");
});

Deno.test("stripModel() drops only attributes that are defaults", () => {
  const attributes = (node_: ReturnType<typeof node>, opset = 17) =>
    stripModel(net({
      nodes: [node_],
      initializers: [
        tensor("k", [1, 1, 1, 1], Float32Array.of(1)),
        tensor("zero", [2], BigInt64Array.of(0n, -1n)),
        tensor("some", [2], BigInt64Array.of(-1n, 4n)),
      ],
    }, opset)).graph!.node[0]!.attribute.map(({ name }) => name).join();
  const conv = (change: object) =>
    node("Conv", ["x", "k"], ["y"], {
      ...{ group: 1, pads: [0, 0, 0, 0], strides: [1, 1], dilations: [1, 1], auto_pad: "NOTSET" },
      ...change,
    });
  assert.equal(attributes(conv({})), "");
  assert.equal(attributes(conv({ group: 2 })), "group");
  assert.equal(attributes(conv({ strides: [1, 2] })), "strides");
  assert.equal(attributes(conv({ pads: [0, 1, 0, 0] })), "pads");
  assert.equal(attributes(conv({ auto_pad: "VALID" })), "auto_pad");
  assert.equal(attributes(node("Reshape", ["x", "some"], ["y"], { allowzero: 1 })), "");
  assert.equal(attributes(node("Reshape", ["x", "zero"], ["y"], { allowzero: 1 })), "allowzero");
  assert.equal(attributes(node("Softmax", ["x"], ["y"], { axis: 1 })), "axis");
});

Deno.test("stripModel() refuses what it cannot strip", () => {
  const relu = node("Relu", ["x"], ["y"]);
  const inner = net({ nodes: [relu] }).graph!;
  const cases: [string, RegExp, ModelProto][] = [
    ["not-onnx", /graph/, { irVersion: 8, opsetImport: [] }],
    ["functions", /functions/, { ...net({ nodes: [relu] }), functions: [new Uint8Array()] }],
    [
      "operator",
      /If is not admitted/,
      net({ nodes: [node("If", ["x"], ["y"], { then_branch: inner })] }),
    ],
    ["graph", /two/, net({ nodes: [relu, node("Tanh", ["x"], ["y"])] })],
    ["graph", /before use/, net({ nodes: [node("Relu", ["later"], ["y"])] })],
    ["graph", /before use/, net({ nodes: [node("Relu", ["x"], ["z"])] })],
    [
      "tensors",
      /12 bytes/,
      net({
        nodes: [relu],
        initializers: [{ dims: [4], dataType: 1, name: "w", rawData: new Uint8Array(12) }],
      }),
    ],
    ["opset", /17 and 18/, {
      ...net({ nodes: [relu] }),
      opsetImport: [{ version: 17 }, { domain: "ai.onnx", version: 18 }],
    }],
    ["too-many-nodes", /nodes/, net({ nodes: Array.from({ length: 20_001 }, () => relu) })],
  ];
  for (const [code, message, file] of cases) refuses(() => stripModel(file), code, message);
  refuses(() => stripModel(net({ nodes: [relu] }), { output: "z" }), "output", /"z"/);
});
