/** Ensembles of decision trees (ai.onnx.ml): whether their nodes form trees, and how deep they are. */
import type { NodeProto } from "../../onnx/codec.ts";
import type { Operation } from "../operation.ts";

/** Most nodes from a root to a leaf: the runtime builds trees by recursion, and its stack ends near 2,000. */
const MAX_DEPTH = 256;

/** What an ensemble costs. */
export interface Forest {
  /** Nodes visited and weights added for one row, at most: the sum over the trees of their costliest path. */
  readonly path: number;
  /** Highest feature asked for; -1 if none is. */
  readonly feature: number;
}

/** Nodes by position; a branch has two children, a leaf none. */
interface Nodes {
  readonly roots: readonly number[];
  /** Positions of the children; -1 for a leaf. */
  readonly yes: Int32Array;
  readonly no: Int32Array;
  /** Weights that a leaf adds. */
  readonly weights: Int32Array;
  readonly feature: number;
}

/** Both batch sizes ask for the same node: its forest is walked once. */
const walked = new WeakMap<NodeProto, Forest>();

/**
 * The forest of a TreeEnsembleClassifier or TreeEnsembleRegressor ("class" or "target" names its leaf attributes),
 * or of a TreeEnsemble (`undefined`). Takes time linear in the number of nodes.
 *
 * @param options `outputs`: number of classes or targets
 * @throws {InvalidModel} `shape` for nodes that form no trees, or too deep ones
 */
export function forestOf(
  operation: Operation,
  { leaf, outputs }: { leaf: "class" | "target" | undefined; outputs: number },
): Forest {
  const known = walked.get(operation.node);
  if (known !== undefined) return known;
  const nodes = leaf === undefined
    ? jointNodes(operation, outputs)
    : listedNodes(operation, { leaf, outputs });
  const costs = new Float64Array(nodes.yes.length);
  const depths = new Int32Array(nodes.yes.length);
  let path = 0;
  for (const root of nodes.roots) {
    measure(operation, { nodes, root, costs, depths });
    path += costs[root]!;
  }
  const forest = { path, feature: nodes.feature };
  walked.set(operation.node, forest);
  return forest;
}

/** Finds the costliest path below a root without recursion. Nodes that lead back to themselves are refused. */
function measure(
  operation: Operation,
  { nodes: { yes, no, weights }, root, costs, depths }: {
    nodes: Nodes;
    root: number;
    costs: Float64Array;
    depths: Int32Array;
  },
): void {
  const stack = [root];
  while (stack.length > 0) {
    const at = stack[stack.length - 1]!;
    const left = yes[at]!;
    if (depths[at]! > 0) {
      stack.pop();
      continue;
    }
    const right = no[at]!;
    if (left >= 0 && depths[at] === 0) {
      depths[at] = -1; // On the path that is being walked.
      for (const child of [left, right]) {
        if (depths[child] === -1) throw operation.refuse("trees", "a node that leads to itself");
        if (depths[child] === 0) stack.push(child);
      }
      continue;
    }
    stack.pop();
    depths[at] = 1 + (left < 0 ? 0 : Math.max(depths[left]!, depths[right]!));
    costs[at] = 1 + (left < 0 ? weights[at]! : Math.max(costs[left]!, costs[right]!));
    if (depths[at]! > MAX_DEPTH) {
      throw operation.refuse(`trees of at most ${MAX_DEPTH} nodes in depth`, "a deeper one");
    }
  }
}

/** Nodes of a TreeEnsembleClassifier or TreeEnsembleRegressor: named by tree and number. */
function listedNodes(
  operation: Operation,
  { leaf, outputs }: { leaf: "class" | "target"; outputs: number },
): Nodes {
  const trees = operation.ints("nodes_treeids") ?? [];
  const count = trees.length;
  const list = (name: string, length = count) => intsOf(operation, { name, length });
  const ids = list("nodes_nodeids");
  const features = list("nodes_featureids");
  const [onTrue, onFalse] = [list("nodes_truenodeids"), list("nodes_falsenodeids")];
  checkLength(operation, { name: "nodes_values", length: count });
  const modes = operation.node.attribute.find(({ name }) => name === "nodes_modes")?.strings ?? [];
  if (count === 0 || modes.length !== count) {
    throw operation.refuse("as many nodes_modes as nodes_treeids, at least one", `${modes.length}`);
  }
  const places = new Map<number, Map<number, number>>();
  const roots: number[] = [];
  trees.forEach((tree, at) => {
    const place = places.get(tree) ?? new Map<number, number>();
    if (place.has(ids[at]!)) throw operation.refuse("each node once", `two ${ids[at]}`);
    places.set(tree, place.set(ids[at]!, at));
    // The runtime takes the first node of each run of a tree's nodes for a root.
    if (tree !== trees[at - 1]) roots.push(at);
  });
  const find = (tree: number, id: number) => {
    const at = places.get(tree)?.get(id);
    if (at === undefined) throw operation.refuse("nodes that are there", `node ${id}`);
    return at;
  };
  const [yes, no] = [new Int32Array(count).fill(-1), new Int32Array(count).fill(-1)];
  let feature = -1;
  modes.forEach((mode, at) => {
    if (mode.length === 4) return; // "LEAF"; the names of all branches are longer.
    yes[at] = find(trees[at]!, onTrue[at]!);
    no[at] = find(trees[at]!, onFalse[at]!);
    if (features[at]! < 0) throw operation.refuse("features from 0", `${features[at]}`);
    feature = Math.max(feature, features[at]!);
  });
  const weighted = operation.ints(`${leaf}_treeids`) ?? [];
  const leaves = list(`${leaf}_nodeids`, weighted.length);
  checkLength(operation, { name: `${leaf}_weights`, length: weighted.length });
  checkOutputs(operation, list(`${leaf}_ids`, weighted.length), outputs);
  const weights = new Int32Array(count);
  weighted.forEach((tree, i) => weights[find(tree, leaves[i]!)]!++);
  return { roots, yes, no, weights, feature };
}

