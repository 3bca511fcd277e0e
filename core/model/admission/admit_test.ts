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
  assert.deepEqual(admit(net()), { input: "x", shape: [4], output: "y", kind: "scores" });
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
  admit(dropout(["x", "r", ""]));
  refuses("training", /Dropout/, { graph: dropout(["x", "", "w"]) });
});

Deno.test("admitModel() bounds nodes", () => {
  const chain = (length: number) =>
    net({ nodes: [...Array.from({ length }, () => node("Relu", ["x"], ["z"])), ...net().node] });
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
    net({ initializers: [{ dims, dataType, name: "w", rawData: new Uint8Array(4) }] });
  admit(claimed([4, 1024, 1024]));
  refuses("tensors", /at most 16777216 bytes/, { graph: claimed([4, 1024, 1025]) });
  refuses("tensors", /at most 16777216 bytes/, { graph: claimed([1e9, 1e9, 1e9]) });
  refuses("tensors", /dimensions from 0 .*, got -1/, { graph: claimed([-1]) });
  refuses("tensors", /dimensions from 0/, { graph: claimed([2n ** 62n]) });
  refuses("tensors", /at most 8 dimensions, got 9/, { graph: claimed(Array(9).fill(1)) });
  refuses("tensors", /a known type, got type 17/, { graph: claimed([1], 17) });
  admit(claimed([8 * 4 * 1024 * 1024], DataType.INT4));
  const sparse = { ...net(), sparseInitializer: [{ dims: [4] }] };
  refuses("tensors", /a sparse one/, { graph: sparse });
  const half = tensor("", [2_097_152], new Float32Array(2_097_152));
  admit(net({ nodes: [node("Constant", [], ["c"], { value: half }), ...net().node] }));
  const more = net({
    nodes: [
      node("Constant", [], ["c"], { value: half }),
      node("Constant", [], ["d"], { value: half }),
      ...net().node,
    ],
  });
  refuses("tensors", /at most/, { graph: more });
});

Deno.test("admitModel() takes every shape that the manifest allows", () => {
  const shapes: [(number | string)[], number[]][] = [
    [["N", 1, 2, 2], [1, 2, 2]],
    [["N", 2, 2, 1], [2, 2, 1]],
    [["batch", 4], [4]],
    [[100, 4], [4]],
    [["N", "a", "b", "c"], [1, 2, 2]],
  ];
  for (const [dims, shape] of shapes) {
    assert.deepEqual(admit(net({ inputs: [value("x", dims)] })).shape, shape);
  }
  const unknown = value("x", ["N", 4]);
  unknown.type!.tensorType!.shape!.dim[0] = {};
  assert.deepEqual(admit(net({ inputs: [unknown] })).shape, [4]);
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
  refuses("input", /one input, got 0/, { graph: net({ inputs: [] }) });
  const two = [value("x", ["N", 4]), value("w2", ["N", 4])];
  refuses("input", /one input, got 2/, { graph: net({ inputs: two }) });
  for (const name of ["", "__proto__", "a\0b", "\ufeffx", "x".repeat(201)]) {
    refuses("input", /printable ASCII characters/, {
      graph: net({ inputs: [value(name, ["N", 4])] }),
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

Deno.test("admitModel() chooses the output that counts", () => {
  const label = value("label", ["N"], DataType.INT64);
  const scores = value("scores", ["N", 3]);
  const choose = (outputs: GraphProto["output"], task = TASK) => {
    const { output, kind } = admit(net({ outputs }), {}, task);
    return `${output} ${kind}`;
  };
  assert.equal(choose([scores, label]), "label label");
  assert.equal(choose([value("other", ["N", 7]), scores]), "scores scores");
  assert.equal(choose([value("ids", ["N", 3], DataType.INT64), scores]), "scores scores");
  assert.equal(choose([{ name: "any", type: { tensorType: { elemType: 1 } } }]), "any scores");
  assert.equal(choose([value("loose", ["a", "b"])]), "loose scores");
  const maps = { name: "maps", type: { sequenceType: new Uint8Array(0) } };
  assert.equal(choose([maps, label]), "label label");
  const regression = { ...TASK, classes: undefined };
  assert.equal(choose([value("v", ["N", 1])], regression), "v value");
  assert.equal(choose([label, value("v", ["N"])], regression), "v value");
});

Deno.test("admitModel() refuses models without such an output", () => {
  const output = (...outputs: GraphProto["output"]) => ({ graph: net({ outputs }) });
  refuses(
    "output",
    /int64 \[N\] or float32 \[N,3\], got float \[N,4\]/,
    output(value("y", ["N", 4])),
  );
  refuses("output", /got double \[N,3\]/, output(value("y", ["N", 3], DataType.DOUBLE)));
  refuses("output", /got none/, output());
  refuses("output", /got float \[7,3\]/, output(value("y", [7, 3])));
  refuses("output", /printable/, output(value("__proto__", ["N", 3])));
  refuses("output", /float32 \[N\] or \[N,1\], got float \[N,3\]/, {
    task: { ...TASK, classes: undefined },
  });
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
