/**
 * Operator cases: small models that run every admitted operator in the variants that take another path through the
 * runtime. Their outputs are compared bit by bit between engines and with digests in this repository; the self-test of
 * every evaluation is drawn from them.
 */
import { type AttributeValue, graph, model, node, tensor, value } from "../../model/onnx/build.ts";
import type { TensorValues } from "../../model/onnx/build.ts";
import { DataType, encodeModel, type NodeProto, type TensorProto } from "../../model/onnx/codec.ts";

/** A small model, and the numbers that go into it. */
export interface OperatorCase {
  /** Shape of one row of the input "x" (float32). */
  readonly row: readonly number[];
  /** Names of the outputs, in order. */
  readonly outputs: readonly string[];
  /** The inputs lie between -height and height. */
  readonly height: number;
  /** Whether it is also fed infinities, NaN, and the largest and smallest numbers. */
  readonly special: boolean;
  /** The ONNX file. */
  readonly onnx: Uint8Array;
}

/** Cases by name: operator and variant. They are built when they are asked for. */
export type CaseTable = Readonly<Record<string, () => OperatorCase>>;

/** What may differ from the usual case. */
export interface CaseOptions {
  /** Version of ai.onnx; 21 unless told. */
  opset?: number;
  /** Version of ai.onnx.ml; 3 unless told. Imported where one of its operators is used. */
  mlOpset?: number;
  /** See {@linkcode OperatorCase.height}; 2 unless told. */
  height?: number;
  /** See {@linkcode OperatorCase.special}; true unless told. */
  special?: boolean;
}

/** Writes the nodes of a case and returns the outputs: names of values. */
export type Draw = (sheet: Sheet) => string | readonly string[];

/** A case from the shape of one input row and what is done with it. */
export function given(
  row: readonly number[],
  draw: Draw,
  { opset = 21, mlOpset = 3, height = 2, special = true }: CaseOptions = {},
): () => OperatorCase {
  return () => {
    const sheet = new Sheet();
    const outputs = [draw(sheet)].flat();
    const ml = sheet.nodes.some(({ domain }) => domain === "ai.onnx.ml");
    const net = graph({
      inputs: [value("x", ["N", ...row])],
      // The runtime finds their types by itself.
      outputs: outputs.map((name) => ({ name })),
      nodes: sheet.nodes,
      initializers: sheet.constants,
    });
    const onnx = encodeModel(model(net, { opset, irVersion: 10, ...(ml ? { mlOpset } : {}) }));
    return { row, outputs, height, special, onnx };
  };
}

/** What a case is drawn on: nodes and constants, named by counters. */
export class Sheet {
  /** Name of the input. */
  readonly x = "x";
  /** Nodes so far. */
  readonly nodes: NodeProto[] = [];
  /** Constants so far. */
  readonly constants: TensorProto[] = [];

  /** Adds a node of ai.onnx with one output. @returns the output's name */
  op(
    type: string,
    inputs: readonly string[],
    attributes: Record<string, AttributeValue> = {},
  ): string {
    return this.many(type, inputs, { outputs: 1, attributes })[0]!;
  }

  /** Adds a node of ai.onnx.ml with as many outputs. @returns their names */
  ml(
    type: string,
    inputs: readonly string[],
    { outputs = 1, attributes = {} }: NodeOptions = {},
  ): string[] {
    return this.#add(type, inputs, { outputs, attributes, domain: "ai.onnx.ml" });
  }

  /** Adds a node of ai.onnx with as many outputs. @returns their names */
  many(
    type: string,
    inputs: readonly string[],
    { outputs = 1, attributes = {} }: NodeOptions = {},
  ): string[] {
    return this.#add(type, inputs, { outputs, attributes });
  }

  /** Adds a Cast. */
  cast(name: string, to: number): string {
    return this.op("Cast", [name], { to });
  }

  /** A float32 constant from -height to height. */
  wave(dims: readonly number[], height = 1): string {
    return this.constant(dims, wave(sizeOf(dims), { step: this.#step(), height }));
  }

  /** The same in float16. */
  half(dims: readonly number[], height = 1): string {
    const values = wave(sizeOf(dims), { step: this.#step(), height });
    return this.constant(dims, halves(values), DataType.FLOAT16);
  }

  /** An int8 constant of all values from -128 to 127. */
  int8(dims: readonly number[]): string {
    return this.constant(
      dims,
      Int8Array.from(wave(sizeOf(dims), { step: this.#step(), height: 128 })),
    );
  }

  /** A uint8 constant of all values from 0 to 255. */
  uint8(dims: readonly number[]): string {
    const values = wave(sizeOf(dims), { step: this.#step(), height: 127.5 });
    return this.constant(dims, Uint8Array.from(values, (value) => value + 127.5));
  }

  /** A one-dimensional int64 constant. */
  ints(...values: number[]): string {
    return this.constant([values.length], BigInt64Array.from(values, BigInt));
  }

  /** A one-dimensional float32 constant. */
  floats(...values: number[]): string {
    return this.constant([values.length], Float32Array.from(values));
  }

  /** A float32 constant of shape []. */
  scalar(value: number): string {
    return this.constant([], Float32Array.of(value));
  }

  /** Any constant. */
  constant(dims: readonly number[], values: TensorValues, type?: number): string {
    const name = `c${this.constants.length}`;
    this.constants.push(tensor(name, dims, values, type));
    return name;
  }

  #add(
    type: string,
    inputs: readonly string[],
    { outputs, attributes, domain }: Required<NodeOptions> & { domain?: string },
  ): string[] {
    const at = this.nodes.length;
    const names = Array.from({ length: outputs }, (_, i) => i === 0 ? `v${at}` : `v${at}_${i}`);
    this.nodes.push(node(type, inputs, names, attributes, domain === undefined ? {} : { domain }));
    return names;
  }

  /** Another step for each constant of a case. */
  #step(): number {
    return 0.37 + 0.21 * this.constants.length;
  }
}

/** Of a node with several outputs. */
export interface NodeOptions {
  /** How many; 1 unless told. */
  outputs?: number;
  /** Its attributes. */
  attributes?: Record<string, AttributeValue>;
}

/**
 * Fixed numbers from -height to height that never repeat. Only exact arithmetic (sums, products and a
 * remainder of small numbers), so they are the same in every engine; Math.sin would not be.
 *
 * @param options `start`: index of the first of them, in the same sequence
 */
export function wave(
  length: number,
  { step, height, start = 0 }: { step: number; height: number; start?: number },
): Float32Array<ArrayBuffer> {
  return Float32Array.from(
    { length },
    (_, i) => height * (((start + i + 1) * step * 1.618034) % 2 - 1),
  );
}

/** Bits of float16 numbers (IEEE 754 binary16), cut off rather than rounded; what is too small becomes 0. */
function halves(values: Float32Array): Uint16Array {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  return Uint16Array.from(bits, (word) => {
    const exponent = (word >>> 23 & 255) - 112;
    const rest = exponent <= 0 ? 0 : exponent << 10 | (word >>> 13 & 1023);
    return (word >>> 16 & 0x8000) | rest;
  });
}

function sizeOf(dims: readonly number[]): number {
  return dims.reduce((product, dim) => product * dim, 1);
}
