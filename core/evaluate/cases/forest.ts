/** Tree ensembles. */
import type { AttributeValue } from "../../model/onnx/build.ts";
import { given, type OperatorCase, wave } from "./case.ts";

/** Features of a row. */
export const FEATURES = 6;
/** Classes, where a case has no other number of them. */
export const CLASSES = 3;

/** Size and kind of an ensemble. */
export interface Forest {
  /** Number of trees. */
  trees: number;
  /** Decisions from the root to a leaf. */
  depth: number;
  /** Entries of `prefix_ids`, `prefix_nodeids` and so on for each leaf. */
  prefix: "class" | "target";
  /** Classes or targets. */
  classes: number;
  /** Comparisons, taken in turn. */
  modes: readonly string[];
}

/** Attributes of an ensemble of full binary trees, as ai.onnx.ml 1 to 3 lists them. */
export function forest(
  { trees, depth, prefix, classes, modes }: Forest,
): Record<string, AttributeValue> {
  const inner = 2 ** depth - 1;
  const nodes = Array.from(
    { length: trees },
    (_, tree) =>
      Array.from({ length: 2 * inner + 1 }, (_, id) => ({ tree, id, leaf: id >= inner })),
  )
    .flat();
  const leaves = nodes.filter(({ leaf }) => leaf);
  // Shares of classes are positive, as exporters write them; the score of one class and targets have either sign.
  const lift = prefix === "class" && classes > 1 ? 1 / trees : 0;
  const weights = wave(leaves.length, { step: 0.53, height: 1 / trees }).map((w) => w + lift);
  const numbers = wave(nodes.length, { step: 0.77, height: 1.5 });
  return {
    nodes_treeids: nodes.map(({ tree }) => tree),
    nodes_nodeids: nodes.map(({ id }) => id),
    nodes_featureids: nodes.map(({ tree, id, leaf }) => leaf ? 0 : (tree + id) % FEATURES),
    nodes_modes: nodes.map(({ id, leaf }) => leaf ? "LEAF" : modes[id % modes.length]!),
    nodes_values: Float32Array.from(nodes, ({ leaf }, i) => leaf ? 0 : numbers[i]!),
    nodes_truenodeids: nodes.map(({ id, leaf }) => leaf ? 0 : 2 * id + 1),
    nodes_falsenodeids: nodes.map(({ id, leaf }) => leaf ? 0 : 2 * id + 2),
    nodes_missing_value_tracks_true: nodes.map(({ id }) => id % 2),
    [`${prefix}_treeids`]: leaves.map(({ tree }) => tree),
    [`${prefix}_nodeids`]: leaves.map(({ id }) => id),
    [`${prefix}_ids`]: leaves.map(({ tree, id }) => (tree + id) % classes),
    [`${prefix}_weights`]: weights,
  };
}

/** A case of a classifier: labels and scores. */
export function classifier(
  options: { modes?: string[]; trees?: number; transform?: string; classes?: number } = {},
): () => OperatorCase {
  const { modes = ["BRANCH_LEQ"], trees = 7, transform = "NONE", classes = CLASSES } = options;
  return given([FEATURES], (g) =>
    g.ml("TreeEnsembleClassifier", [g.x], {
      outputs: 2,
      attributes: {
        ...forest({ trees, depth: 4, prefix: "class", classes, modes }),
        classlabels_int64s: Array.from({ length: Math.max(classes, 2) }, (_, i) => i),
        post_transform: transform,
      },
    }));
}
