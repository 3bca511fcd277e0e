import { float, tensor } from "../../model/onnx/build.ts";
import { DataType } from "../../model/onnx/codec.ts";
import { type CaseTable, given, type Sheet, wave } from "./case.ts";
import { CLASSES, classifier, FEATURES, forest } from "./forest.ts";

const { DOUBLE, INT64 } = DataType;

function regressor(
  options: { aggregate?: string; transform?: string; targets?: number; trees?: number } = {},
) {
  const { aggregate = "SUM", transform = "NONE", targets = 1, trees = 7 } = options;
  return given([FEATURES], (g) =>
    g.ml("TreeEnsembleRegressor", [g.x], {
      attributes: {
        ...forest({ trees, depth: 3, prefix: "target", classes: targets, modes: ["BRANCH_LEQ"] }),
        n_targets: targets,
        aggregate_function: aggregate,
        post_transform: transform,
        base_values: Float32Array.from({ length: targets }, (_, i) => 0.1 * i),
      },
    })[0]!);
}

/** Support vectors: 5 of 6 features. */
function vectors(): Float32Array {
  return wave(5 * FEATURES, { step: 0.61, height: 1 });
}

const KERNELS = ["LINEAR", "POLY", "RBF", "SIGMOID"];
const TRANSFORMS = ["NONE", "SOFTMAX", "LOGISTIC", "SOFTMAX_ZERO", "PROBIT"];
const COMPARISONS = [
  "BRANCH_LEQ",
  "BRANCH_LT",
  "BRANCH_GTE",
  "BRANCH_GT",
  "BRANCH_EQ",
  "BRANCH_NEQ",
];

function svm(kernel: string) {
  return {
    kernel_type: kernel,
    kernel_params: Float32Array.of(0.5, 0.25, 2),
    support_vectors: vectors(),
  };
}

function linear(g: Sheet, transform: string, classes = CLASSES): string[] {
  return g.ml("LinearClassifier", [g.x], {
    outputs: 2,
    attributes: {
      coefficients: wave(classes * FEATURES, { step: 0.41, height: 1 }),
      intercepts: wave(classes, { step: 0.43, height: 0.5 }),
      classlabels_ints: Array.from({ length: classes }, (_, i) => i),
      multi_class: 1,
      post_transform: transform,
    },
  });
}

