/** Weights in fewer bits: smaller constants, and nodes that turn them back into float32 before they are used. */
import { node, tensor } from "../onnx/build.ts";
import {
  DataType,
  type GraphProto,
  type ModelProto,
  type NodeProto,
  type TensorProto,
} from "../onnx/codec.ts";
import { raiseOpset } from "./opset.ts";
import { fromHalf, toHalf } from "./half.ts";
import { quantise } from "./quantise.ts";
import { sortConstants } from "./constants.ts";
import { stripModel } from "./strip.ts";
import { floatsOf } from "./tensors.ts";
import { weightAxes } from "./weight_axes.ts";

/** Precisions of weights, the most exact first: floats of 32 or 16 bits, or whole numbers of 8 to 3 bits. */
export const PRECISIONS = ["float32", "float16", "int8", "7", "6", "5", "4", "3"] as const;

/** See {@linkcode PRECISIONS}. */
export type Precision = (typeof PRECISIONS)[number];

/** Fewer values than these are not worth a node and scales. */
const MIN_QUANTISED = 64;
/** Fewer values than these are not worth a `Cast`. */
const MIN_HALVED = 16;
/** `DequantizeLinear` takes a scale for each channel since this opset. */
const CHANNEL_OPSET = 13;
/** `DequantizeLinear` came with this opset, one scale for a tensor. */
const TENSOR_OPSET = 10;

/**
 * The same model with its weights in fewer bits; what it computes is unchanged otherwise.
 *
 * float16: weights and additive constants as FLOAT16 with a `Cast`, where no value loses more than 2^-11 of the largest
 * one of its tensor. int8 and fewer bits: weights of at least 64 values as INT8 with a `DequantizeLinear` (symmetric, one
 * scale for each output channel, no zero point), the others as for float16. Numbers of fewer than 8 bits stay in INT8
 * tensors: deflate's Huffman codes do the packing, on every runtime since opset 13.
 *
 * An older model gets opset 13 where all of its operators mean the same there ({@linkcode raiseOpset}); otherwise one
 * scale serves a whole tensor from opset 10 on.
 *
 * @param model what {@linkcode stripModel} gives
 * @returns undefined if the model has no weights to change, or an opset that does not allow it
 */
export function withPrecision(model: ModelProto, precision: Precision): ModelProto | undefined {
  if (precision === "float32") return model;
  const bits = precision === "float16" ? undefined : precision === "int8" ? 8 : Number(precision);
  const raised = bits === undefined ? model : raiseOpset(model, CHANNEL_OPSET) ?? model;
  const opset = Number(raised.opsetImport.find(({ domain = "" }) => domain === "")?.version ?? 0);
  if (bits !== undefined && opset < TENSOR_OPSET) return undefined;
  const graph = raised.graph!;
  const change = new Change(graph, { bits, perChannel: opset >= CHANNEL_OPSET });
  if (!change.changed) return undefined;
  return stripModel({ ...raised, graph: sortConstants(change.graph()) });
}

/** A graph being rewritten. */
class Change {
  readonly #nodes: NodeProto[] = [];
  readonly #constants: TensorProto[] = [];
  /** Whether any weight got fewer bits. */
  changed = false;

  constructor(
    readonly source: GraphProto,
    { bits, perChannel }: { bits: number | undefined; perChannel: boolean },
  ) {
    const axes = weightAxes(source);
    for (const constant of source.initializer) {
      const axis = axes.get(constant.name ?? "");
      const floats = axis === undefined ? undefined : floatsOf(constant);
      if (axis === undefined || floats === undefined) this.#constants.push(constant);
      else if (bits !== undefined && axis !== "added" && isQuantisable(floats)) {
        this.#quantise(constant, { floats, axis, bits, perChannel });
      } else this.#halve(constant, { floats, least: axis === "added" ? MIN_HALVED : 1 });
    }
  }

  /** The rewritten graph: what turns weights back comes first. */
  graph(): GraphProto {
    const { source } = this;
    return { ...source, node: [...this.#nodes, ...source.node], initializer: this.#constants };
  }

  #quantise(
    { name = "", dims }: TensorProto,
    { floats, axis, bits, perChannel }: {
      floats: Float32Array;
      axis: number;
      bits: number;
      perChannel: boolean;
    },
  ): void {
    const shape = dims as number[];
    const { values, scales } = perChannel
      ? quantise(floats, { dims: shape, axis, bits })
      : quantise(floats, { dims: [1, floats.length], axis: 0, bits });
    this.#constants.push(
      tensor(`${name}/whole`, shape, values),
      tensor(`${name}/scale`, perChannel ? [scales.length] : [], scales),
    );
    const attributes: Record<string, number> = perChannel && axis !== 1 ? { axis } : {};
    this.#nodes.push(
      node("DequantizeLinear", [`${name}/whole`, `${name}/scale`], [name], attributes),
    );
    this.changed = true;
  }

  #halve(
    constant: TensorProto,
    { floats, least }: { floats: Float32Array; least: number },
  ): void {
    const halves = floats.length < least ? undefined : toHalves(floats);
    if (halves === undefined) {
      this.#constants.push(constant);
      return;
    }
    const { name = "", dims } = constant;
    this.#constants.push(tensor(`${name}/half`, dims as number[], halves, DataType.FLOAT16));
    this.#nodes.push(node("Cast", [`${name}/half`], [name], { to: DataType.FLOAT }));
    this.changed = true;
  }
}

function isQuantisable(floats: Float32Array): boolean {
  return floats.length >= MIN_QUANTISED && floats.every(Number.isFinite);
}

/** Bits of halves; undefined if one loses more than 2^-11 of the largest value. */
function toHalves(floats: Float32Array): Uint16Array | undefined {
  const largest = floats.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const halves = Uint16Array.from(floats, toHalf);
  const close = floats.every((value, i) =>
    Math.abs(value - fromHalf(halves[i]!)) <= largest * 2 ** -11
  );
  return close ? halves : undefined;
}
