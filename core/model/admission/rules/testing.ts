/** Helpers of the rules' tests: one-node models, what a rule says of them, and what the runtime does with them. */
import assert from "node:assert/strict";
import { type Runtime, startRuntime } from "../../../evaluate/runtime.ts";
import { InvalidModel } from "../../invalid.ts";
import {
  type AttributeValue,
  graph,
  model,
  node,
  tensor,
  type TensorValues,
  value,
} from "../../onnx/build.ts";
import { DataType, encodeModel, type GraphProto } from "../../onnx/codec.ts";
import { constantOf } from "../infer.ts";
import { type Effect, Operation, type Operators, type Value } from "../operation.ts";

/** One input of a case: a type, a shape, and elements in row-major order (drawn if absent). */
export interface Given {
  /** See {@linkcode DataType}. */
  readonly type: number;
  /** Shape. */
  readonly dims: readonly number[];
  /** Elements. */
  readonly values?: readonly number[];
  /** Whether it is a constant of the file; the runtime is fed with the others. */
  readonly constant?: boolean;
}

/** A model of one node. */
export interface Case {
  /** Name of the operator. */
  readonly operator: string;
  /** Version of its operator set. */
  readonly version: number;
  /** "" unless told. */
  readonly domain?: string;
  /** Its inputs; undefined for one that is left out. */
  readonly inputs: readonly (Given | undefined)[];
  /** Its attributes. */
  readonly attributes?: Readonly<Record<string, AttributeValue>>;
  /** How many outputs it writes: 1 unless told; `false` for one that it leaves out. */
  readonly outputs?: readonly boolean[];
}

/** What the rule or the runtime makes of a case: types and shapes of the outputs, or why it refuses. */
export type Outcome = { readonly outputs: readonly string[] } | { readonly refused: string };

/** Runtime's names of element types. */
const NAMES: Readonly<Record<number, string>> = {
  [DataType.FLOAT]: "float32",
  [DataType.UINT8]: "uint8",
  [DataType.INT8]: "int8",
  [DataType.UINT16]: "uint16",
  [DataType.INT16]: "int16",
  [DataType.INT32]: "int32",
  [DataType.INT64]: "int64",
  [DataType.BOOL]: "bool",
  [DataType.FLOAT16]: "float16",
  [DataType.DOUBLE]: "float64",
  [DataType.UINT32]: "uint32",
  [DataType.UINT64]: "uint64",
  [DataType.UINT4]: "uint4",
  [DataType.INT4]: "int4",
};

const FLOATS: ReadonlySet<number> = new Set([
  DataType.FLOAT,
  DataType.FLOAT16,
  DataType.DOUBLE,
]);

let started: Promise<Runtime> | undefined;

/** The pinned runtime, started once. */
export function testRuntime(): Promise<Runtime> {
  started ??= Deno.readFile(
    new URL(import.meta.resolve("onnxruntime-web/ort-wasm-simd-threaded.wasm")),
  ).then((wasm) => startRuntime(wasm));
  return started;
}

/** An input of float32 that is fed. */
export function fed(dims: readonly number[], type: number = DataType.FLOAT): Given {
  return { type, dims };
}

/** An input that is a constant of the file. */
export function constant(
  dims: readonly number[],
  type: number = DataType.FLOAT,
  values?: readonly number[],
): Given {
  return { type, dims, constant: true, ...(values === undefined ? {} : { values }) };
}

/** A constant vector of int64. */
export function ints(values: readonly number[]): Given {
  return constant([values.length], DataType.INT64, values);
}

/** What the rule says of a case. @throws {InvalidModel} if it refuses */
export function effectOf(operators: Operators, given: Case): Effect {
  const { operator, version, inputs } = given;
  const found = operators[operator];
  assert.ok(found, `a rule for ${operator}`);
  const { since = 1, until = Infinity, rule } = found;
  if (version < since || version > until) {
    throw new InvalidModel("operator", `model: expected no ${operator} of version ${version}`);
  }
  const made = nodeOf(given);
  return rule(new Operation(made, inputs.map((input, i) => input && valueOf(input, i)), version));
}

/** What the rule makes of a case. */
export function expected(operators: Operators, given: Case): Outcome {
  try {
    const { outputs } = effectOf(operators, given);
    return {
      outputs: nodeOf(given).output.map((name, i) => {
        if (name === "") return "";
        const written = outputs[i];
        assert.ok(written, `output ${i} of ${given.operator}`);
        return `${NAMES[written.type]}[${written.dims}]`;
      }),
    };
  } catch (error) {
    if (error instanceof InvalidModel) return { refused: error.message };
    throw error;
  }
}

/** What the runtime makes of a case. */
export async function actual(given: Case): Promise<Outcome> {
  const { ort } = await testRuntime();
  const options = { executionProviders: ["wasm"], logSeverityLevel: 4 } as const;
  try {
    const session = await ort.InferenceSession.create(modelOf(given), options);
    try {
      const results = await session.run(feedsOf(given, ort), { logSeverityLevel: 4 });
      const outputs = nodeOf(given).output.map((name) => {
        if (name === "") return "";
        const { type, dims } = results[name]!;
        return `${type}[${dims}]`;
      });
      return { outputs };
    } finally {
      await session.release();
    }
  } catch (error) {
    return { refused: error instanceof Error ? error.message : String(error) };
  }
}

