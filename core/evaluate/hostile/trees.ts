/** Tree ensembles and other models of ai.onnx.ml that do not hold together. */
import { type AttributeValue, node } from "../../model/onnx/build.ts";
import type { InvalidCode } from "../../model/invalid.ts";
import {
  given,
  type Hostile,
  type HostileTable,
  type NetOptions,
  openOutput,
  THIRD,
} from "./hostile.ts";

/** One tree: for each node its feature, the nodes to go to, and whether it is a leaf. */
interface Tree {
  ids?: number[];
  features?: number[];
  left?: number[];
  right?: number[];
  modes?: string[];
  values?: Float32Array;
  leaf?: number[];
  classes?: number[];
  targets?: number;
}

/** The table. */
export const TREES: HostileTable = {
  "a sound tree": tree(THIRD, {}),
  "a tree that leads back to its root": tree("shape", { left: [0, 0, 0] }),
  "a tree of two nodes in a circle": tree("shape", {
    ids: [0, 1, 2],
    left: [1, 0, 0],
    right: [2, 2, 0],
    modes: ["BRANCH_LEQ", "BRANCH_LEQ", "LEAF"],
  }),
  "a tree whose branches meet": tree(THIRD, { left: [1, 0, 0], right: [1, 0, 0] }),
  "a tree whose branches meet 40 times": tree(THIRD, {
    ids: Array.from({ length: 41 }, (_, i) => i),
    left: Array.from({ length: 41 }, (_, i) => (i + 1) % 41),
    right: Array.from({ length: 41 }, (_, i) => (i + 1) % 41),
    modes: Array.from({ length: 41 }, (_, i) => i < 40 ? "BRANCH_LEQ" : "LEAF"),
    leaf: [40],
  }),
  "a tree that leads nowhere": tree("shape", { left: [7, 0, 0] }),
  "a tree that leads to -1": tree("shape", { left: [-1, 0, 0] }),
  "a feature that there is not": tree("shape", { features: [4, 0, 0] }),
  "feature -1": tree("shape", { features: [-1, 0, 0] }),
  "feature 2^40": tree("shape", { features: [2 ** 40, 0, 0] }),
  "an unknown mode": tree("create-failed", { modes: ["BRANCH_MAYBE", "LEAF", "LEAF"] }),
  "lists of different lengths": tree("shape", { features: [0, 0] }),
  "nodes given twice": tree("shape", { ids: [0, 1, 1] }),
  "a leaf for a class that there is not": tree("shape", { classes: [0, 99] }),
  "a leaf for class -1": tree("shape", { classes: [0, -1] }),
  "a leaf's weight at a node that there is not": tree("shape", { leaf: [1, 9] }),
  "a threshold of NaN": tree(THIRD, { values: Float32Array.of(NaN, 0, 0) }),
  "a tree of 100,000 levels": tree("shape", deep(100_000)),
  "a million classes": given("cost", () => [
    node("TreeEnsembleRegressor", ["x"], ["y"], { n_targets: 1_000_000_000, ...plain() }, ML),
  ], options),
  "a linear model of too few weights": given("shape", () => [
    node("LinearRegressor", ["x"], ["y"], { coefficients: new Float32Array(5), targets: 3 }, ML),
  ], options),
  "a linear model of 10^9 targets": given("shape", () => [
    node("LinearRegressor", ["x"], ["y"], {
      coefficients: new Float32Array(5),
      targets: 1_000_000_000,
    }, ML),
  ], options),
  "a machine of too few vectors": given("shape", () => [
    node("SVMRegressor", ["x"], ["y"], {
      coefficients: new Float32Array(1_000),
      support_vectors: new Float32Array(3),
      n_supports: 1000,
      rho: new Float32Array(1),
      kernel_type: "RBF",
      kernel_params: new Float32Array(3),
    }, ML),
  ], options),
  "labels that are texts": given("shape", () => [
    node("LinearClassifier", ["x"], ["label", "y"], {
      coefficients: new Float32Array(12),
      classlabels_strings: ["a", "b", "c"],
    }, ML),
  ], options),
  "a map of categories": given(
    "operator",
    () => [node("CategoryMapper", ["x"], ["y"], {}, ML)],
    options,
  ),
  "a map of probabilities": given(
    "operator",
    () => [node("ZipMap", ["x"], ["y"], { classlabels_int64s: [0, 1, 2] }, ML)],
    options,
  ),
};

const ML = { domain: "ai.onnx.ml" };

function options(): NetOptions {
  return { mlOpset: 3, outputs: [openOutput()] };
}

/** A tree of a root and two leaves, changed. */
function tree(verdict: InvalidCode | number, change: Tree): Hostile {
  return given(
    verdict,
    () => [node("TreeEnsembleRegressor", ["x"], ["y"], { n_targets: 3, ...plain(change) }, ML)],
    options,
  );
}

function plain(
  {
    ids = [0, 1, 2],
    features = ids.map(() => 0),
    left = [1, 0, 0],
    right = [2, 0, 0],
    modes = ["BRANCH_LEQ", "LEAF", "LEAF"],
    values = new Float32Array(ids.length),
    leaf = [1, 2],
    classes = leaf.map(() => 0),
  }: Tree = {},
): Record<string, AttributeValue> {
  return {
    nodes_treeids: ids.map(() => 0),
    nodes_nodeids: ids,
    nodes_featureids: features,
    nodes_values: values,
    nodes_modes: modes,
    nodes_truenodeids: left,
    nodes_falsenodeids: right,
    target_treeids: leaf.map(() => 0),
    target_nodeids: leaf,
    target_ids: classes,
    target_weights: new Float32Array(leaf.length).fill(1),
  };
}

/** A tree that is a chain: each node has a leaf and the next node. */
function deep(levels: number): Tree {
  const ids = Array.from({ length: 2 * levels + 1 }, (_, i) => i);
  const branch = (i: number) => i % 2 === 0 && i < 2 * levels;
  return {
    ids,
    left: ids.map((i) => branch(i) ? i + 1 : 0),
    right: ids.map((i) => branch(i) ? i + 2 : 0),
    modes: ids.map((i) => branch(i) ? "BRANCH_LEQ" : "LEAF"),
    leaf: ids.filter((i) => !branch(i)),
  };
}
