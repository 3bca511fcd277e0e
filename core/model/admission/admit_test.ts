import assert from "node:assert/strict";
import { admitModel } from "./admit.ts";
import { type AttributeValue, graph, model, node, tensor, value } from "../onnx/build.ts";
import { InvalidModel } from "../invalid.ts";
import { MAX_NODES } from "./limits.ts";
import { DataType, encodeModel, type GraphProto, type ModelProto } from "../onnx/codec.ts";
import type { ModelTask } from "./signature.ts";

const TASK: ModelTask = { shapes: [[1, 2, 2], [2, 2, 1], [4]], batch: 100, classes: 3 };

function net(change: Partial<Parameters<typeof graph>[0]> = {}): GraphProto {
  return graph({
    inputs: [value("x", ["N", 4])],
    outputs: [value("y", ["N", 3])],
    nodes: [node("MatMul", ["x", "w"], ["y"])],
    initializers: [tensor("w", [4, 3], new Float32Array(12))],
    ...change,
  });
}

function admit(graph: GraphProto, change: Partial<ModelProto> = {}, task = TASK) {
  return admitModel(encodeModel({ ...model(graph, { opset: 17 }), ...change }), task);
}

function refuses(
  code: string,
  pattern: RegExp,
  { graph = net(), change = {}, task = TASK }: {
    graph?: GraphProto;
    change?: Partial<ModelProto>;
    task?: ModelTask;
  },
): void {
  assert.throws(
    () => admit(graph, change, task),
    (error) => {
      assert.ok(error instanceof InvalidModel, String(error));
      assert.equal(error.code, code, error.message);
      assert.match(error.message, pattern);
      return true;
    },
  );
}

function withNode(operator: string, attributes: Record<string, AttributeValue> = {}): GraphProto {
  return net({ nodes: [node(operator, ["x"], ["z"], attributes), ...net().node] });
}

Deno.test("admitModel() says how to feed and read a plain model", () => {
  const { nodes, work, ...rest } = admit(net());
  assert.deepEqual(rest, {
    input: "x",
    shape: [4],
    output: "y",
    kind: "scores",
    rows: 100,
    parameters: 12,
    macs: 12,
    activations: 100 * (4 + 3) * 4,
    constants: 48,
  });
  assert.deepEqual(nodes.map(({ operator, macs }) => [operator, macs]), [["MatMul", 1200]]);
  assert.ok(work > 12 && work < 10_000, String(work));
});

Deno.test("admitModel() refuses what is no ONNX file", () => {
  const bytes = new TextEncoder().encode("not a model at all");
  assert.throws(() => admitModel(bytes, TASK), { name: "InvalidModel", code: "not-onnx" });
  const file = encodeModel(model(net(), { opset: 17 }));
  for (let length = 0; length < file.length; length++) {
    assert.throws(() => admitModel(file.subarray(0, length), TASK), InvalidModel);
  }
  const { graph: _, ...empty } = model(net(), { opset: 17 });
  assert.throws(() => admitModel(encodeModel(empty), TASK), { code: "not-onnx" });
});

Deno.test("admitModel() never fails but as INVALID, whichever byte is damaged", () => {
  const file = encodeModel(model(net(), { opset: 17 }));
  for (let at = 0; at < file.length; at++) {
    for (const byte of [0, 1, 0x7f, 0x80, 0xff, file[at]! ^ 8]) {
      const damaged = file.slice();
      damaged[at] = byte;
      try {
        admitModel(damaged, TASK);
      } catch (error) {
        assert.ok(error instanceof InvalidModel, `byte ${at} = ${byte}: ${error}`);
      }
    }
  }
});

Deno.test("admitModel() bounds versions", () => {
  for (const irVersion of [3, 10, 13]) admit(net(), { irVersion });
  for (const irVersion of [2, 14, -1, 2n ** 60n]) {
    refuses("ir-version", /IR version 3 to 13, got/, { change: { irVersion } });
  }
  for (const version of [7, 25]) admit(net(), { opsetImport: [{ version }] });
  for (const version of [6, 26, undefined]) {
    const opsetImport = [version === undefined ? {} : { version }];
    refuses("opset", /opset 7 to 25 of ""/, { change: { opsetImport } });
  }
  const ml = (version: number) => ({
    opsetImport: [{ version: 17 }, { domain: "ai.onnx.ml", version }],
  });
  for (const version of [1, 5]) admit(net(), ml(version));
  for (const version of [0, 6]) refuses("opset", /of "ai.onnx.ml"/, { change: ml(version) });
  admit(net(), { opsetImport: [{ domain: "ai.onnx", version: 17 }] });
  const twice = [{ domain: "ai.onnx", version: 17 }, { version: 17 }];
  refuses("opset", /one opset of "", got two/, { change: { opsetImport: twice } });
  refuses("opset", /an opset of "" for MatMul/, { change: { opsetImport: [] } });
});

