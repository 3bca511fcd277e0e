import { applyActivation } from "../activations.ts";
import type { Value } from "../graph.ts";
import type { Converters, Layer } from "../layer.ts";
import { DataType } from "../../onnx/types.ts";

/** Layers made of a matrix or a table. */
export const DENSE: Converters = { Dense: dense, Embedding: embedding };

/** Kernel [channels, units]; on more than two dimensions it works on the last. */
function dense(layer: Layer): Value {
  layer.onlyArguments();
  const { input, channels, graph } = layer;
  const units = layer.config.int("units");
  const name = graph.last(input);
  const stored = layer.weight("kernel", [channels, units]);
  const kernel = layer.constant("kernel", [channels, units], () => stored.values());
  const bias = layer.config.flag("use_bias", true) ? layer.vector("bias", units) : undefined;
  const dims = [...input.dims.slice(0, -1), units];
  let result: string;
  if (dims.length === 1) {
    result = layer.op("Gemm", [name, kernel, ...(bias === undefined ? [] : [bias])]);
  } else {
    result = layer.op("MatMul", [name, kernel]);
    if (bias !== undefined) result = layer.op("Add", [result, bias]);
  }
  return applyActivation(layer, layer.result(result, dims));
}

/** Whole numbers to rows of a table. The graph's input is float32, which Keras casts as ONNX does. */
function embedding(layer: Layer): Value {
  layer.onlyArguments();
  const { input, graph, config } = layer;
  const dims = [config.int("input_dim"), config.int("output_dim")];
  const stored = layer.weight("embeddings", dims);
  const table = layer.constant("embeddings", dims, () => stored.values());
  const indices = layer.op("Cast", [graph.last(input)], { to: DataType.INT64 });
  const result = layer.op("Gather", [table, indices], { axis: 0 });
  return graph.value(result, [...input.dims, dims[1] as number], {
    masked: config.flag("mask_zero", false),
  });
}
