import { ConversionError } from "./error.ts";
import { isObject, type Json, type JsonObject, member, shown } from "./json.ts";
import { MAX_RANK, MAX_ROW_ELEMENTS } from "./limits.ts";

/** Reads a layer's config. Every reader throws a {@link ConversionError} for a value of the wrong kind. */
export class Config {
  readonly #read = new Set<string>();

  /**
   * Reads `values`, the config of a layer that errors call `owner`, such as `Conv2D "conv1"`.
   */
  constructor(readonly owner: string, readonly values: JsonObject) {}

  /** A member as it stands; null counts as absent. */
  get(name: string): Json | undefined {
    this.#read.add(name);
    return member(this.values, name) ?? undefined;
  }

  /**
   * Members that nobody has read, are not off (null or false), and may change what the layer computes: options that
   * a later version of the framework brings.
   */
  unread(): string[] {
    return Object.entries(this.values).filter(([name, value]) =>
      value !== null && value !== false && !this.#read.has(name) && !UNIMPORTANT.test(name)
    ).map(([name]) => name);
  }

  /** A whole number from `min` (default 1); `otherwise` if it is absent. */
  int(name: string, { min = 1, otherwise }: { min?: number; otherwise?: number } = {}): number {
    const value = this.get(name) ?? otherwise;
    if (isInt(value, min)) return value;
    throw this.wrong(name, `a whole number from ${min}`);
  }

  /** A number; `otherwise` if it is absent. */
  number(name: string, otherwise?: number): number {
    const value = this.get(name) ?? otherwise;
    const number = tagged(value);
    if (typeof number === "number" && Number.isFinite(number)) return number;
    throw this.wrong(name, "a number");
  }

  /** true or false; `otherwise` if it is absent. */
  flag(name: string, otherwise: boolean): boolean {
    const value = this.get(name) ?? otherwise;
    if (typeof value === "boolean") return value;
    throw this.wrong(name, "true or false");
  }

  /** One of some texts; the first of them if it is absent. */
  text<T extends string>(name: string, options: readonly [T, ...T[]]): T {
    const value = this.get(name) ?? options[0];
    const found = options.find((option) => option === value);
    if (found !== undefined) return found;
    throw this.wrong(name, options.map((option) => `"${option}"`).join(" or "));
  }

  /** `length` whole numbers; a single one stands for all of them, an absent one for `otherwise`. */
  ints(
    name: string,
    length: number,
    { min = 1, otherwise }: { min?: number; otherwise?: number } = {},
  ): number[] {
    const value = this.get(name) ?? otherwise;
    if (isInt(value, min)) return Array(length).fill(value);
    if (Array.isArray(value) && value.length === length && value.every((v) => isInt(v, min))) {
      return value as number[];
    }
    throw this.wrong(name, `${length} whole numbers from ${min}`);
  }

  /** Whole numbers, as many as there are (at most 8); a single one is a list of one. */
  list(name: string, min: number): number[] {
    const value = this.get(name);
    if (isInt(value, min)) return [value];
    if (
      Array.isArray(value) && value.length <= MAX_RANK && value.every((v) => isInt(v, min))
    ) return value as number[];
    throw this.wrong(name, `at most ${MAX_RANK} whole numbers from ${min}`);
  }

  /**
   * A dimension of a tensor of `rank` dimensions (batch included), negative ones counted from the end; never the
   * batch. `otherwise` if it is absent.
   */
  axis(name: string, rank: number, otherwise = -1): number {
    const value = this.get(name) ?? otherwise;
    const axis = Array.isArray(value) && value.length === 1 ? value[0] : value;
    return this.toAxis(axis, { name, rank });
  }

  /** The same for one or several dimensions, in ascending order. */
  axes(name: string, rank: number, otherwise: readonly number[] = [-1]): number[] {
    const value = this.get(name) ?? [...otherwise];
    const list = Array.isArray(value) ? value.slice(0, MAX_RANK + 1) : [value];
    const axes = list.map((axis) => this.toAxis(axis, { name, rank })).sort((a, b) => a - b);
    if (axes.length === 0 || new Set(axes).size < axes.length) {
      throw this.wrong(name, "different dimensions");
    }
    return axes;
  }

  /** One entry of such a list. */
  toAxis(value: Json | undefined, { name, rank }: { name: string; rank: number }): number {
    const axis = typeof value === "number" && value < 0 ? value + rank : value;
    if (isInt(axis, 1) && axis < rank) return axis;
    throw this.wrong(name, `a dimension of ${rank}, not the batch`);
  }

  /** An error about one member. */
  wrong(name: string, expected: string): ConversionError {
    const got = shown(member(this.values, name));
    return new ConversionError(`${this.owner}: expected ${name} to be ${expected}, got ${got}.`);
  }
}

/** Members without a say in what a built and trained layer computes. */
const UNIMPORTANT = new RegExp(
  `^(${
    [
      "name|trainable|dtype|data_format|seed|.*_(initializer|regularizer|constraint)",
      "batch_input_shape|batch_shape|input_dtype|input_length|(query|key|value)_shape|sparse|ragged",
      "dropout|recurrent_dropout|implementation|unroll|unit_forget_bias|zero_output_for_mask",
      "momentum|renorm|renorm_.*|synchronized|fused|virtual_batch_size|lora_.*",
    ].join("|")
  })$`,
);

function isInt(value: Json | undefined, min: number): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= min &&
    value <= MAX_ROW_ELEMENTS;
}

/** Keras 3 writes numpy scalars as `{"class_name": "__numpy__", "config": {"value": 0.2, ...}}`. */
function tagged(value: Json | undefined): Json | undefined {
  return isObject(value) ? member(member(value, "config"), "value") : value;
}
