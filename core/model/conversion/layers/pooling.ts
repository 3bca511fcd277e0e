import { range, type Value } from "../graph.ts";
import type { Converter, Converters, Layer } from "../layer.ts";
import { pad, pads, windows } from "./spatial.ts";

/** Poolings. */
export const POOLING: Converters = {
  MaxPooling1D: pooling(1, "MaxPool"),
  MaxPooling2D: pooling(2, "MaxPool"),
  MaxPooling3D: pooling(3, "MaxPool"),
  AveragePooling1D: pooling(1, "AveragePool"),
  AveragePooling2D: pooling(2, "AveragePool"),
  AveragePooling3D: pooling(3, "AveragePool"),
  GlobalMaxPooling1D: globalPooling(1, "ReduceMax"),
  GlobalMaxPooling2D: globalPooling(2, "ReduceMax"),
  GlobalMaxPooling3D: globalPooling(3, "ReduceMax"),
  GlobalAveragePooling1D: globalPooling(1, "ReduceMean"),
  GlobalAveragePooling2D: globalPooling(2, "ReduceMean"),
  GlobalAveragePooling3D: globalPooling(3, "ReduceMean"),
};

/** Padding counts neither in the maximum nor in the average: ONNX's defaults. */
function pooling(space: number, type: "MaxPool" | "AveragePool"): Converter {
  return (layer) => {
    layer.onlyArguments();
    const input = layer.inputOfRank(space + 2);
    const { config, graph } = layer;
    const size = config.ints("pool_size", space, { otherwise: 2 });
    const stride = config.get("strides") === undefined ? size : config.ints("strides", space);
    const moves = windows(layer, { space, size, stride });
    const padding = config.text("padding", ["valid", "same"]);
    const padded = moves.map((window, i) =>
      pad(layer, input.dims[i] as number, { window, padding })
    );
    const name = layer.op(type, [graph.first(input)], {
      kernel_shape: size,
      strides: stride,
      pads: pads(padded),
    });
    const dims = [...padded.map(({ windows }) => windows), layer.channels];
    return graph.value(name, dims, { layout: "first", masked: input.masked });
  };
}

function globalPooling(space: number, type: "ReduceMax" | "ReduceMean"): Converter {
  return (layer: Layer): Value => {
    layer.refuseMask();
    layer.onlyArguments();
    const input = layer.inputOfRank(space + 2);
    const { graph, channels } = layer;
    const keep = layer.config.flag("keepdims", false);
    const layout = graph.layout(input);
    const axes = layout === "first" ? range(2, space + 2) : range(1, space + 1);
    const name = layer.op(type, [graph.in(layout, input)], { axes, keepdims: keep ? 1 : 0 });
    if (!keep) return layer.result(name, [channels]);
    return graph.value(name, [...Array(space).fill(1), channels], { layout });
  };
}