Deno.test("admitModel() refuses other domains, in opsets and in nodes", () => {
  for (const domain of ["com.microsoft", "constructor", "__proto__", "ai.onnx.training"]) {
    const opsetImport = [{ version: 17 }, { domain, version: 1 }];
    refuses("domain", /expected operators of "" or "ai.onnx.ml", got/, { change: { opsetImport } });
    refuses("domain", /got/, {
      graph: net({ nodes: [node("Gelu", ["x"], ["y"], {}, { domain })] }),
    });
  }
});

Deno.test("admitModel() refuses operators that hang, differ or need other types", () => {
  for (
    const operator of [
      "Loop",
      "Scan",
      "If",
      "RandomNormal",
      "RandomUniformLike",
      "Bernoulli",
      "Multinomial",
      "SequenceConstruct",
      "SplitToSequence",
      "Optional",
      "BitCast",
    ]
  ) {
    refuses("operator", new RegExp(`${operator} is not admitted, it `), {
      graph: withNode(operator),
    });
  }
  refuses("operator", /no graph inside Relu/, { graph: withNode("Relu", { body: net() }) });
});

Deno.test("admitModel() refuses what gives numbers for the bits of a NaN", () => {
  refuses("operator", /Cast to give floats of 16 bits or more/, {
    graph: withNode("Cast", { to: DataType.FLOAT8E4M3FN }),
  });
  const quantize = node("QuantizeLinear", ["x", "x"], ["z"]);
  refuses("operator", /scales of QuantizeLinear/, {
    graph: net({ nodes: [quantize, ...net().node] }),
  });
});

Deno.test("admitModel() refuses functions, training and references", () => {
  refuses("functions", /no functions/, { change: { functions: [new Uint8Array(0)] } });
  refuses("training", /no training/, { change: { trainingInfo: [new Uint8Array(0)] } });
  const overload = { ...node("Relu", ["x"], ["z"]), overload: "other" };
  refuses("functions", /no overload/, { graph: net({ nodes: [overload, ...net().node] }) });
  const reference = withNode("LeakyRelu", { alpha: 1 });
  reference.node[0]!.attribute[0]!.refAttrName = "alpha";
  refuses("functions", /a reference/, { graph: reference });
  const dropout = (inputs: string[]) =>
    net({ nodes: [node("Dropout", inputs, ["z"]), ...net().node] });
  admit(dropout(["x"]));
  refuses("training", /Dropout/, { graph: dropout(["x", "", "w"]) });
});

Deno.test("admitModel() bounds nodes", () => {
  const chain = (length: number) =>
    net({
      nodes: [
        ...Array.from({ length }, (_, i) => node("Relu", ["x"], [`z${i}`])),
        ...net().node,
      ],
    });
  admit(chain(MAX_NODES - 1));
  refuses("too-many-nodes", /at most 2000 nodes, got 2001/, { graph: chain(MAX_NODES) });
});

Deno.test("admitModel() refuses constants outside the file, also in attributes", () => {
  const outside = { ...tensor("w", [4, 3], new Float32Array(12)), dataLocation: 1 };
  refuses("external-data", /external_data=False/, { graph: net({ initializers: [outside] }) });
  const named = {
    ...tensor("w", [4, 3], new Float32Array(12)),
    externalData: [{ key: "location", value: "/etc/passwd" }],
  };
  refuses("external-data", /inside the file/, { graph: net({ initializers: [named] }) });
  refuses("external-data", /inside the file/, { graph: withNode("Constant", { value: outside }) });
});

