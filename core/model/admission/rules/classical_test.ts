import assert from "node:assert/strict";
import { type AttributeValue, tensor } from "../../onnx/build.ts";
import { DataType } from "../../onnx/codec.ts";
import { CLASSICAL } from "./classical.ts";
import { agree, type Case, constant, effectOf, fed, type Given, ints, refuse } from "./testing.ts";

type Attributes = Record<string, AttributeValue>;
const { FLOAT, DOUBLE, INT32, INT64, FLOAT16 } = DataType;
const X = fed([4, 3]);
const BOTH = [true, true];

function ml(
  operator: string,
  attributes: Attributes,
  { inputs = [X], version = 1, outputs = [true] }: {
    inputs?: Given[];
    version?: number;
    outputs?: boolean[];
  } = {},
): Case {
  return { operator, version, domain: "ai.onnx.ml", inputs, attributes, outputs };
}

function floats(...values: number[]): Float32Array {
  return Float32Array.from(values);
}

const STUMP = {
  nodes_treeids: [0, 0, 0],
  nodes_nodeids: [0, 1, 2],
  nodes_featureids: [0, 0, 0],
  nodes_values: floats(0.5, 0, 0),
  nodes_modes: ["BRANCH_LEQ", "LEAF", "LEAF"],
  nodes_truenodeids: [1, 0, 0],
  nodes_falsenodeids: [2, 0, 0],
};
const CLASSES = {
  class_treeids: [0, 0],
  class_nodeids: [1, 2],
  class_ids: [0, 1],
  class_weights: floats(1, 1),
  classlabels_int64s: [0, 1],
};
const TARGETS = {
  target_treeids: [0, 0],
  target_nodeids: [1, 2],
  target_ids: [0, 1],
  target_weights: floats(1, 1),
  n_targets: 2,
};
const SVM = {
  kernel_params: floats(.5, 0, 3),
  kernel_type: "RBF",
  support_vectors: floats(1, 2, 3, 4, 5, 6),
  coefficients: floats(1, -1),
  rho: floats(.1),
};

Deno.test("trees: types and shapes are the runtime's", async () => {
  const classify = (change: Attributes = {}, more = {}) =>
    ml("TreeEnsembleClassifier", { ...STUMP, ...CLASSES, ...change }, { outputs: BOTH, ...more });
  const regress = (change: Attributes = {}, more = {}) =>
    ml("TreeEnsembleRegressor", { ...STUMP, ...TARGETS, ...change }, more);
  const cases: Case[] = [];
  for (const type of [FLOAT, DOUBLE, INT64, INT32, FLOAT16]) {
    for (const version of [1, 3, 5]) {
      cases.push(classify({}, { inputs: [fed([4, 3], type)], version }));
      cases.push(regress({}, { inputs: [fed([4, 3], type)], version }));
    }
  }
  for (const dims of [[3], [2, 2, 3], [1, 3]]) {
    cases.push(classify({}, { inputs: [fed(dims)] }), regress({}, { inputs: [fed(dims)] }));
  }
  cases.push(
    classify({ class_ids: [0, 0] }),
    classify({ class_ids: [0, 0], classlabels_int64s: [7] }),
    classify({ class_ids: [0, 2], classlabels_int64s: [7, 8, 9], post_transform: "SOFTMAX" }),
    regress({ nodes_truenodeids: [2, 0, 0] }),
    regress({ target_ids: [0, 0], n_targets: 1, aggregate_function: "AVERAGE" }),
    regress({ nodes_featureids: [9, 0, 0] }),
    regress({ nodes_truenodeids: [0, 0, 0] }),
    regress({ nodes_truenodeids: [7, 0, 0] }),
    regress({ target_ids: [0, 5] }),
  );
  for (const mode of ["LEQ", "LT", "GTE", "GT", "EQ", "NEQ"]) {
    cases.push(regress({ nodes_modes: [`BRANCH_${mode}`, "LEAF", "LEAF"] }));
  }
  await agree(CLASSICAL, cases);
});

