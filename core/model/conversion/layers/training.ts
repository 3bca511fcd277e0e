import type { Value } from "../graph.ts";
import type { Converters, Layer } from "../layer.ts";

/** Layers that do something in training only: their input is their result. */
export const TRAINING: Converters = {
  ActivityRegularization: pass,
  AlphaDropout: pass,
  Dropout: pass,
  GaussianDropout: pass,
  GaussianNoise: pass,
  Identity: pass,
  SpatialDropout1D: pass,
  SpatialDropout2D: pass,
  SpatialDropout3D: pass,
  RandomBrightness: pass,
  RandomColorDegeneration: pass,
  RandomColorJitter: pass,
  RandomContrast: pass,
  RandomElasticTransform: pass,
  RandomErasing: pass,
  RandomFlip: pass,
  RandomGaussianBlur: pass,
  RandomGrayscale: pass,
  RandomHue: pass,
  RandomPerspective: pass,
  RandomPosterization: pass,
  RandomRotation: pass,
  RandomSaturation: pass,
  RandomSharpness: pass,
  RandomShear: pass,
  RandomTranslation: pass,
  RandomZoom: pass,
  Masking: refuseMasking,
};

function pass(layer: Layer): Value {
  layer.onlyArguments("noise_shape");
  Object.keys(layer.spec.config).forEach((name) => layer.config.get(name));
  return layer.input;
}

function refuseMasking(layer: Layer): Value {
  throw layer.refuse(
    "masks have no counterpart in ONNX; train the model without Masking, on rows padded to one length",
  );
}
