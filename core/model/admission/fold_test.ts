import assert from "node:assert/strict";
import { type AttributeValue, graph, model, node, tensor, value } from "../onnx/build.ts";
import { DataType, encodeModel, type NodeProto, type TensorProto } from "../onnx/codec.ts";
import { constantOf, walk } from "./infer.ts";
import { testRuntime } from "./rules/testing.ts";

const { INT64, INT32, FLOAT, BOOL } = DataType;
const ROWS = 7;

/** Constants that the expressions below read. */
const CONSTANTS: TensorProto[] = [
  ints("zero", [0]),
  ints("two", [2]),
  ints("three", [3]),
  ints("minus", [-1]),
  ints("list", [5, -3, 2, 0, 7]),
  ints("other", [2, 2, -3, 4, 7]),
  ints("none", []),
  ints("pair", [4, 3]),
  ints("pick", [-1, 0, 3]),
  ints("last", [2n ** 63n - 1n]),
  tensor("scalar", [], BigInt64Array.of(3n)),
  tensor("end", [], BigInt64Array.of(11n)),
  tensor("grid", [2, 3], BigInt64Array.of(1n, 2n, 3n, 4n, 5n, 6n)),
  tensor("shape", [2], BigInt64Array.of(3n, 2n)),
  tensor("half", [1], Float32Array.of(0.3)),
  tensor("small", [2], Int32Array.of(2_000_000_000, -5)),
];

function ints(name: string, values: (number | bigint)[]): TensorProto {
  return tensor(name, [values.length], BigInt64Array.from(values, BigInt));
}

function op(
  operator: string,
  inputs: string,
  attributes: Record<string, AttributeValue> = {},
): NodeProto {
  return node(operator, inputs.split(" "), [], attributes);
}

/** Expressions, each a chain: "%" stands for what the node before it made; x is [7, 4]. */
const EXPRESSIONS: NodeProto[][] = [
  [op("Shape", "x")],
  [op("Shape", "x", { start: 1 })],
  [op("Size", "x")],
  [op("Shape", "x"), op("Gather", "% zero"), op("Concat", "% minus two", { axis: 0 })],
  [op("Shape", "x"), op("Slice", "% minus last zero"), op("Mul", "% three"), op("Sub", "% two")],
  [op("Shape", "x"), op("Gather", "% scalar"), op("Unsqueeze", "% zero")],
  [op("Shape", "x"), op("ReduceProd", "%", { keepdims: 0 })],
  [op("Shape", "x"), op("ReduceSum", "%")],
  [op("Shape", "x"), op("ConstantOfShape", "%"), op("Shape", "%")],
  [op("ConstantOfShape", "three", { value: tensor("", [1], BigInt64Array.of(-1n)) })],
  [op("Shape", "x"), op("Equal", "% two"), op("Where", "% three two")],
  [op("Unsqueeze", "last zero"), op("Squeeze", "% zero"), op("Concat", "% zero", { axis: 0 })],
  ...[
    "Add",
    "Sub",
    "Mul",
    "Min",
    "Max",
    "Equal",
    "Greater",
    "Less",
    "GreaterOrEqual",
    "LessOrEqual",
  ]
    .map((operator) => [op(operator, "list other")]),
  [op("Div", "list other")],
  [op("Div", "minus two")],
  [op("Mod", "list other")],
  [op("Mod", "list other", { fmod: 1 })],
  [op("Min", "list other three")],
  [op("Neg", "list")],
  [op("Abs", "list")],
  [op("Sign", "list")],
  [op("Less", "list two"), op("Not", "%"), op("Cast", "%", { to: INT64 })],
  [op("Less", "list two"), op("Xor", "% %"), op("Or", "% %"), op("And", "% %")],
  [op("Cast", "list", { to: BOOL }), op("Where", "% list other")],
  [
    op("Cast", "list", { to: FLOAT }),
    op("Mul", "% half"),
    op("Floor", "%"),
    op("Cast", "%", { to: INT64 }),
  ],
  [op("Cast", "list", { to: FLOAT }), op("Div", "% half"), op("Ceil", "%")],
  [op("Cast", "list", { to: FLOAT }), op("Mul", "% half"), op("Cast", "%", { to: INT32 })],
  [op("Cast", "other", { to: FLOAT }), op("Abs", "%"), op("Sqrt", "%"), op("Add", "% half")],
  [op("Cast", "list", { to: INT32 }), op("Cast", "%", { to: INT64 })],
  [op("Gather", "list pick")],
  [op("Gather", "grid two", { axis: 1 })],
  [op("Transpose", "grid")],
  [op("Transpose", "grid", { perm: [0, 1] })],
  [
    op("Reshape", "grid shape"),
    op("Transpose", "%"),
    op("Slice", "% zero two minus"),
    op("Flatten", "%"),
  ],
  [op("Slice", "list minus zero zero minus")],
  [op("Slice", "grid two last minus")],
  [op("Concat", "grid grid", { axis: 1 })],
  [op("Concat", "none list", { axis: 0 })],
  [op("Expand", "two pair"), op("Shape", "%")],
  [op("Expand", "two shape")],
  [op("Tile", "list two")],
  [op("Range", "scalar end scalar")],
  [op("ReduceMax", "grid", { keepdims: 0 })],
  [op("ReduceMin", "list", { axes: [0] })],
  [op("Identity", "grid"), op("Dropout", "half"), op("CastLike", "list half")],
];