function joint(array: Float32ArrayConstructor | Float64ArrayConstructor): Attributes {
  return {
    nodes_splits: tensor("", [1], array.from([.5])),
    nodes_featureids: [0],
    nodes_modes: tensor("", [1], Uint8Array.from([0])),
    nodes_truenodeids: [0],
    nodes_falsenodeids: [1],
    nodes_trueleafs: [1],
    nodes_falseleafs: [1],
    leaf_targetids: [0, 1],
    leaf_weights: tensor("", [2], array.from([1, 2])),
    tree_roots: [0],
    n_targets: 2,
  };
}

Deno.test("TreeEnsemble: types and shapes are the runtime's; nothing is reached twice", async () => {
  const version = 5;
  await agree(CLASSICAL, [
    ml("TreeEnsemble", joint(Float32Array), { version }),
    ml("TreeEnsemble", joint(Float64Array), { version, inputs: [fed([4, 3], DOUBLE)] }),
    ml("TreeEnsemble", joint(Float32Array), { version, inputs: [fed([3])] }),
  ]);
  refuse(CLASSICAL, /each node and leaf in one tree, once/, [
    ml("TreeEnsemble", { ...joint(Float32Array), tree_roots: [0, 0] }, { version }),
    ml("TreeEnsemble", { ...joint(Float32Array), nodes_falsenodeids: [0] }, { version }),
    ml("TreeEnsemble", { ...joint(Float32Array), nodes_falsenodeids: [2] }, { version }),
    ml("TreeEnsemble", { ...joint(Float32Array), nodes_falsenodeids: [0], nodes_falseleafs: [0] }, {
      version,
    }),
  ]);
  refuse(CLASSICAL, /compare with one value/, [
    ml("TreeEnsemble", {
      ...joint(Float32Array),
      nodes_modes: tensor("", [1], Uint8Array.from([6])),
      membership_values: tensor("", [2], floats(1, NaN)),
    }, { version }),
  ]);
});

/** A tree of which each branch has a leaf on one side and the next branch on the other. */
function chain(depth: number, { back = false } = {}): Case {
  const count = 2 * depth + 1;
  const ids = Array.from({ length: count }, (_, i) => i);
  const branch = (id: number) => id % 2 === 0 && id < 2 * depth;
  const leaves = ids.filter((id) => !branch(id));
  const zeros = ids.map(() => 0);
  return ml("TreeEnsembleRegressor", {
    nodes_treeids: zeros,
    nodes_nodeids: ids,
    nodes_featureids: zeros,
    nodes_values: new Float32Array(count),
    nodes_modes: ids.map((id) => branch(id) ? "BRANCH_LEQ" : "LEAF"),
    nodes_truenodeids: ids.map((id) => branch(id) ? id + 1 : 0),
    nodes_falsenodeids: ids.map((id) =>
      branch(id) ? (back && id === 2 * depth - 2 ? 0 : id + 2) : 0
    ),
    target_treeids: leaves.map(() => 0),
    target_nodeids: leaves,
    target_ids: leaves.map(() => 0),
    target_weights: new Float32Array(leaves.length),
    n_targets: 1,
  });
}

Deno.test("trees: depth is bounded and counted, circles are refused, all in linear time", async () => {
  await agree(CLASSICAL, [chain(255), chain(20, { back: true })]);
  refuse(CLASSICAL, /at most 256 nodes in depth/, [chain(256), chain(100_000)]);
  refuse(CLASSICAL, /leads to itself/, [2, 50_000].map((depth) => chain(depth, { back: true })));
  const work = (depth: number) => effectOf(CLASSICAL, chain(depth)).work!;
  assert.ok(work(200) > 3 * work(50), `${work(200)} for 4 x ${work(50)}`);
});

Deno.test("trees: lists of other lengths and numbers out of range are refused", () => {
  const change = (attributes: Attributes) =>
    ml("TreeEnsembleRegressor", { ...STUMP, ...TARGETS, ...attributes });
  refuse(CLASSICAL, /expected .* of TreeEnsembleRegressor, got/, [
    change({ nodes_values: floats(1, 2) }),
    change({ nodes_modes: ["BRANCH_LEQ", "LEAF"] }),
    change({ nodes_nodeids: [0, 1, 1] }),
    change({ nodes_featureids: [-1, 0, 0] }),
    change({ nodes_featureids: [3, 0, 0] }),
    change({ target_ids: [0, -1] }),
    change({ target_ids: [0, 2] }),
    change({ target_weights: floats(1) }),
    change({ target_nodeids: [1, 9] }),
    change({ n_targets: 0 }),
  ]);
});

