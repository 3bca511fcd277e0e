/** What nodes and constants are written on before they are added to a model. */
import { type AttributeValue, node, tensor } from "../../core/model/onnx/build.ts";
import type { NodeProto, TensorProto } from "../../core/model/onnx/codec.ts";
import type { Random } from "../demo/random.ts";

/** A float32 value whose first dimension is the batch. */
export interface Known {
  /** Its name. */
  readonly name: string;
  /** Its shape at a full batch. */
  readonly dims: readonly number[];
}

/** Nodes and constants to add. */
export class Growth {
  readonly nodes: NodeProto[] = [];
  readonly constants: TensorProto[] = [];
  #names = 0;

  constructor(readonly random: Random, readonly prefix: string, readonly opset: number) {}

  op(
    type: string,
    inputs: string[],
    attributes: Record<string, AttributeValue> = {},
    outputs = 1,
  ): string {
    const names = Array.from({ length: outputs }, () => this.#name());
    this.nodes.push(node(type, inputs, names, attributes));
    return names[0]!;
  }

  ints(...values: number[]): string {
    return this.#constant([values.length], BigInt64Array.from(values, BigInt));
  }

  floats(dims: readonly number[], height = 1): string {
    const size = dims.reduce((product, dim) => product * dim, 1);
    const values = Float32Array.from(
      { length: Math.min(size, 300_000) },
      () => this.random.between(-height, height),
    );
    return this.#constant(size === values.length ? dims : [values.length], values);
  }

  #constant(dims: readonly number[], values: Float32Array | BigInt64Array): string {
    const name = this.#name();
    this.constants.push(tensor(name, dims, values));
    return name;
  }

  #name(): string {
    return `${this.prefix}_${this.#names++}`;
  }
}
