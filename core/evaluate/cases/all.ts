import { ATTENTION_CASES } from "./attention.ts";
import type { CaseTable } from "./case.ts";
import { CLASSICAL_CASES } from "./classical.ts";
import { CONVOLUTION_CASES } from "./convolution.ts";
import { ELEMENTWISE_CASES } from "./elementwise.ts";
import { FUSION_CASES } from "./fusion.ts";
import { INDEXING_CASES } from "./indexing.ts";
import { MATRIX_CASES } from "./matrix.ts";
import { NORMALISATION_CASES } from "./normalisation.ts";
import { POOLING_CASES } from "./pooling.ts";
import { QUANTISATION_CASES } from "./quantisation.ts";
import { RECURRENT_CASES } from "./recurrent.ts";
import { REDUCTION_CASES } from "./reduction.ts";
import { GOLDEN_CASES } from "./golden.ts";
import { SHAPING_CASES } from "./shaping.ts";

/** All operator cases by name. Some are of operators that could be admitted, and are not yet for want of a rule. */
export const OPERATOR_CASES: CaseTable = {
  ...GOLDEN_CASES,
  ...ELEMENTWISE_CASES,
  ...SHAPING_CASES,
  ...INDEXING_CASES,
  ...REDUCTION_CASES,
  ...MATRIX_CASES,
  ...CONVOLUTION_CASES,
  ...POOLING_CASES,
  ...NORMALISATION_CASES,
  ...RECURRENT_CASES,
  ...ATTENTION_CASES,
  ...QUANTISATION_CASES,
  ...CLASSICAL_CASES,
  ...FUSION_CASES,
};
