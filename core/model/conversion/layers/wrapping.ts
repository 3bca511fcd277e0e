import { parseLayer } from "../architecture.ts";
import type { Value } from "../graph.ts";
import type { Converters, Layer } from "../layer.ts";

/** Wrappers around any layer or model. */
export const WRAPPING: Converters = { TimeDistributed: timeDistributed };

/** Applies a layer to each step: the steps join the batch meanwhile. */
function timeDistributed(layer: Layer): Value {
  layer.refuseMask();
  layer.onlyArguments();
  const { graph, input, config } = layer;
  const [steps, ...dims] = input.dims;
  if (steps === undefined || dims.length === 0) {
    throw layer.refuse(`expected an input of 3 dimensions or more, got [batch,${input.dims}]`);
  }
  const spec = parseLayer(config.get("layer"), { depth: 0 });
  const joined = graph.value(layer.regroup(graph.last(input), dims), dims);
  const part = { attributes: ["layer"], names: [spec.name] };
  const result = layer.nested(spec, [joined], part);
  const out = [steps, ...result.dims];
  return graph.value(layer.regroup(graph.last(result), out), out);
}
