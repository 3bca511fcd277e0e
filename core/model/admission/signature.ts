import { InvalidModel } from "../invalid.ts";
import { FLOAT_INPUT, INPUT_SHAPE, NUMERIC_ROWS, ONE_INPUT } from "./advice.ts";
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
  /** What a model may cost where that is less than the protocol's maxima (limits.ts). */
  limits?: Limits;
}

/** What a model may cost. */
export interface Limits {
  /** Work for each row of a full run, in multiply-accumulates; `MAX_WORK` unless given. */
  work?: number;
  /** Bytes alive at once in a run; `MAX_ACTIVATION_BYTES` unless given. */
  activations?: number;
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
   * `[rows, classes]`, the largest wins; `binary` float32 `[rows, 1]`, the probability of class 1 of two;
   * `value` float32 `[rows]` or `[rows, 1]`.
   */
  kind: "label" | "scores" | "binary" | "value";
}

/**
 * Names go through JavaScript objects and C strings on their way to the runtime: ASCII comes through
 * unchanged, and "__proto__" is no name for a property.
 */
const NAME = /^(?!__proto__$)[\x20-\x7e]{1,200}$/;

/**
 * The input and the output that count. Input: exactly one besides the constants, float32, of a shape
 * in `task`, its batch dimension symbolic or `task.batch` (and then `task.rows` a multiple of it). Output: for classification the first int64
 * of shape `[rows]`, otherwise the first float32 that may hold one row for each row fed, otherwise, with two
 * classes, the first float32 of shape `[rows, 1]`.
 *
 * @throws {InvalidModel} `input` or `output`
 */
export function signatureOf(graph: GraphProto, task: ModelTask): Signature {
  return { ...inputOf(graph, task), ...outputOf(graph.output, task) };
}

/** The input: see {@link signatureOf}. @throws {InvalidModel} `input` */
export function inputOf(graph: GraphProto, task: ModelTask): Pick<Signature, "input" | "shape"> {
  const constants = new Set(graph.initializer.map(({ name }) => name));
  const inputs = graph.input.filter(({ name }) => !constants.has(name));
  const [input] = inputs;
  if (input === undefined || inputs.length > 1) {
    throw new InvalidModel(
      "input",
      `model: expected one input, got ${inputs.length}; ${ONE_INPUT}`,
    );
  }
  const shape = inputShape(input, task);
  return { input: checkName(input, "input"), shape };
}

function inputShape(
  { type }: ValueInfoProto,
  { shapes, batch, rows: all = 0 }: ModelTask,
): readonly number[] {
  const tensor = type?.tensorType;
  if (tensor?.elemType !== DataType.FLOAT) {
    throw new InvalidModel(
      "input",
      `model: expected a float32 input, got ${shown(tensor)}; ` +
        (tensor?.elemType === DataType.STRING ? NUMERIC_ROWS : FLOAT_INPUT),
    );
  }
  const [rows, ...dims] = dimensions(tensor) ?? [];
  const found = rows !== undefined && fits(rows, batch) &&
    shapes.find((shape) =>
      shape.length === dims.length && shape.every((size, i) => fits(dims[i] ?? size, size))
    );
  if (!found) {
    const wanted = shapes.map((shape) => `[N,${shape.join()}]`).join(" or ");
    throw new InvalidModel(
      "input",
      `model: expected an input ${wanted}, got ${shown(tensor)}; ${INPUT_SHAPE}`,
    );
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

/** The output that counts: see {@link signatureOf}. @throws {InvalidModel} `output` */
export function outputOf(
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
  const binary = classes === 2 ? matches(DataType.FLOAT, [[batch, 1]]) : undefined;
  if (scores === undefined && binary !== undefined) {
    return { output: checkName(binary, "output"), kind: "binary" };
  }
  if (scores === undefined) {
    const row = classes === undefined
      ? "float32 [N] or [N,1]"
      : `int64 [N] or float32 [N,${classes}]${classes === 2 ? " or [N,1]" : ""}`;
    const got = outputs.map(({ type }) => shown(type?.tensorType)).join(", ") || "none";
    const advice = classes === undefined
      ? "return one number for each row"
      : classAdvice(outputs, classes);
    throw new InvalidModel("output", `model: expected an output ${row}, got ${got}; ${advice}`);
  }
  const kind = classes === undefined ? "value" : "scores";
  return { output: checkName(scores, "output"), kind };
}

/** What to change where a classifier's outputs do not fit; the commonest slips of exporters' users first. */
function classAdvice(outputs: readonly ValueInfoProto[], classes: number): string {
  const has = (elemType: number, sizes: readonly number[]) =>
    outputs.some(({ type }) => {
      const tensor = type?.tensorType;
      const dims = tensor?.elemType === elemType ? dimensions(tensor) : undefined;
      return dims?.length === sizes.length + 1 && sizes.every((size, i) => dims[i + 1] === size);
    });
  if (has(DataType.INT64, [1])) return "take the class with argmax(1), without keepdim";
  if (has(DataType.DOUBLE, [classes])) {
    return 'make the scores float32, as x.float() or astype("float32")';
  }
  if (classes === 2 && has(DataType.FLOAT, [])) {
    return "keep the last dimension, without squeeze, and end in a sigmoid";
  }
  const one = has(DataType.FLOAT, []) || has(DataType.FLOAT, [1]);
  const scores = `return one score for each of the ${classes} classes, in the manifest's order`;
  return one ? `${scores}: one number a row is a regression, or a choice of two` : scores;
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
