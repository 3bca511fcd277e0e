import type { Converter } from "../layer.ts";
import { ACTIVATION_LAYERS } from "./activation.ts";
import { ATTENTION } from "./attention.ts";
import { CONVOLUTION } from "./convolution.ts";
import { DENSE } from "./dense.ts";
import { MERGING } from "./merging.ts";
import { NORMALISATION } from "./normalisation.ts";
import { POOLING } from "./pooling.ts";
import { RECURRENT } from "./recurrent.ts";
import { RESIZING } from "./resizing.ts";
import { SHAPING } from "./shaping.ts";
import { TRAINING } from "./training.ts";
import { WRAPPING } from "./wrapping.ts";

/** All layers that can be converted, by class name as Keras and TensorFlow.js write it. */
export const CONVERTERS: ReadonlyMap<string, Converter> = new Map(Object.entries({
  ...ACTIVATION_LAYERS,
  ...ATTENTION,
  ...CONVOLUTION,
  ...DENSE,
  ...MERGING,
  ...NORMALISATION,
  ...POOLING,
  ...RECURRENT,
  ...RESIZING,
  ...SHAPING,
  ...TRAINING,
  ...WRAPPING,
}));