Deno.test("admitModel() bounds constants by their dimensions", () => {
  const claimed = (dims: (number | bigint)[], dataType: number = DataType.FLOAT) =>
    net({
      initializers: [
        ...net().initializer,
        { dims, dataType, name: "c", rawData: new Uint8Array(4) },
      ],
    });
  refuses("tensors", /to hold float32 \[4,1024\], got 4 bytes instead of 16384/, {
    graph: claimed([4, 1024]),
  });
  refuses("tensors", /at most 16777216 bytes/, { graph: claimed([4, 1024, 1025]) });
  refuses("tensors", /dimensions from 0 to 268435456/, { graph: claimed([1e9, 1e9, 1e9]) });
  refuses("tensors", /at most 16777216 bytes/, { graph: claimed([1e8, 1e8, 1e8]) });
  refuses("tensors", /dimensions from 0 .*, got -1/, { graph: claimed([-1]) });
  refuses("tensors", /dimensions from 0/, { graph: claimed([2n ** 62n]) });
  refuses("tensors", /at most 8 dimensions, got 9/, { graph: claimed(Array(9).fill(1)) });
  for (const type of [0, 8, 14, 17, 23]) {
    refuses("tensors", /of an admitted type, got/, { graph: claimed([1], type) });
  }
  admit(claimed([8], DataType.INT4));
  const sparse = { ...net(), sparseInitializer: [{ dims: [4] }] };
  refuses("tensors", /a sparse one/, { graph: sparse });
  const half = tensor("", [2_097_152], new Float32Array(2_097_152));
  const constants = (count: number) =>
    net({
      nodes: [
        ...Array.from(
          { length: count },
          (_, i) => node("Constant", [], [`c${i}`], { value: half }),
        ),
        ...net().node,
      ],
    });
  admit(constants(1));
  refuses("tensors", /at most/, { graph: constants(2) });
});

Deno.test("admitModel() takes every shape that the manifest allows", () => {
  const shapes: [(number | string)[], number[]][] = [
    [["N", 1, 2, 2], [1, 2, 2]],
    [["N", 2, 2, 1], [2, 2, 1]],
    [["batch", 4], [4]],
    [[100, 4], [4]],
    [["N", "a", "b", "c"], [1, 2, 2]],
  ];
  const flat = (input: GraphProto["input"][number]) =>
    net({
      inputs: [input],
      nodes: [node("Flatten", ["x"], ["f"]), node("MatMul", ["f", "w"], ["y"])],
    });
  for (const [dims, shape] of shapes) {
    assert.deepEqual(admit(flat(value("x", dims))).shape, shape);
  }
  const unknown = value("x", ["N", 4]);
  unknown.type!.tensorType!.shape!.dim[0] = {};
  assert.deepEqual(admit(flat(unknown)).shape, [4]);
});