/** Operators of ai.onnx.ml: trees, linear models, support vectors, and preparing features. */
export const CLASSICAL_CASES: CaseTable = {
  "TreeEnsembleClassifier": classifier(),
  "TreeEnsembleClassifier of one tree": classifier({ trees: 1 }),
  "TreeEnsembleClassifier of 60 trees": classifier({ trees: 60 }),
  "TreeEnsembleClassifier with all comparisons": classifier({ modes: COMPARISONS }),
  ...Object.fromEntries(
    TRANSFORMS.slice(1).map((transform) => [
      `TreeEnsembleClassifier with ${transform.toLowerCase()}`,
      classifier({ transform }),
    ]),
  ),
  "TreeEnsembleClassifier binary": classifier({ classes: 1, transform: "LOGISTIC" }),
  "TreeEnsembleClassifier of two": classifier({ classes: 2 }),
  "TreeEnsembleClassifier of double": given(
    [FEATURES],
    (g) =>
      g.ml("TreeEnsembleClassifier", [g.cast(g.x, DOUBLE)], {
        outputs: 2,
        attributes: {
          ...forest({
            trees: 5,
            depth: 3,
            prefix: "class",
            classes: CLASSES,
            modes: ["BRANCH_LT"],
          }),
          classlabels_int64s: [0, 1, 2],
        },
      }),
  ),
  "TreeEnsembleRegressor": regressor(),
  "TreeEnsembleRegressor of one tree": regressor({ trees: 1 }),
  "TreeEnsembleRegressor of 60 trees": regressor({ trees: 60 }),
  "TreeEnsembleRegressor of two targets": regressor({ targets: 2 }),
  ...Object.fromEntries(["AVERAGE", "MIN", "MAX"].map((aggregate) => [
    `TreeEnsembleRegressor with ${aggregate.toLowerCase()}`,
    regressor({ aggregate, targets: 2 }),
  ])),
  "TreeEnsembleRegressor with logistic": regressor({ transform: "LOGISTIC" }),
  "TreeEnsemble": given([FEATURES], (g) =>
    g.ml("TreeEnsemble", [g.x], {
      attributes: {
        tree_roots: [0, 2],
        nodes_splits: tensor("", [3], Float32Array.of(0.5, -0.25, 0)),
        nodes_featureids: [0, 2, 4],
        nodes_modes: tensor("", [3], Uint8Array.of(0, 1, 2)),
        nodes_truenodeids: [1, 1, 3],
        nodes_trueleafs: [0, 1, 1],
        nodes_falsenodeids: [0, 2, 4],
        nodes_falseleafs: [1, 1, 1],
        nodes_missing_value_tracks_true: [0, 1, 0],
        leaf_targetids: [0, 1, 0, 1, 0],
        leaf_weights: tensor("", [5], Float32Array.of(0.5, -1.5, 2.25, 0.125, -0.75)),
        n_targets: 2,
        aggregate_function: 1,
        post_transform: 0,
      },
    })[0]!, { mlOpset: 5 }),
  ...Object.fromEntries(
    TRANSFORMS.slice(0, 4).map((transform) => [
      `LinearClassifier with ${transform.toLowerCase()}`,
      given([FEATURES], (g) => linear(g, transform)),
    ]),
  ),
  "LinearClassifier of two": given([FEATURES], (g) => linear(g, "LOGISTIC", 2)),
  "LinearRegressor": given([FEATURES], (g) =>
    g.ml("LinearRegressor", [g.x], {
      attributes: {
        coefficients: wave(2 * FEATURES, { step: 0.41, height: 1 }),
        intercepts: Float32Array.of(0.5, -1),
        targets: 2,
      },
    })[0]!),
  ...Object.fromEntries(KERNELS.map((kernel) => [
    `SVMClassifier with ${kernel.toLowerCase()}`,
    given([FEATURES], (g) =>
      g.ml("SVMClassifier", [g.x], {
        outputs: 2,
        attributes: {
          ...svm(kernel),
          vectors_per_class: [2, 2, 1],
          coefficients: wave(10, { step: 0.47, height: 1 }),
          rho: Float32Array.of(0.1, -0.2, 0.3),
          classlabels_ints: [0, 1, 2],
        },
      })),
  ])),
  "SVMClassifier with probabilities": given([FEATURES], (g) =>
    g.ml("SVMClassifier", [g.x], {
      outputs: 2,
      attributes: {
        ...svm("RBF"),
        vectors_per_class: [2, 2, 1],
        coefficients: wave(10, { step: 0.47, height: 1 }),
        rho: Float32Array.of(0.1, -0.2, 0.3),
        prob_a: Float32Array.of(-1, -1.5, -0.5),
        prob_b: Float32Array.of(0.1, 0.2, 0),
        classlabels_ints: [0, 1, 2],
      },
    })),
  ...Object.fromEntries(KERNELS.map((kernel) => [
    `SVMRegressor with ${kernel.toLowerCase()}`,
    given([FEATURES], (g) =>
      g.ml("SVMRegressor", [g.x], {
        attributes: {
          ...svm(kernel),
          coefficients: wave(5, { step: 0.47, height: 1 }),
          rho: Float32Array.of(0.25),
          n_supports: 5,
        },
      })[0]!),
  ])),
  "Scaler": given([FEATURES], (g) =>
    g.ml("Scaler", [g.x], {
      attributes: {
        offset: wave(FEATURES, { step: 0.41, height: 1 }),
        scale: Float32Array.of(0.5, 1, 2, 0.25, 3, 0.1),
      },
    })[0]!),
  "Scaler of one": given(
    [FEATURES],
    (g) =>
      g.ml("Scaler", [g.x], {
        attributes: { offset: Float32Array.of(0.3), scale: Float32Array.of(1.7) },
      })[0]!,
  ),
  ...Object.fromEntries(["MAX", "L1", "L2"].map((norm) => [
    `Normalizer ${norm}`,
    given([FEATURES], (g) => g.ml("Normalizer", [g.x], { attributes: { norm } })[0]!),
  ])),
  "Imputer": given([FEATURES], (g) => [
    ...g.ml("Imputer", [g.x], {
      attributes: {
        imputed_value_floats: Float32Array.of(1, 2, 3, 4, 5, 6),
        replaced_value_float: float(NaN),
      },
    }),
  ]),
  "Binarizer": given(
    [FEATURES],
    (g) => g.ml("Binarizer", [g.x], { attributes: { threshold: float(0.25) } })[0]!,
    { special: false },
  ),
  "ArrayFeatureExtractor": given(
    [FEATURES],
    (g) => g.ml("ArrayFeatureExtractor", [g.x, g.ints(4, 0, 2)])[0]!,
  ),
  "FeatureVectorizer": given(
    [FEATURES],
    (g) =>
      g.ml("FeatureVectorizer", [g.x, g.op("Neg", [g.x])], {
        attributes: { inputdimensions: [FEATURES, FEATURES] },
      })[0]!,
  ),
  "OneHotEncoder": given(
    [FEATURES],
    (g) =>
      g.ml("OneHotEncoder", [g.op("Floor", [g.x])], {
        attributes: { cats_int64s: [-2, -1, 0, 1], zeros: 1 },
      })[0]!,
    { special: false },
  ),
  "LabelEncoder": given([FEATURES], (g) => [
    ...g.ml("LabelEncoder", [g.cast(g.x, INT64)], {
      attributes: {
        keys_int64s: [-1, 0, 1],
        values_floats: Float32Array.of(0.5, 1.5, 2.5),
        default_float: float(-7),
      },
    }),
    ...g.ml("LabelEncoder", [g.op("Floor", [g.x])], {
      attributes: {
        keys_floats: Float32Array.of(-2, -1, 0),
        values_int64s: [3, 4, 5],
        default_int64: 9,
      },
    }),
  ], { special: false }),
};
