/** The ONNX graph under construction. */
import { type AttributeValue, node, tensor, type TensorValues } from "../onnx/build.ts";
import type { NodeProto, TensorProto } from "../onnx/types.ts";
import { ConversionError } from "./error.ts";
import { MAX_CONSTANT_BYTES, MAX_NODES, MAX_RANK, MAX_ROW_ELEMENTS } from "./limits.ts";

/**
 * Order of dimensions in memory: `last` is Keras' [batch, ...space, channels], `first` ONNX's [batch, channels, ...space].
 */
export type Layout = "last" | "first";

/**
 * A tensor that varies with the input. It exists in one layout or in both; {@linkcode GraphBuilder.last} and
 * {@linkcode GraphBuilder.first} give its name in the one that is needed and transpose only then.
 */
export interface Value {
  /** Shape of one row (without the batch dimension), channels last. */
  readonly dims: readonly number[];
  /** Names of the ONNX tensors that hold it, by layout. */
  readonly names: { [layout in Layout]?: string };
  /** Whether a mask of Keras' travels with it, which ONNX has no counterpart for. */
  readonly masked: boolean;
}

/** Collects nodes and constants and keeps them within bounds. */
export class GraphBuilder {
  /** Nodes, in an order in which each reads only what is there already. */
  readonly nodes: NodeProto[] = [];
  /** Constants. */
  readonly initializers: TensorProto[] = [];
  readonly #names = new Set<string>();
  readonly #cached = new Map<string, string>();
  #bytes = 0;

  /**
   * A value that an ONNX tensor holds.
   *
   * @param options `layout` of that tensor ("last" unless told); `masked` as in {@linkcode Value}
   * @throws {ConversionError} if it is too large or has too many dimensions
   */
  value(
    name: string,
    dims: readonly number[],
    { layout = "last", masked = false }: { layout?: Layout; masked?: boolean } = {},
  ): Value {
    const elements = dims.reduce((product, dim) => product * dim, 1);
    const sound = dims.every((dim) => Number.isSafeInteger(dim) && dim > 0);
    if (!sound || elements > MAX_ROW_ELEMENTS || dims.length >= MAX_RANK) {
      throw new ConversionError(
        `Expected tensors of at most ${MAX_ROW_ELEMENTS} elements a row and ${MAX_RANK} dimensions, all above ` +
          `0, got one of shape [batch,${dims.slice(0, MAX_RANK)}].`,
      );
    }
    return { dims, names: { [layout]: name }, masked };
  }

  /** Adds a node with one output and returns that output's name, which starts with `hint`. */
  op(
    type: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, AttributeValue>> = {},
    hint: string = type,
  ): string {
    return this.ops(type, inputs, attributes, [hint])[0] as string;
  }

  /** Adds a node with one output for each of `hints` ("" leaves an optional one out) and returns their names. */
  ops(
    type: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, AttributeValue>>,
    hints: readonly string[],
  ): string[] {
    if (this.nodes.length >= MAX_NODES) {
      throw new ConversionError(`Expected a model of at most ${MAX_NODES} ONNX nodes, got more.`);
    }
    const outputs = hints.map((hint) => hint === "" ? "" : this.name(hint));
    this.nodes.push(node(type, inputs, outputs, attributes));
    return outputs;
  }

  /** Name of the tensor that holds `value` channels-last. */
  last({ names, dims }: Value): string {
    const rank = dims.length + 1;
    const back = [0, ...range(2, rank), 1];
    return names.last ??= this.op("Transpose", [names.first as string], { perm: back });
  }

  /** Name of the tensor that holds `value` channels-first. It must have space and channels, so three dimensions or more. */
  first({ names, dims }: Value): string {
    const rank = dims.length + 1;
    const forth = [0, rank - 1, ...range(1, rank - 1)];
    return names.first ??= this.op("Transpose", [names.last as string], { perm: forth });
  }

  /** Name of the tensor that holds `value` in the layout given. */
  in(layout: Layout, value: Value): string {
    return layout === "last" ? this.last(value) : this.first(value);
  }

  /** The layout in which all of `values` are there already; `last` if there is none. */
  layout(...values: readonly Value[]): Layout {
    return values.every(({ names }) => names.first !== undefined) ? "first" : "last";
  }

  /** A value of the same shape, computed element by element by `compute` in whatever layout is there. */
  map(value: Value, compute: (name: string) => string): Value {
    const layout = this.layout(value);
    const name = compute(this.in(layout, value));
    return { ...value, names: { [layout]: name } };
  }

  /**
   * A constant, made once for each `key`.
   *
   * @param key identifies it within the model; its end is the tensor's name
   * @param make computes the elements; called after the bound on bytes has been checked
   * @throws {ConversionError} if all constants together become too large
   */
  constant(key: string, dims: readonly number[], make: () => TensorValues): string {
    const known = this.#cached.get(key);
    if (known !== undefined) return known;
    this.#bytes += 4 * dims.reduce((product, dim) => product * dim, 1);
    if (!(this.#bytes <= MAX_CONSTANT_BYTES)) {
      throw new ConversionError(
        `Expected at most ${MAX_CONSTANT_BYTES} bytes of weights and constants, got more.`,
      );
    }
    const name = this.name(key);
    this.initializers.push(tensor(name, dims, make()));
    this.#cached.set(key, name);
    return name;
  }

  /** A float32 number as a constant without dimensions. */
  scalar(number: number): string {
    return this.constant(`scalar ${number}`, [], () => Float32Array.of(number));
  }

  /** A list of int64 as a constant: shapes, axes, pads. */
  ints(values: readonly number[]): string {
    const make = () => BigInt64Array.from(values, BigInt);
    return this.constant(`ints ${values}`, [values.length], make);
  }

  /** A name that nothing has yet: printable ASCII, at most 60 characters. */
  name(hint: string): string {
    const base = hint.replace(/[^A-Za-z0-9_.]+/g, "_").slice(-48) || "_";
    let name = base;
    for (let i = 1; this.#names.has(name); i++) name = `${base}_${this.#names.size + i}`;
    this.#names.add(name);
    return name;
  }
}

/** Whole numbers from `start` to before `end`. */
export function range(start: number, end: number): number[] {
  return Array.from({ length: Math.max(0, end - start) }, (_, i) => start + i);
}

/** The dimensions in another order: element i is dimension `perm[i]`. */
export function permuteDims(dims: readonly number[], perm: readonly number[]): number[] {
  return perm.map((axis) => dims[axis] as number);
}

/** Product of sizes; 1 if there are none. */
export function product(dims: readonly number[]): number {
  return dims.reduce((all, dim) => all * dim, 1);
}

/** An array with its dimensions in another order: dimension i of the result is dimension `perm[i]` of `values`. */
export function transpose(
  values: Float32Array,
  dims: readonly number[],
  perm: readonly number[],
): Float32Array<ArrayBuffer> {
  const result = new Float32Array(values.length);
  const strides = dims.map((_, axis) => product(dims.slice(axis + 1)));
  const outDims = permuteDims(dims, perm);
  const steps = permuteDims(strides, perm);
  const index = outDims.map(() => 0);
  for (let i = 0, from = 0; i < result.length; i++) {
    result[i] = values[from] as number;
    for (let axis = index.length - 1; axis >= 0; axis--) {
      const at = index[axis] as number;
      const step = steps[axis] as number;
      from += step;
      if (at + 1 < (outDims[axis] as number)) {
        index[axis] = at + 1;
        break;
      }
      from -= step * (at + 1);
      index[axis] = 0;
    }
  }
  return result;
}