Deno.test("admitModel() refuses another input", () => {
  const input = (dims: (number | string)[], type?: number) =>
    net({ inputs: [value("x", dims, type)] });
  for (const dims of [["N", 5], ["N", 2, 2], [1, 4], [64, 4], ["N", 1, 1, 2, 2], ["N"], []]) {
    refuses("input", /expected an input \[N,1,2,2\] or \[N,2,2,1\] or \[N,4\], got float \[/, {
      graph: input(dims),
    });
  }
  refuses("input", /a float32 input, got double \[N,4\]/, {
    graph: input(["N", 4], DataType.DOUBLE),
  });
  const untyped = { name: "x", type: { tensorType: { elemType: DataType.FLOAT } } };
  refuses("input", /got float of any shape/, { graph: net({ inputs: [untyped] }) });
  refuses("input", /a float32 input, got no tensor/, { graph: net({ inputs: [{ name: "x" }] }) });
  const none = net({ inputs: [], nodes: [node("Identity", ["w"], ["y"])] });
  refuses("input", /one input, got 0/, { graph: none });
  const two = [value("x", ["N", 4]), value("w2", ["N", 4])];
  refuses("input", /one input, got 2/, { graph: net({ inputs: two }) });
  for (const name of ["__proto__", "\ufeffx", "x".repeat(201)]) {
    const nodes = [node("MatMul", [name, "w"], ["y"])];
    refuses("input", /printable ASCII characters/, {
      graph: net({ inputs: [value(name, ["N", 4])], nodes }),
    });
  }
});

Deno.test("admitModel() takes a fixed batch only where every batch is full", () => {
  const fixed = net({ inputs: [value("x", [100, 4])] });
  for (const rows of [100, 200, 10_000]) admit(fixed, {}, { ...TASK, rows });
  for (const rows of [1, 99, 101, 150]) {
    admit(net(), {}, { ...TASK, rows });
    refuses("input", /a last batch of \d+, got float \[100,4\]; export with a dynamic batch$/, {
      graph: fixed,
      task: { ...TASK, rows },
    });
  }
});

Deno.test("admitModel() does not count constants among the inputs, as old files do", () => {
  const inputs = [value("x", ["N", 4]), value("w", [4, 3])];
  assert.equal(admit(net({ inputs }), { irVersion: 3 }).input, "x");
});

Deno.test("admitModel() chooses the output that counts, by what it is", () => {
  const label = value("label", ["N"], DataType.INT64);
  const scores = value("y", ["N", 3]);
  const nodes = [
    ...net().node,
    node("Identity", ["x"], ["other"]),
    node("ArgMax", ["y"], ["label"], { axis: 1, keepdims: 0 }),
    node("ArgMax", ["y"], ["ids"], { axis: 1, keepdims: 1 }),
    node("ReduceMax", ["y"], ["v"], { axes: [1] }),
  ];
  const choose = (outputs: GraphProto["output"], task = TASK) => {
    const { output, kind } = admit(net({ outputs, nodes }), {}, task);
    return `${output} ${kind}`;
  };
  assert.equal(choose([scores, label]), "label label");
  assert.equal(choose([value("other", ["N", 4]), scores]), "y scores");
  assert.equal(choose([value("ids", ["N", 1], DataType.INT64), scores]), "y scores");
  assert.equal(choose([{ name: "y", type: { tensorType: { elemType: 1 } } }]), "y scores");
  assert.equal(choose([value("y", ["a", "b"])]), "y scores");
  assert.equal(choose([{ name: "y" }]), "y scores");
  const regression = { ...TASK, classes: undefined };
  assert.equal(choose([value("v", ["N", 1])], regression), "v value");
  assert.equal(choose([label, value("v", ["N", "one"])], regression), "v value");
});

Deno.test("admitModel() refuses models without such an output", () => {
  const output = (...outputs: GraphProto["output"]) => ({
    graph: net({
      outputs,
      nodes: [
        ...net().node,
        node("Identity", ["x"], ["four"]),
        node("Cast", ["y"], ["double"], { to: DataType.DOUBLE }),
        node("Identity", ["y"], ["__proto__"]),
      ],
    }),
  });
  refuses(
    "output",
    /int64 \[N\] or float32 \[N,3\], got float \[100,4\]/,
    output(value("four", ["N", 4])),
  );
  refuses("output", /got double/, output(value("double", ["N", 3], DataType.DOUBLE)));
  refuses("output", /got none/, output());
  refuses("output", /printable/, output(value("__proto__", ["N", 3])));
  refuses("output", /float32 \[N\] or \[N,1\], got float \[100,3\]/, {
    task: { ...TASK, classes: undefined },
  });
});

Deno.test("admitModel() refuses declared types that are not true, and symbols of two sizes", () => {
  const wrong = (info: GraphProto["output"][number]) => ({
    graph: { ...net(), valueInfo: [info] },
  });
  const declared = /expected the declared type of "y" to be what it is, float32 \[100,3\], got/;
  refuses("shape", declared, { graph: net({ outputs: [value("y", ["N", 4])] }) });
  refuses("shape", declared, { graph: net({ outputs: [value("y", [7, 3])] }) });
  refuses("shape", declared, { graph: net({ outputs: [value("y", ["N"])] }) });
  refuses("shape", declared, { graph: net({ outputs: [value("y", ["N", "N"])] }) });
  refuses("shape", declared, wrong(value("y", ["N", 3], DataType.DOUBLE)));
  refuses("shape", /no tensor/, wrong({ name: "y", type: { mapType: new Uint8Array(0) } }));
  refuses("shape", /"w"/, wrong(value("w", [3, 4])));
  admit(wrong(value("elsewhere", ["N", 9])).graph);
  admit(wrong(value("w", [4, 3])).graph);
  // A fixed size that is true of full batches only.
  refuses("shape", /got/, { ...wrong(value("y", [100, 3])), task: { ...TASK, rows: 250 } });
  admit(wrong(value("y", [100, 3])).graph, {}, { ...TASK, rows: 200 });
});

Deno.test("admitModel() refuses graphs that runtimes could read in two ways", () => {
  const nodes = net().node;
  const twice = tensor("w", [4, 3], new Float32Array(12).fill(1));
  const cases: [RegExp, Parameters<typeof net>[0]][] = [
    [/one value named "y", got two/, { nodes: [...nodes, ...nodes] }],
    [/one value named "x", got two/, { nodes: [node("Relu", ["x"], ["x"]), ...nodes] }],
    [/one value named "w", got two/, { nodes: [node("Relu", ["x"], ["w"]), ...nodes] }],
    [/one value named "w", got two/, { initializers: [...net().initializer, twice] }],
    [/one value named "x", got two/, { inputs: [value("x", ["N", 4]), value("x", ["N", 4])] }],
    [/one value named "y", got two/, { outputs: [value("y", ["N", 3]), value("y", ["N", 3])] }],
    [/a value "z" for MatMul/, {
      nodes: [node("MatMul", ["z", "w"], ["y"]), node("Relu", ["x"], ["z"])],
    }],
    [/a value "nowhere" for Relu/, { nodes: [node("Relu", ["nowhere"], ["z"]), ...nodes] }],
    [/a value "q" for the graph's outputs/, { outputs: [value("q", ["N", 3])] }],
    [/a name for each output, got none/, { outputs: [value("", ["N", 3])] }],
    [/a name for each constant/, {
      initializers: [...net().initializer, { ...twice, name: "" }],
    }],
  ];
  for (const [pattern, change] of cases) refuses("graph", pattern, { graph: net(change) });
});

Deno.test("admitModel() refuses attributes that runtimes could read in two ways", () => {
  const with_ = (attribute: GraphProto["node"][number]["attribute"]) => {
    const relu = { ...node("LeakyRelu", ["x"], ["z"]), attribute };
    return { graph: net({ nodes: [relu, ...net().node] }) };
  };
  const alpha = { name: "alpha", type: 1, f: 0.5 };
  admit(with_([alpha]).graph);
  admit(with_([{ name: "alpha", type: 1 }]).graph); // Protobuf's default is 0.
  refuses("operator", /each attribute of LeakyRelu once/, with_([alpha, { ...alpha, f: 1 }]));
  refuses("operator", /with a name/, with_([{ type: 1, f: 1 }]));
  refuses("operator", /only the value that its type names/, with_([{ ...alpha, i: 3 }]));
  for (const type of [undefined, 0, 5, 9, 13, 77]) {
    const { type: _, ...rest } = alpha;
    const given = type === undefined ? rest : { ...rest, type };
    refuses("operator", /numbers, texts or a tensor as "alpha"/, with_([given]));
  }
  const many = Array.from({ length: 65 }, (_, i) => ({ name: `a${i}`, type: 1, f: 0 }));
  refuses("operator", /at most 64 attributes/, with_(many));
});

Deno.test("admitModel() refuses constants whose elements lie in two places, or are of another number", () => {
  const floats = { dims: [2], dataType: DataType.FLOAT, name: "c" };
  const shorts = { dims: [2], dataType: DataType.UINT8, name: "c" };
  const refused = (constant: GraphProto["initializer"][number], pattern: RegExp) =>
    refuses("tensors", pattern, {
      graph: net({ initializers: [...net().initializer, constant] }),
    });
  refused({ ...floats, floatData: [1] }, /1 elements instead of 2/);
  refused({ ...floats, floatData: [1, 2, 3] }, /3 elements instead of 2/);
  refused(floats, /0 elements instead of 2/);
  refused({ ...floats, int64Data: [1, 2] }, /int64Data instead of floatData/);
  refused({ ...floats, rawData: new Uint8Array(8), floatData: [1, 2] }, /raw data and floatData/);
  refused({ ...floats, rawData: new Uint8Array(0), floatData: [1, 2] }, /raw data and floatData/);
  refused({ ...floats, rawData: new Uint8Array(9) }, /9 bytes instead of 8/);
  refused({ ...floats, segment: new Uint8Array(0), floatData: [1, 2] }, /a segment/);
  refused({ ...floats, stringData: [new Uint8Array(0)], floatData: [1, 2] }, /texts/);
  refused({ ...shorts, int32Data: [1, 256] }, /256, which is no uint8/);
  refused({ ...shorts, int32Data: [-1, 2] }, /-1, which is no uint8/);
  refused({ ...shorts, dataType: DataType.BOOL, int32Data: [0, 2] }, /2, which is no bool/);
  refused({ ...shorts, dataType: DataType.BOOL, rawData: Uint8Array.of(0, 2) }, /neither 0 nor 1/);
  for (
    const good of [
      { ...floats, floatData: [1, 2] },
      { ...floats, rawData: new Uint8Array(8), floatData: [] },
      { ...shorts, int32Data: [0, 255] },
      { ...shorts, dataType: DataType.FLOAT16, int32Data: [0, 65_535] },
      { ...shorts, dataType: DataType.INT4, int32Data: [255] },
      { ...shorts, dims: [0] },
    ]
  ) admit(net({ initializers: [...net().initializer, good] }));
});

Deno.test("admitModel() counts cost at the batch where it is worst, against the lower limit", () => {
  // 101 - N rows, so that only the last, shorter batch is large.
  const ints = (name: string, values: number[]) =>
    tensor(name, [values.length], BigInt64Array.from(values, BigInt));
  const nodes = [
    node("Shape", ["x"], ["shape"]),
    node("Gather", ["shape", "zero"], ["rows"]),
    node("Sub", ["hundred", "rows"], ["left"]),
    node("Mul", ["left", "million"], ["size"]),
    node("ConstantOfShape", ["size"], ["big"]),
    node("ReduceSum", ["big"], ["sum"], { keepdims: 0 }),
    node("MatMul", ["x", "w"], ["m"]),
    node("Add", ["m", "sum"], ["y"]),
  ];
  const initializers = [
    ...net().initializer,
    ints("zero", [0]),
    ints("hundred", [101]),
    ints("million", [1e6]),
  ];
  const graph = net({ nodes, initializers });
  admit(graph, {}, { ...TASK, rows: 200 });
  admit(graph, {}, { ...TASK, rows: 199 });
  refuses(
    "cost",
    /at most 67108864 bytes alive at once/,
    {
      graph,
      task: { ...TASK, rows: 150 },
    },
  );
  refuses("cost", /at most 10 multiply-accumulates of work a row, got \d+$/, {
    task: { ...TASK, limits: { work: 10 } },
  });
  refuses("cost", /at most 2799 bytes alive at once in a run, got 2800$/, {
    task: { ...TASK, limits: { activations: 2799 } },
  });
  admit(net(), {}, { ...TASK, limits: { activations: 2800 } });
  // A manifest cannot allow more than the protocol.
  const wide = net({
    nodes: [node("Expand", ["x", "shape"], ["e"]), ...net().node],
    initializers: [...net().initializer, ints("shape", [200_000, 1, 1])],
  });
  refuses("cost", /at most 67108864 bytes|at most 20000000/, {
    graph: wide,
    task: { ...TASK, limits: { activations: 1e12, work: 1e12 } },
  });
});

Deno.test("admitModel() names operators that it does not know, and bounds opsets", () => {
  refuses("operator", /Nope is not admitted, docs\/evaluation.md has a list/, {
    graph: withNode("Nope"),
  });
  refuses("operator", /NonZero is not admitted, it writes a size that its data decide/, {
    graph: withNode("NonZero"),
  });
  refuses("operator", /expected Gelu in opset 20 or later, got 17/, { graph: withNode("Gelu") });
  refuses("operator", /expected Upsample in opset 1 to 9, got 17/, { graph: withNode("Upsample") });
});

const MODELS = new URL("../../../../shared/models/", import.meta.url);
const real = await Deno.stat(MODELS).then(() => true, () => false);
const name = "admitModel() admits models of PyTorch and scikit-learn";
Deno.test({ name: real ? name : `${name} (skipped: not here)`, ignore: !real }, async () => {
  const task = { shapes: [[1, 28, 28], [28, 28, 1], [784]], batch: 100, classes: 10 };
  let count = 0;
  for await (const { name } of Deno.readDir(MODELS)) {
    if (!name.endsWith(".onnx")) continue;
    const signature = admitModel(await Deno.readFile(new URL(name, MODELS)), task);
    assert.deepEqual([signature.shape, signature.kind], [[1, 28, 28], "scores"], name);
    // Counted by hand.
    if (name === "torch_lenet5.onnx") assert.equal(signature.macs, 416_520);
    if (name === "torch_mlp128.onnx") assert.equal(signature.macs, 101_632);
    count++;
  }
  assert.equal(count, 7);
});

Deno.test("admitModel() refuses names that could end a quote in the runtime's messages", () => {
  for (const name of ["it's", "a\nb", "\x00", "\x85"]) {
    for (
      const nodes of [
        [node("Flatten", ["x"], ["flat"], {}, { name }), node("Identity", ["flat"], ["y"])],
        [node("Flatten", ["x"], [name]), node("Identity", [name], ["y"])],
      ]
    ) {
      refuses("name", /expected names without quotes and control characters/, {
        graph: net({ nodes }),
      });
    }
  }
});
