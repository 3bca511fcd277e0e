import type { Value } from "../graph.ts";
import type { Converter, Converters } from "../layer.ts";

/** Enlarging by whole factors. */
export const RESIZING: Converters = {
  UpSampling1D: upSampling(1),
  UpSampling2D: upSampling(2),
  UpSampling3D: upSampling(3),
};

/** "nearest" repeats elements; "bilinear" counts from the centres of pixels, in TensorFlow.js from their corners. */
function upSampling(space: number): Converter {
  return (layer): Value => {
    layer.onlyArguments();
    const input = layer.inputOfRank(space + 2);
    const { config, graph, origin } = layer;
    const factors = config.ints("size", space, { otherwise: 2 });
    const options = space === 2 ? ["nearest", "bilinear"] as const : ["nearest"] as const;
    const nearest = config.text("interpolation", options) === "nearest";
    const scales = Float32Array.of(1, 1, ...factors);
    const name = layer.op("Resize", [
      graph.first(input),
      "",
      graph.constant(`scales ${scales}`, [scales.length], () => scales),
    ], {
      mode: nearest ? "nearest" : "linear",
      coordinate_transformation_mode: nearest || origin.tfjs ? "asymmetric" : "half_pixel",
      ...(nearest ? { nearest_mode: "floor" } : {}),
    });
    const dims = input.dims.map((dim, i) => dim * (factors[i] ?? 1));
    return graph.value(name, dims, { layout: "first", masked: input.masked });
  };
}
