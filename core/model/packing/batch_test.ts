import assert from "node:assert/strict";
import { InvalidModel } from "../invalid.ts";
import { graph, model, node, tensor, value } from "../onnx/build.ts";
import { decodeModel, type ModelProto, type NodeProto, type TensorProto } from "../onnx/codec.ts";
import { withSymbolicBatch } from "./batch.ts";
import { prepareModel } from "./prepare.ts";
import { stripModel } from "./strip.ts";
import { fixture, fixtureFloats, floats, run } from "./testing.ts";

function net(
  nodes: NodeProto[],
  { batch, row = [3, 4], out = [4], constants = [] }: {
    batch: number | string;
    row?: number[];
    out?: number[];
    constants?: TensorProto[];
  },
): ModelProto {
  return model(
    graph({
      inputs: [value("x", [batch, ...row])],
      outputs: [value("y", [batch, ...out])],
      nodes,
      initializers: constants,
    }),
    { opset: 17 },
  );
}

function ints(name: string, ...values: number[]): TensorProto {
  return tensor(name, [values.length], BigInt64Array.from(values, BigInt));
}

function refuses(model: ModelProto, message: RegExp): void {
  assert.throws(
    () => withSymbolicBatch(model),
    (error) => {
      assert.ok(error instanceof InvalidModel, String(error));
      assert.equal(error.code, "input");
      assert.match(error.message, message);
      assert.match(error.message, /dynamic_shapes.*dynamic_axes.*batch_size/);
      return true;
    },
  );
}

/** At the old batch both give the same bits, and with more rows each gives what it gave alone. */
async function checkRows(fixed: ModelProto, open: ModelProto, batch: number): Promise<void> {
  const sizes = fixed.graph!.input[0]!.type!.tensorType!.shape!.dim.slice(1)
    .map(({ dimValue }) => Number(dimValue));
  const features = sizes.reduce((all, size) => all * size, 1);
  const data = floats(3 * batch * features, 7);
  const whole = await run(open, { data, dims: [3 * batch, ...sizes] });
  for (let i = 0; i < 3; i++) {
    const part = data.subarray(i * batch * features, (i + 1) * batch * features);
    const one = await run(fixed, { data: part, dims: [batch, ...sizes] });
    const length = one.data.length;
    const same = (whole.data as Float32Array).subarray(i * length, (i + 1) * length);
    same.forEach((value, k) => assert.ok(Math.abs(value - Number(one.data[k])) < 1e-5));
  }
}

Deno.test("withSymbolicBatch() opens PyTorch's default and legacy exports", async () => {
  const data = {
    name: "torch_default.onnx.data",
    bytes: await fixture("torch_default.onnx.data"),
  };
  const rows = { data: await fixtureFloats("torch_rows.f32"), dims: [5, 1, 8, 8] };
  const want = await fixtureFloats("torch_out.f32");
  for (const name of ["torch_default", "torch_legacy"]) {
    const open = prepareModel(decodeModel(await fixture(`${name}.onnx`)), { data });
    const [input] = open.graph!.input;
    assert.equal(input!.type!.tensorType!.shape!.dim[0]!.dimParam, "N");
    const got = (await run(open, rows)).data as Float32Array;
    assert.equal(got.length, 15);
    got.forEach((value, i) => assert.ok(Math.abs(value - want[i]!) < 1e-5, name));
  }
});

Deno.test("withSymbolicBatch() leaves a model alone whose batch varies", () => {
  const file = net([node("ReduceMean", ["x"], ["y"], { axes: [1], keepdims: 0 })], { batch: "n" });
  assert.equal(withSymbolicBatch(file), file);
});

Deno.test("withSymbolicBatch() opens a batch that only the shapes name", async () => {
  const file = net([node("ReduceMean", ["x"], ["y"], { axes: [1], keepdims: 0 })], { batch: 2 });
  await checkRows(file, withSymbolicBatch(file), 2);
});

Deno.test("withSymbolicBatch() opens targets of Reshape", async () => {
  const w = tensor("w", [4, 4], floats(16, 1));
  const flat = node("ReduceMean", ["b"], ["y"], { axes: [1], keepdims: 0 });
  for (const batch of [1, 2, 5]) {
    for (const target of [[batch, 3, 4], [batch, -1, 4]]) {
      const nodes = [node("Reshape", ["x", "t"], ["a"]), node("MatMul", ["a", "w"], ["b"]), flat];
      const file = net(nodes, { batch, constants: [w, ints("t", ...target)] });
      await checkRows(file, withSymbolicBatch(file), batch);
    }
  }
});

