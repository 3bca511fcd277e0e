/** The arrays of a model, found by layer, whatever the file format. */
import { ConversionError } from "./error.ts";

/** One stored array. */
export interface StoredArray {
  /** Its shape. */
  readonly dims: readonly number[];
  /** Reads and decodes its elements, in row-major order. @throws {ConversionError} if they are missing or not numbers */
  values(): Float32Array<ArrayBuffer>;
}

/** Where a layer that another one owns (a model's, a wrapper's) keeps its arrays. */
export interface Part {
  /** Keras 3: names under which the owner's attributes may hold it. */
  readonly attributes: readonly string[];
  /** Keras 2 and TensorFlow.js: segments that the names of its arrays may have in common. */
  readonly names: readonly string[];
}

/** The arrays of one layer in the order in which the framework lists them. */
export interface Arrays {
  /** Array number `index`; undefined if there are fewer. @throws {ConversionError} if what is stored there is no array */
  at(index: number): StoredArray | undefined;
  /** The arrays of a layer inside this one. */
  part(part: Part): Arrays;
}

/** Arrays with path-like names, such as "lstm/lstm_cell/kernel", in the file's order. */
export class NamedArrays implements Arrays {
  readonly #entries: readonly NamedArray[];

  /** `entries`: all arrays that may belong to the layer, in the file's order. */
  constructor(entries: readonly NamedArray[]) {
    this.#entries = entries;
  }

  /** Array number `index`; undefined if there are fewer. */
  at(index: number): StoredArray | undefined {
    return this.#entries[index]?.array;
  }

  /**
   * Those with one of `names` among their segments. Where nobody has, all: a wrapper with a single layer
   * need not name it.
   */
  part({ names }: Part): NamedArrays {
    for (const name of names) {
      const found = this.#entries.filter(({ segments }) => segments.includes(name));
      if (found.length > 0) return new NamedArrays(found);
    }
    return this;
  }
}

/** An array and the segments of its name. */
export interface NamedArray {
  /** What lies between the slashes. */
  readonly segments: readonly string[];
  /** The array. */
  readonly array: StoredArray;
}

/** Takes the arrays of one layer one by one, checking their shapes. */
export class WeightReader {
  #next = 0;

  /**
   * Reads `arrays` of a layer that errors call `owner`.
   */
  constructor(readonly owner: string, readonly arrays: Arrays) {}

  /**
   * The next array, which must have the shape `dims`.
   *
   * @throws {ConversionError} if it is missing or of another shape
   */
  take(name: string, dims: readonly number[]): StoredArray {
    const array = this.peek();
    if (array === undefined) {
      throw new ConversionError(
        `${this.owner}: expected a weight "${name}" of shape [${dims}], but the file has none.`,
      );
    }
    this.#next++;
    if (array.dims.length !== dims.length || array.dims.some((dim, i) => dim !== dims[i])) {
      const got = array.dims.slice(0, 8);
      throw new ConversionError(
        `${this.owner}: expected a weight "${name}" of shape [${dims}], got one of shape [${got}].`,
      );
    }
    return array;
  }

  /** The next array, left where it is. */
  peek(): StoredArray | undefined {
    return this.arrays.at(this.#next);
  }

  /** The arrays of a layer inside this one. */
  part(part: Part): WeightReader {
    return new WeightReader(this.owner, this.arrays.part(part));
  }

  /** Ends the reading. @throws {ConversionError} if there are arrays that nobody took */
  finish(): void {
    if (this.#next === 0) return; // A layer without weights of its own shares its source with the layers inside.
    const left = this.peek();
    if (left === undefined) return;
    throw new ConversionError(
      `${this.owner}: expected ${this.#next} weights, got another one of shape [${
        left.dims.slice(0, 8)
      }].`,
    );
  }
}