Deno.test("linear models and vector machines: types and shapes are the runtime's", async () => {
  const both = { outputs: BOTH };
  const linear = { coefficients: floats(1, 2, 3, 4, 5, 6), intercepts: floats(1, 2) };
  const cases: Case[] = [];
  const svc = { ...SVM, vectors_per_class: [1, 1], classlabels_ints: [0, 1] };
  const svr = { ...SVM, n_supports: 2 };
  for (const type of [FLOAT, DOUBLE, INT64, INT32, FLOAT16]) {
    const inputs = [fed([4, 3], type)];
    cases.push(
      ml("LinearClassifier", { ...linear, classlabels_ints: [0, 1] }, { ...both, inputs }),
      ml("LinearRegressor", { ...linear, targets: 2 }, { inputs }),
      ml("SVMClassifier", svc, { ...both, inputs }),
      ml("SVMRegressor", svr, { inputs }),
    );
  }
  for (const dims of [[3], [2, 2, 3]]) {
    const inputs = [fed(dims)];
    cases.push(
      ml("LinearClassifier", { ...linear, classlabels_ints: [0, 1] }, { ...both, inputs }),
      ml("LinearRegressor", { ...linear, targets: 2 }, { inputs }),
    );
  }
  const one = { coefficients: floats(1, 2, 3), intercepts: floats(1) };
  const ones = (length: number) => new Float32Array(length).fill(1);
  const many = (classes: number) => ({
    ...SVM,
    support_vectors: ones(3 * classes),
    vectors_per_class: Array(classes).fill(1),
    coefficients: ones((classes - 1) * classes),
    rho: ones(classes * (classes - 1) / 2),
    classlabels_ints: Array.from({ length: classes }, (_, i) => i),
  });
  const flat = (classes: number) => ({
    kernel_type: "LINEAR",
    kernel_params: floats(.5, 0, 3),
    coefficients: ones(3 * classes),
    rho: floats(.1),
    classlabels_ints: Array.from({ length: classes }, (_, i) => i),
  });
  cases.push(
    ml("LinearClassifier", { ...one, classlabels_ints: [0, 1] }, both),
    ml("LinearClassifier", { ...one, classlabels_ints: [0, 1], post_transform: "LOGISTIC" }, both),
    ml("LinearClassifier", { ...one, classlabels_ints: [5] }, both),
    ml("SVMClassifier", { ...svc, prob_a: floats(1), prob_b: floats(0) }, both),
    ml("SVMClassifier", many(3), both),
    ml("SVMClassifier", many(4), both),
    ml("SVMClassifier", { ...many(4), prob_a: ones(6), prob_b: ones(6) }, both),
    ml("SVMClassifier", flat(2), both),
    ml("SVMClassifier", flat(3), both),
    ml("SVMClassifier", { ...svc, kernel_type: "POLY" }, both),
    ml("SVMClassifier", { ...svc, kernel_type: "OTHER" }, both),
    ml("SVMRegressor", {
      coefficients: floats(1, 2, 3),
      rho: floats(.1),
      kernel_type: "LINEAR",
      kernel_params: floats(1, 0, 3),
    }),
    ml("SVMRegressor", { coefficients: floats(1, 2, 3), rho: floats(.1), kernel_type: "LINEAR" }),
    ml("SVMRegressor", { ...svr, one_class: 1 }),
  );
  await agree(CLASSICAL, cases);
});