Deno.test("withSymbolicBatch() opens dimensions folded into the batch and out again", async () => {
  const batch = 2;
  const file = net([
    node("Reshape", ["x", "fold"], ["a"]),
    node("Gemm", ["a", "w"], ["b"]),
    node("Reshape", ["b", "unfold"], ["c"]),
    node("ReduceMean", ["c"], ["y"], { axes: [1], keepdims: 0 }),
  ], {
    batch,
    constants: [tensor("w", [4, 4], floats(16, 1)), ints("fold", 6, 4), ints("unfold", 2, 3, 4)],
  });
  await checkRows(file, withSymbolicBatch(file), batch);
});

Deno.test("withSymbolicBatch() leaves out initial states of 0, which name the batch", async () => {
  const batch = 2;
  const nodes = (state: string) => [
    node("Transpose", ["x"], ["t"], { perm: [1, 0, 2] }),
    node("LSTM", ["t", "w", "r", "", "", state, "h"], ["", "l"], { hidden_size: 4 }),
    node("Squeeze", ["l", "zero"], ["y"]),
  ];
  const constants = (values: Float32Array) => [
    tensor("w", [1, 16, 4], floats(64, 1)),
    tensor("r", [1, 16, 4], floats(64, 2)),
    tensor("h", [1, 2, 4], new Float32Array(8)),
    tensor("g", [1, 2, 4], values),
    ints("zero", 0),
  ];
  const zero = net(nodes("g"), { batch, constants: constants(new Float32Array(8)) });
  await checkRows(zero, withSymbolicBatch(zero), batch);
  refuses(net(nodes("g"), { batch, constants: constants(floats(8, 3)) }), /with other rows/);
});

Deno.test("withSymbolicBatch() refuses where rows are mixed or counted", () => {
  const cases: [string, ModelProto][] = [
    [
      "a batch that is not first",
      net([
        node("Transpose", ["x"], ["a"], { perm: [1, 0, 2] }),
        node("Reshape", ["a", "t"], ["b"]),
        node("ReduceMean", ["b"], ["y"], { axes: [1], keepdims: 0 }),
      ], { batch: 3, constants: [ints("t", 3, 3, 4)] }),
    ],
    [
      "one row folded away",
      net([
        node("Reshape", ["x", "t"], ["a"]),
        node("Softmax", ["a"], ["b"], { axis: 0 }),
        node("Reshape", ["b", "u"], ["y"]),
      ], { batch: 1, row: [4], constants: [ints("t", 4), ints("u", 1, 4)] }),
    ],
    [
      "a mean over the rows",
      net([
        node("ReduceMean", ["x"], ["a"], { axes: [0, 1] }),
        node("Squeeze", ["a", "zero"], ["y"]),
      ], { batch: 1, constants: [ints("zero", 1)] }),
    ],
    [
      "a constant for each row",
      net([
        node("Add", ["x", "c"], ["a"]),
        node("ReduceMean", ["a"], ["y"], { axes: [1], keepdims: 0 }),
      ], { batch: 2, constants: [tensor("c", [2, 3, 4], floats(24, 1))] }),
    ],
    [
      "a mean over the rows that comes back",
      net([
        node("ReduceMean", ["x"], ["m"], { axes: [0], keepdims: 1 }),
        node("Sub", ["x", "m"], ["a"]),
        node("ReduceMean", ["a"], ["y"], { axes: [1], keepdims: 0 }),
      ], { batch: 1 }),
    ],
    [
      "one row of several",
      net([
        node("Gather", ["x", "first"], ["a"], { axis: 0 }),
        node("ReduceMean", ["a"], ["y"], { axes: [1], keepdims: 0 }),
      ], { batch: 2, out: [4], constants: [ints("first", 0, 1)] }),
    ],
  ];
  for (const [what, file] of cases) {
    try {
      refuses(file, /batch dimension that varies, got [123]/);
    } catch (error) {
      throw new Error(what, { cause: error });
    }
  }
});

Deno.test("prepareModel() keeps a fixed batch that fits the competition's runs", () => {
  const file = stripModel(net([
    node("Add", ["x", "c"], ["a"]),
    node("ReduceMean", ["a"], ["y"], { axes: [1], keepdims: 0 }),
  ], { batch: 100, constants: [tensor("c", [100, 3, 4], floats(1200, 1))] }));
  const task = { shapes: [[3, 4]], batch: 100, classes: 4 };
  assert.equal(prepareModel(file, { task: { ...task, rows: 300 } }).graph!.node.length, 2);
  assert.throws(() => prepareModel(file, { task: { ...task, rows: 250 } }), /dynamic_shapes/);
  assert.throws(() => prepareModel(file), /dynamic_shapes/);
});

Deno.test("prepareModel() keeps only the output that counts", async () => {
  const file = decodeModel(await fixture("iris_zipmap.onnx"));
  const task = { shapes: [[4]], batch: 100, classes: 3, rows: 150 };
  const prepared = prepareModel(file, { task });
  assert.deepEqual(prepared.graph!.output.map(({ name }) => name), ["output_label"]);
});
