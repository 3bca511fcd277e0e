/**
 * What admission costs, in milliseconds: a file of 1 MB is to take less than 50 ms, a tree ensemble of that size less than 150
 * ms. Beside it, how many times as long as the SHA-256 of the same bytes it takes: the figure to compare machines by.
 */
import { admitModel } from "../../core/model/admission/admit.ts";
import { graph, model, node, tensor, value } from "../../core/model/onnx/build.ts";
import { encodeModel } from "../../core/model/onnx/codec.ts";
import { comparePairs } from "./measure.ts";

const MEGABYTE = 1_000_000;
const FEATURES = 784;
const CLASSES = 10;
/** Levels of a tree: 511 nodes. */
const DEPTH = 8;
const ROUNDS = 5;

/** `admission.<kind>.ms`, a median of 5, and `admission.<kind>`, the ratio to SHA-256, by kind of model. */
export async function benchAdmission(): Promise<Record<string, number>> {
  const figures: Record<string, number> = {};
  for (
    const [name, onnx] of Object.entries({ dense: dense(), layers: layers(), forest: forest() })
  ) {
    const ours = () => Promise.resolve(admit(onnx));
    figures[`admission.${name}`] = await comparePairs({
      ours,
      bare: () => crypto.subtle.digest("SHA-256", onnx),
    });
    figures[`admission.${name}.ms`] = median(onnx);
  }
  return figures;
}

function admit(onnx: Uint8Array): unknown {
  return admitModel(onnx, { shapes: [[FEATURES]], batch: 100, rows: 10_050, classes: CLASSES });
}

function median(onnx: Uint8Array): number {
  const times = Array.from({ length: ROUNDS }, () => {
    const start = performance.now();
    admit(onnx);
    return performance.now() - start;
  });
  return times.sort((a, b) => a - b)[(ROUNDS - 1) / 2] as number;
}

/** One hidden layer that fills 1 MB. */
function dense(): Uint8Array<ArrayBuffer> {
  const hidden = Math.floor(MEGABYTE / 4 / (FEATURES + CLASSES));
  return encode(
    [node("Gemm", ["x", "a"], ["h"]), node("Relu", ["h"], ["r"]), node("Gemm", ["r", "b"], ["y"])],
    [
      tensor("a", [FEATURES, hidden], new Float32Array(FEATURES * hidden)),
      tensor("b", [hidden, CLASSES], new Float32Array(hidden * CLASSES)),
    ],
  );
}

/** As many nodes as are admitted, about, and 1 MB of weights. */
function layers(): Uint8Array<ArrayBuffer> {
  const count = 950;
  const width = 16;
  const nodes = [node("Gemm", ["x", "first"], ["h0"])];
  const constants = [tensor("first", [FEATURES, width], new Float32Array(FEATURES * width))];
  for (let i = 0; i < count; i++) {
    nodes.push(node("Gemm", [`h${i}`, `w${i}`], [`g${i}`]), node("Tanh", [`g${i}`], [`h${i + 1}`]));
    constants.push(tensor(`w${i}`, [width, width], new Float32Array(width * width)));
  }
  nodes.push(node("Gemm", [`h${count}`, "last"], ["y"]));
  constants.push(tensor("last", [width, CLASSES], new Float32Array(width * CLASSES)));
  return encode(nodes, constants);
}

/** Full trees that fill 1 MB: all of it numbers in lists. */
function forest(): Uint8Array<ArrayBuffer> {
  const columns: Record<string, (number | string)[]> = {};
  const put = (name: string, entry: number | string) => (columns[name] ??= []).push(entry);
  const size = 2 ** (DEPTH + 1) - 1;
  const trees = Math.floor(MEGABYTE / (size * 26));
  for (let tree = 0; tree < trees; tree++) {
    for (let id = 0; id < size; id++) {
      const leaf = 2 * id + 2 >= size;
      put("nodes_treeids", tree);
      put("nodes_nodeids", id);
      put("nodes_featureids", leaf ? 0 : (id * 37 + tree) % FEATURES);
      put("nodes_modes", leaf ? "LEAF" : "BRANCH_LEQ");
      put("nodes_values", leaf ? 0 : 0.5);
      put("nodes_truenodeids", leaf ? 0 : 2 * id + 1);
      put("nodes_falsenodeids", leaf ? 0 : 2 * id + 2);
      if (!leaf) continue;
      put("class_treeids", tree);
      put("class_nodeids", id);
      put("class_ids", id % CLASSES);
      put("class_weights", 1 / trees);
    }
  }
  const attributes = Object.fromEntries(
    Object.entries(columns).map(([name, entries]) => [
      name,
      /values|weights/.test(name) ? Float32Array.from(entries as number[]) : entries as number[],
    ]),
  );
  const classes = Array.from({ length: CLASSES }, (_, i) => i);
  const ensemble = node(
    "TreeEnsembleClassifier",
    ["x"],
    ["label", "y"],
    { ...attributes, classlabels_int64s: classes, post_transform: "NONE" },
    { domain: "ai.onnx.ml" },
  );
  return encode([ensemble], []);
}

function encode(
  nodes: Parameters<typeof graph>[0]["nodes"],
  initializers: NonNullable<Parameters<typeof graph>[0]["initializers"]>,
): Uint8Array<ArrayBuffer> {
  const net = graph({
    inputs: [value("x", ["N", FEATURES])],
    outputs: [value("y", ["N", CLASSES])],
    nodes,
    initializers,
  });
  return encodeModel(model(net, { opset: 17, mlOpset: 3 })) as Uint8Array<ArrayBuffer>;
}

if (import.meta.main) {
  // deno-lint-ignore no-console
  console.log(JSON.stringify(await benchAdmission(), null, 2));
}