/** Asserts that rule and runtime make the same of every case: the same types and shapes, or both refuse. */
export async function agree(operators: Operators, cases: readonly Case[]): Promise<void> {
  const others: string[] = [];
  for (const given of cases) {
    const rule = expected(operators, given);
    const real = await actual(given);
    const same = "refused" in rule && "refused" in real ||
      JSON.stringify(rule) === JSON.stringify(real);
    if (same) continue;
    const [ours, theirs] = [JSON.stringify(rule), JSON.stringify(real)];
    others.push(`${JSON.stringify(given)}\n rule: ${ours}\n runtime: ${theirs}`);
  }
  assert.deepEqual(others, [], others.slice(0, 9).join("\n"));
}

/** Asserts that the rule refuses cases, whatever the runtime would do. */
export function refuse(operators: Operators, pattern: RegExp, cases: readonly Case[]): void {
  for (const given of cases) {
    const outcome = expected(operators, given);
    assert.ok("refused" in outcome, JSON.stringify(given));
    assert.match(outcome.refused, pattern);
  }
}

/** The ONNX file of a case. */
export function modelOf(given: Case): Uint8Array {
  const { version, domain = "" } = given;
  const ml = domain === "ai.onnx.ml";
  return encodeModel(
    model(graphOf(given), {
      opset: ml ? 17 : version,
      irVersion: 10,
      ...(ml ? { mlOpset: version } : {}),
    }),
  );
}

/** The graph of a case, its fed inputs without known sizes. */
export function graphOf(given: Case): GraphProto {
  const { inputs } = given;
  const made = nodeOf(given);
  const names = inputs.map((_, i) => `i${i}`);
  return graph({
    nodes: [made],
    inputs: names.flatMap((name, i) => {
      const input = inputs[i];
      if (input === undefined || input.constant) return [];
      return [value(name, input.dims.map((_, at) => `${name}_${at}`), input.type)];
    }),
    outputs: made.output.filter((name) => name !== "").map((name) => ({ name })),
    initializers: names.flatMap((name, i) => {
      const input = inputs[i];
      return input?.constant ? [tensorOf(name, input, i)] : [];
    }),
  });
}

/** What to feed to the model of a case. */
export function feedsOf(
  { inputs }: Case,
  ort: Runtime["ort"],
): Record<string, InstanceType<Runtime["ort"]["Tensor"]>> {
  const feeds: Record<string, InstanceType<Runtime["ort"]["Tensor"]>> = {};
  inputs.forEach((input, i) => {
    if (input === undefined || input.constant) return;
    const data = arrayOf(input, i);
    const name = NAMES[input.type] as "float32";
    feeds[`i${i}`] = new ort.Tensor(name, data as Float32Array, input.dims);
  });
  return feeds;
}

function nodeOf({ operator, inputs, attributes = {}, outputs = [true], domain = "" }: Case) {
  return node(
    operator,
    inputs.map((input, i) => input === undefined ? "" : `i${i}`),
    outputs.map((written, i) => written ? `o${i}` : ""),
    attributes,
    { domain },
  );
}

function valueOf(input: Given, index: number): Value {
  const { type, dims, constant = false } = input;
  if (!constant) return { type, dims, constant };
  return constantOf(tensorOf(`i${index}`, input, index));
}

function tensorOf(name: string, input: Given, index: number) {
  const { type, dims } = input;
  if (type !== DataType.INT4 && type !== DataType.UINT4) {
    const array = arrayOf(input, index);
    const bytes = new Uint8Array(array.buffer);
    return { ...tensor(name, dims, array as TensorValues, type), rawData: bytes };
  }
  const elements = elementsOf(input, index);
  const bytes = new Uint8Array(Math.ceil(elements.length / 2));
  elements.forEach((element, at) => bytes[at >> 1]! |= (element & 15) << (at % 2 * 4));
  return { name, dims: [...dims], dataType: type, rawData: bytes };
}

function arrayOf(input: Given, index: number) {
  const elements = elementsOf(input, index);
  switch (input.type) {
    case DataType.FLOAT:
      return Float32Array.from(elements);
    case DataType.FLOAT16:
      return Float16Array.from(elements);
    case DataType.DOUBLE:
      return Float64Array.from(elements);
    case DataType.INT8:
      return Int8Array.from(elements);
    case DataType.INT16:
      return Int16Array.from(elements);
    case DataType.UINT16:
      return Uint16Array.from(elements);
    case DataType.INT32:
      return Int32Array.from(elements);
    case DataType.UINT32:
      return Uint32Array.from(elements);
    case DataType.INT64:
      return BigInt64Array.from(elements, BigInt);
    case DataType.UINT64:
      return BigUint64Array.from(elements, BigInt);
    default:
      return Uint8Array.from(elements);
  }
}

/** The given elements, or drawn ones: floats in -1..1, whole numbers 0 to 3 (1 for booleans). */
function elementsOf({ type, dims, values }: Given, index: number): readonly number[] {
  if (values !== undefined) return values;
  let state = 12345 + index;
  return Array.from({ length: sizeOf(dims) }, () => {
    state = Math.imul(state, 1664525) + 1013904223 | 0;
    const bits = state >>> 8;
    if (FLOATS.has(type)) return bits / 2 ** 23 - 1;
    return bits >>> 20 & (type === DataType.BOOL ? 1 : 3);
  });
}

function sizeOf(dims: readonly number[]): number {
  return dims.reduce((product, dim) => product * dim, 1);
}
