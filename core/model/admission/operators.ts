import type { Operator, Operators } from "./operation.ts";
import { ATTENTION } from "./rules/attention.ts";
import { CLASSICAL } from "./rules/classical.ts";
import { CONVOLUTION } from "./rules/convolution.ts";
import { ELEMENTWISE } from "./rules/elementwise.ts";
import { INDEXING } from "./rules/indexing.ts";
import { MATRIX } from "./rules/matrix.ts";
import { NORMALISATION } from "./rules/normalisation.ts";
import { POOLING } from "./rules/pooling.ts";
import { QUANTISATION } from "./rules/quantisation.ts";
import { RECURRENT } from "./rules/recurrent.ts";
import { REDUCTION } from "./rules/reduction.ts";
import { SHAPING } from "./rules/shaping.ts";

/** Admitted operators of ai.onnx, by name. */
const ONNX: Operators = {
  ...ELEMENTWISE,
  ...SHAPING,
  ...INDEXING,
  ...REDUCTION,
  ...MATRIX,
  ...CONVOLUTION,
  ...POOLING,
  ...NORMALISATION,
  ...RECURRENT,
  ...ATTENTION,
  ...QUANTISATION,
};

/** What version 1 of the protocol admits: operators by name, by domain ("ai.onnx" is another name of ""). */
export const OPERATORS: ReadonlyMap<string, ReadonlyMap<string, Operator>> = new Map([
  ["", new Map(Object.entries(ONNX))],
  ["ai.onnx.ml", new Map(Object.entries(CLASSICAL))],
]);