Deno.test("linear models and vector machines: lists must have the length that is read", () => {
  const svc = { ...SVM, vectors_per_class: [1, 1], classlabels_ints: [0, 1] };
  refuse(CLASSICAL, /expected .*, got/, [
    ml("LinearClassifier", {
      coefficients: floats(1, 2, 3, 4, 5),
      intercepts: floats(1, 2),
      classlabels_ints: [0, 1],
    }, { outputs: BOTH }),
    ml("LinearClassifier", {
      coefficients: floats(1, 2, 3, 4, 5, 6),
      intercepts: floats(1, 2),
      classlabels_strings: ["a", "b"],
    }, { outputs: BOTH }),
    ml("LinearRegressor", { coefficients: floats(1, 2) }),
    ml("SVMClassifier", { ...svc, support_vectors: floats(1, 2, 3) }),
    ml("SVMClassifier", { ...svc, coefficients: floats(1) }),
    ml("SVMClassifier", { ...svc, rho: floats() }),
    ml("SVMClassifier", { ...svc, vectors_per_class: [1, 100_000] }),
    ml("SVMClassifier", { ...svc, vectors_per_class: [-1, 3] }),
    ml("SVMClassifier", { ...svc, prob_a: floats(1), prob_b: floats() }),
    ml("SVMRegressor", { ...SVM, n_supports: 1000 }),
  ]);
});

Deno.test("columns of numbers: types and shapes are the runtime's", async () => {
  const cases: Case[] = [];
  for (const type of [FLOAT, DOUBLE, INT64, INT32]) {
    const inputs = [fed([4, 3], type)];
    cases.push(
      ml("Scaler", { offset: floats(1, 2, 3), scale: floats(1, 2, 3) }, { inputs }),
      ml("Normalizer", { norm: "L2" }, { inputs }),
      ml("Binarizer", {}, { inputs }),
      ml("ArrayFeatureExtractor", {}, { inputs: [...inputs, ints([0, 2])] }),
      ml("FeatureVectorizer", { inputdimensions: [3, 5] }, {
        inputs: [...inputs, fed([4, 2], type)],
      }),
      ml("OneHotEncoder", { cats_int64s: [0, 1, 2, 3] }, { inputs }),
      ml(
        "Imputer",
        type === INT64 ? { imputed_value_int64s: [1] } : { imputed_value_floats: floats(1) },
        { inputs },
      ),
    );
  }
  for (const dims of [[3], [1, 3]]) {
    const inputs = [fed(dims)];
    cases.push(
      ml("Scaler", { offset: floats(1), scale: floats(1) }, { inputs }),
      ml("Normalizer", {}, { inputs }),
      ml("Binarizer", {}, { inputs }),
      ml("Imputer", { imputed_value_floats: floats(1, 2, 3) }, { inputs }),
      ml("ArrayFeatureExtractor", {}, { inputs: [...inputs, constant([1, 2], INT64, [2, 0])] }),
      ml("FeatureVectorizer", { inputdimensions: [2, 5] }, { inputs: [...inputs, ...inputs] }),
      ml("OneHotEncoder", { cats_int64s: [0, 1, 2, 3] }, { inputs }),
    );
  }
  for (const version of [2, 4]) {
    const long = { version, inputs: [fed([4, 3], INT64)] };
    cases.push(
      ml("LabelEncoder", { keys_int64s: [0, 1], values_int64s: [5, 6] }, long),
      ml("LabelEncoder", { keys_int64s: [0, 1], values_floats: floats(5, 6) }, long),
      ml("LabelEncoder", { keys_floats: floats(0, 1), values_int64s: [5, 6] }, { version }),
      ml("LabelEncoder", { keys_int64s: [0, 1], values_int64s: [5] }, long),
    );
  }
  await agree(CLASSICAL, cases);
});

Deno.test("texts and maps have no rules", () => {
  for (const operator of ["ZipMap", "CategoryMapper", "DictVectorizer", "CastMap"]) {
    assert.equal(CLASSICAL[operator], undefined);
  }
  refuse(CLASSICAL, /texts/, [
    ml("LabelEncoder", { keys_strings: ["a"], values_int64s: [1] }, { version: 2 }),
    ml("OneHotEncoder", { cats_strings: ["a"] }),
    ml("TreeEnsembleClassifier", { ...STUMP, ...CLASSES, classlabels_strings: ["a", "b"] }),
  ]);
});
