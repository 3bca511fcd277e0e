import { InvalidModel } from "../invalid.ts";
import {
  DataType,
  type GraphProto,
  type TensorTypeProto,
  type ValueInfoProto,
} from "../onnx/codec.ts";

/** What a competition asks of its models; from the manifest. */
export interface ModelTask {
  /** Shapes of one row that a model may declare, the preferred one first; all hold the same values. */
  shapes: readonly (readonly number[])[];
  /** Rows in one run: what a fixed batch dimension must be. */
  batch: number;
  /**
   * Rows of the test set, if known: where they are no multiple of `batch`, the last run has fewer, and a
   * fixed batch dimension is refused.
   */
  rows?: number;
  /** Number of classes; undefined for regression. */
  classes: number | undefined;
}

/** How a model is fed and read. */
export interface Signature {
  /** Name of the float32 input `[rows, ...shape]`. */
  input: string;
  /** Shape of one row, without the batch dimension. */
  shape: readonly number[];
  /** Name of the output that counts. */
  output: string;
  /**
   * What the output holds: `label` int64 `[rows]`, a class's index; `scores` float32
   * `[rows, classes]`, the largest wins; `value` float32 `[rows]` or `[rows, 1]`.
   */
  kind: "label" | "scores" | "value";
}

/**
 * Names go through JavaScript objects and C strings on their way to the runtime: ASCII comes through
 * unchanged, and "__proto__" is no name for a property.
 */
const NAME = /^(?!__proto__$)[\x20-\x7e]{1,200}$/;

/**
 * The input and the output that count. Input: exactly one besides the constants, float32, of a shape
 * in `task`, its batch dimension symbolic or `task.batch` (and then `task.rows` a multiple of it). Output: for classification the first int64
 * of shape `[rows]`, otherwise the first float32 that may hold one row for each row fed.
 *
 * @throws {InvalidModel} `input` or `output`
 */
export function signatureOf(graph: GraphProto, task: ModelTask): Signature {
  const constants = new Set(graph.initializer.map(({ name }) => name));
  const inputs = graph.input.filter(({ name }) => !constants.has(name));
  const [input] = inputs;
  if (input === undefined || inputs.length > 1) {
    throw new InvalidModel("input", `model: expected one input, got ${inputs.length}`);
  }
  const shape = inputShape(input, task);
  const { output, kind } = chooseOutput(graph.output, task);
  return { input: checkName(input, "input"), shape, output, kind };
}

function inputShape(
  { type }: ValueInfoProto,
  { shapes, batch, rows: all = 0 }: ModelTask,
): readonly number[] {
  const tensor = type?.tensorType;
  if (tensor?.elemType !== DataType.FLOAT) {
    throw new InvalidModel("input", `model: expected a float32 input, got ${shown(tensor)}`);
  }
  const [rows, ...dims] = dimensions(tensor) ?? [];
  const found = rows !== undefined && fits(rows, batch) &&
    shapes.find((shape) =>
      shape.length === dims.length && shape.every((size, i) => fits(dims[i] ?? size, size))
    );
  if (!found) {
    const wanted = shapes.map((shape) => `[N,${shape.join()}]`).join(" or ");
    throw new InvalidModel("input", `model: expected an input ${wanted}, got ${shown(tensor)}`);
  }
  if (typeof rows === "number" && all % batch !== 0) {
    throw new InvalidModel(
      "input",
      `model: expected a batch dimension that varies, since ${all} rows make a last batch of ` +
        `${all % batch}, got ${shown(tensor)}; export with a dynamic batch`,
    );
  }
  return found;
}

function chooseOutput(
  outputs: readonly ValueInfoProto[],
  { classes, batch }: ModelTask,
): Pick<Signature, "output" | "kind"> {
  const matches = (elemType: number, shapes: number[][]) =>
    outputs.find(({ type }) =>
      type?.tensorType?.elemType === elemType &&
      shapes.some((shape) => mayBe(type.tensorType as TensorTypeProto, shape))
    );
  const label = classes === undefined ? undefined : matches(DataType.INT64, [[batch]]);
  if (label !== undefined) return { output: checkName(label, "output"), kind: "label" };
  const wanted = classes === undefined ? [[batch], [batch, 1]] : [[batch, classes]];
  const scores = matches(DataType.FLOAT, wanted);
  if (scores === undefined) {
    const row = classes === undefined
      ? "float32 [N] or [N,1]"
      : `int64 [N] or float32 [N,${classes}]`;
    const got = outputs.map(({ type }) => shown(type?.tensorType)).join(", ") || "none";
    throw new InvalidModel("output", `model: expected an output ${row}, got ${got}`);
  }
  const kind = classes === undefined ? "value" : "scores";
  return { output: checkName(scores, "output"), kind };
}

/** Whether a declared type leaves the shape open or allows it. */
function mayBe(tensor: TensorTypeProto, shape: readonly number[]): boolean {
  const dims = dimensions(tensor);
  if (dims === undefined) return true;
  return dims.length === shape.length &&
    shape.every((size, i) => fits(dims[i] ?? size, size));
}

/** Declared sizes; a text stands for a symbol or an unknown size; undefined where no shape is declared. */
function dimensions({ shape }: TensorTypeProto): (number | string)[] | undefined {
  return shape?.dim.map(({ dimValue, dimParam }) =>
    dimValue === undefined ? dimParam ?? "?" : Number(dimValue)
  );
}

function fits(declared: number | string, size: number): boolean {
  return typeof declared === "string" || declared === size;
}

function checkName({ name = "" }: ValueInfoProto, what: "input" | "output"): string {
  if (!NAME.test(name)) {
    throw new InvalidModel(
      what,
      `model: expected an ${what} named by 1 to 200 printable ASCII characters, got ${
        JSON.stringify(name.slice(0, 60))
      }`,
    );
  }
  return name;
}

function shown(tensor: TensorTypeProto | undefined): string {
  if (tensor === undefined) return "no tensor";
  const type = Object.entries(DataType).find(([, value]) => value === tensor.elemType)?.[0];
  const dims = dimensions(tensor)?.slice(0, 8).map((dim) => String(dim).slice(0, 20));
  return `${type?.toLowerCase() ?? "unknown"} ${dims === undefined ? "of any shape" : `[${dims}]`}`;
}