/** Nodes of a TreeEnsemble: branches in one list, leaves in another. */
function jointNodes(operation: Operation, outputs: number): Nodes {
  const features = operation.ints("nodes_featureids") ?? [];
  const count = features.length;
  const list = (name: string) => intsOf(operation, { name, length: count });
  const targets = operation.ints("leaf_targetids") ?? [];
  const modes = operation.tensor("nodes_modes")?.rawData;
  const splits = operation.tensor("nodes_splits");
  const values = operation.tensor("leaf_weights");
  const fits = modes?.length === count && splits?.dims[0] === count &&
    values?.dims[0] === targets.length && count > 0;
  if (!fits) throw operation.refuse("one mode and split for each node", "other numbers");
  // BRANCH_MEMBER (6) becomes a chain of comparisons as long as its set.
  const member = modes.some((mode) => mode > 5);
  if (member || operation.tensor("membership_values") !== undefined) {
    throw operation.refuse("branches that compare with one value", "sets");
  }
  checkOutputs(operation, targets, outputs);
  const total = count + targets.length;
  const reached = new Uint8Array(total);
  const reach = (id: number, { leaf }: { leaf: number }) => {
    const at = leaf === 0 ? id : count + id;
    // The runtime copies what is reached twice, again and again.
    if (id < 0 || id >= (leaf === 0 ? count : targets.length) || reached[at] === 1) {
      throw operation.refuse("each node and leaf in one tree, once", `${id}`);
    }
    reached[at] = 1;
    return at;
  };
  const roots = (operation.ints("tree_roots") ?? []).map((root) => reach(root, { leaf: 0 }));
  const [yes, no] = [new Int32Array(total).fill(-1), new Int32Array(total).fill(-1)];
  const [ids, others] = [list("nodes_truenodeids"), list("nodes_falsenodeids")];
  const [leafs, otherLeafs] = [list("nodes_trueleafs"), list("nodes_falseleafs")];
  let feature = -1;
  for (let at = 0; at < count; at++) {
    yes[at] = reach(ids[at]!, { leaf: leafs[at]! });
    no[at] = reach(others[at]!, { leaf: otherLeafs[at]! });
    if (features[at]! < 0) throw operation.refuse("features from 0", `${features[at]}`);
    feature = Math.max(feature, features[at]!);
  }
  return { roots, yes, no, weights: new Int32Array(total).fill(1), feature };
}

function intsOf(
  operation: Operation,
  { name, length }: { name: string; length: number },
): readonly number[] {
  const values = operation.ints(name) ?? [];
  if (values.length === length) return values;
  throw operation.refuse(`${length} ${name}`, String(values.length));
}

/** Values are floats of the attribute `name`, or a tensor in `name`_as_tensor. */
function checkLength(
  operation: Operation,
  { name, length }: { name: string; length: number },
): void {
  const tensor = operation.version >= 3 ? operation.tensor(`${name}_as_tensor`) : undefined;
  const floats = operation.floats(name)?.length ?? 0;
  const found = tensor === undefined ? floats : tensor.dims[0];
  if (found === length && (tensor === undefined || (floats === 0 && tensor.dims.length === 1))) {
    return;
  }
  throw operation.refuse(`${length} ${name}`, String(found));
}

function checkOutputs(operation: Operation, ids: readonly number[], outputs: number): void {
  const wrong = ids.find((id) => id < 0 || id >= outputs);
  if (wrong !== undefined) throw operation.refuse(`weights for ${outputs} results`, `${wrong}`);
}