/** An expression as a model, its result and each step an output. */
function modelOf(expression: NodeProto[]): { bytes: Uint8Array; net: ReturnType<typeof graph> } {
  const nodes = expression.map((step, i) => ({
    ...step,
    input: step.input.map((name) => name === "%" ? `r${i - 1}` : name),
    output: [`r${i}`],
  }));
  const net = graph({
    nodes,
    inputs: [value("x", ["N", 4])],
    outputs: nodes.map((_, i) => ({ name: `r${i}` })),
    initializers: CONSTANTS,
  });
  return { net, bytes: encodeModel(model(net, { opset: 17 })) };
}

Deno.test("what is folded is what the runtime computes", async () => {
  const { ort } = await testRuntime();
  let folded = 0;
  for (const expression of EXPRESSIONS) {
    const { net, bytes } = modelOf(expression);
    const shown = JSON.stringify(expression.map(({ opType, input }) => [opType, ...input]));
    const { values } = walk(net, {
      opsets: new Map([["", 17]]),
      inputs: new Map([["x", { type: FLOAT, dims: [ROWS, 4] }]]),
    });
    const session = await ort.InferenceSession.create(bytes, {
      executionProviders: ["wasm"],
      logSeverityLevel: 4,
    }).catch((error) => assert.fail(`${shown}: ${error.message}`));
    let results: Record<string, { dims: readonly number[]; data: unknown }> = {};
    try {
      results = await session.run({
        x: new ort.Tensor("float32", new Float32Array(ROWS * 4), [ROWS, 4]),
      }, { logSeverityLevel: 4 });
    } catch (error) {
      assert.match(shown, /scalar"\],\["Unsq/, `${shown}: ${error}`); // Out of bounds there.
    } finally {
      await session.release();
    }
    for (const [name, { dims, data }] of Object.entries(results)) {
      const found = values.get(name);
      assert.deepEqual(found?.dims, dims, shown);
      const elements = Array.from(data as ArrayLike<number | bigint>, Number);
      const known = found?.known?.map((element) => element === Infinity ? 2 ** 63 : element);
      if (known === undefined) continue;
      assert.deepEqual(known, elements.map((element) => element + 0), `${name} of ${shown}`);
      folded++;
    }
  }
  assert.ok(folded > 70, `${folded} values were folded`);
});

Deno.test("what is not exact is not known", () => {
  const unknown: NodeProto[][] = [
    [op("Add", "last two")],
    [op("Neg", "last")],
    [op("Equal", "last last")],
    [op("Cast", "last", { to: INT32 })],
    [op("Cast", "last", { to: FLOAT })],
    [op("Add", "small small")],
    [op("Mul", "small small")],
    [op("Div", "list zero")],
    [op("Mod", "list zero")],
    [op("Gather", "list end")],
    [op("ReduceProd", "last")],
    [op("Cast", "list", { to: DataType.FLOAT16 })],
    [op("Cast", "list", { to: DataType.UINT8 })],
    [op("Sigmoid", "half")],
    [op("Pow", "two two")],
  ];
  for (const expression of unknown) {
    const { net } = modelOf(expression);
    const { values } = walk(net, {
      opsets: new Map([["", 17]]),
      inputs: new Map([["x", { type: FLOAT, dims: [ROWS, 4] }]]),
    });
    assert.equal(values.get("r0")?.known, undefined, expression[0]?.opType);
  }
});

Deno.test("constants are known up to 256 elements, and not of half-size floats", () => {
  const many = (size: number) => constantOf(ints("c", Array(size).fill(1))).known?.length;
  assert.deepEqual([many(0), many(256), many(257)], [0, 256, undefined]);
  const half = tensor("h", [1], Uint16Array.of(0x3c00), DataType.FLOAT16);
  assert.equal(constantOf(half).known, undefined);
  const listed = { dims: [2], dataType: INT64, name: "l", int64Data: [3, 2n ** 60n] };
  assert.deepEqual(constantOf(listed).known, [3, Infinity]);
});
