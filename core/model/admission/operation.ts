/** What a rule sees of one node, and what it says of it. */
import { InvalidModel } from "../invalid.ts";
import { AttributeType, type NodeProto, type TensorProto } from "../onnx/codec.ts";

/** A tensor as admission sees it, at one batch size: type and shape, and its elements where they are few and follow from the file. */
export interface Value {
  /** See {@linkcode DataType}. */
  readonly type: number;
  /** Shape: whole numbers from 0. */
  readonly dims: readonly number[];
  /**
   * Elements in row-major order, where they follow from the file and the batch size alone and are few: what
   * shapes are computed from. Booleans are 0 and 1. Whole numbers beyond 2^53 are Infinity or -Infinity: far beyond
   * any size, and no operand of arithmetic.
   */
  readonly known?: readonly number[] | undefined;
  /** Whether the value is a constant of the file or computed from such alone (and the batch size). */
  readonly constant: boolean;
  /** The constant itself, if the value is one of the file's. */
  readonly tensor?: TensorProto | undefined;
}

/** A tensor that a node writes: type and shape, and the elements if the rule knows them. */
export interface Written {
  /** See {@linkcode DataType}. */
  readonly type: number;
  /** Shape. */
  readonly dims: readonly number[];
  /** Elements, as {@linkcode Value.known}. */
  readonly known?: readonly number[] | undefined;
}

/** What a node does. */
export interface Effect {
  /** What it writes, by position; undefined for an output that the node leaves out. */
  readonly outputs: readonly (Written | undefined)[];
  /** Multiply-accumulates, exactly: of convolutions, matrix products and what is made of them. 0 unless told. */
  readonly macs?: number;
  /**
   * All of its work in multiply-accumulates of a matrix product: `macs`, plus what else takes time (elements moved,
   * functions computed) at its measured weight. `macs` plus one for each element written unless told.
   */
  readonly work?: number;
  /** Bytes that it needs besides inputs and outputs while it runs, such as unfolded images. 0 unless told. */
  readonly scratch?: number;
}

/** Type, shape and cost of what a node writes. @throws {InvalidModel} for a node that the operator's definition refuses */
export type Rule = (operation: Operation) => Effect;

/** An admitted operator. */
export interface Operator {
  /** First and last version of the operator set in which it is admitted; 1 and no end unless told. */
  readonly since?: number;
  /** Last version of its operator set in which it is admitted. */
  readonly until?: number;
  /** What it does. */
  readonly rule: Rule;
}

/** Admitted operators by name. */
export type Operators = Readonly<Record<string, Operator>>;

/** One node with what is known of its inputs. */
export class Operation {
  /** Name of the operator. */
  readonly operator: string;

  /**
   * Made anew for each number of rows.
   *
   * @param node it
   * @param inputs by position; undefined for those that are left out
   * @param version of the operator set that the operator is of
   */
  constructor(
    readonly node: NodeProto,
    readonly inputs: readonly (Value | undefined)[],
    readonly version: number,
  ) {
    this.operator = node.opType ?? "";
  }

  /** Input number `index`. @throws {InvalidModel} `shape` if it is left out */
  input(index: number): Value {
    const value = this.inputs[index];
    if (value === undefined) throw this.refuse(`input ${index}`, "none");
    return value;
  }

  /** Elements of input number `index`. @throws {InvalidModel} `shape` if it is left out or not known from the file */
  known(index: number): readonly number[] {
    const { known, dims } = this.input(index);
    if (known !== undefined) return known;
    throw this.refuse(
      `input ${index} to follow from the file and the batch size`,
      `a computed one of shape [${dims}]`,
    );
  }

  /** Whether the node writes output number `index`. */
  writes(index: number): boolean {
    return (this.node.output[index] ?? "") !== "";
  }

  /** Attribute of type INT (0 where the file leaves the number out); `otherwise` (undefined unless given) if it is absent. */
  int<T = undefined>(name: string, otherwise?: T): number | T {
    const attribute = this.#attribute(name, AttributeType.INT);
    if (attribute === undefined) return otherwise as T;
    const { i: value = 0 } = attribute;
    if (typeof value === "bigint") throw this.refuse(`${name} below 2^53`, String(value));
    return value;
  }

  /** Attribute of type INTS; undefined if it is absent. */
  ints(name: string): readonly number[] | undefined {
    const attribute = this.#attribute(name, AttributeType.INTS);
    return attribute && (attribute.ints ?? []).map((value) => {
      if (typeof value === "bigint") throw this.refuse(`${name} below 2^53`, String(value));
      return value;
    });
  }

  /** Attribute of type FLOAT. */
  float<T = undefined>(name: string, otherwise?: T): number | T {
    const attribute = this.#attribute(name, AttributeType.FLOAT);
    return attribute === undefined ? otherwise as T : attribute.f ?? 0;
  }

  /** Attribute of type FLOATS; undefined if it is absent. */
  floats(name: string): readonly number[] | undefined {
    const attribute = this.#attribute(name, AttributeType.FLOATS);
    return attribute && (attribute.floats ?? []);
  }

  /** Attribute of type STRING. */
  text<T = undefined>(name: string, otherwise?: T): string | T {
    const attribute = this.#attribute(name, AttributeType.STRING);
    return attribute === undefined ? otherwise as T : LATIN1.decode(attribute.s ?? EMPTY);
  }

  /** Attribute of type STRINGS; undefined if it is absent. */
  texts(name: string): readonly string[] | undefined {
    const attribute = this.#attribute(name, AttributeType.STRINGS);
    return attribute && (attribute.strings ?? []).map((bytes) => LATIN1.decode(bytes));
  }

  /** Attribute of type TENSOR; undefined if it is absent. */
  tensor(name: string): TensorProto | undefined {
    return this.#attribute(name, AttributeType.TENSOR)?.t;
  }

  /** An error that names the operator. */
  refuse(expected: string, got: string): InvalidModel {
    return new InvalidModel("shape", `model: expected ${expected} of ${this.operator}, got ${got}`);
  }

  #attribute(name: string, type: number) {
    const attribute = this.node.attribute.find((attribute) => attribute.name === name);
    if (attribute === undefined || attribute.type === type) return attribute;
    throw this.refuse(`${name} of attribute type ${type}`, `type ${attribute.type ?? "none"}`);
  }
}

const EMPTY = new Uint8Array(0);
const LATIN1 = new TextDecoder("latin1");
