/** Takes from a graph what changes no output. */
import { InvalidModel } from "../invalid.ts";
import type { GraphProto, NodeProto, TensorProto } from "../onnx/codec.ts";

/**
 * All names of values in a graph.
 *
 * @throws {InvalidModel} `graph` if a name stands for two values, or for none yet where it is read
 */
export function namesOf({ input, initializer, node, output }: GraphProto): Set<string> {
  const names = new Set<string>();
  const add = (name: string) => {
    if (!names.has(name)) return names.add(name);
    throw wrong("each name to stand for one value", `${shown(name)} for two`);
  };
  const read = (name: string) => {
    if (name !== "" && !names.has(name)) throw wrong("values made before use", shown(name));
  };
  for (const { name = "" } of [...input, ...initializer]) add(name);
  for (const node_ of node) {
    node_.input.forEach(read);
    for (const name of node_.output) if (name !== "") add(name);
  }
  for (const { name = "" } of output) read(name);
  return names;
}

/**
 * Drops `Identity` and `Dropout`, which pass their input on when nothing is trained: readers of the output read the
 * input. If the output is one of the graph's, the node that made the input writes it instead; where no node did, the
 * `Identity` stays.
 */
export function dropPassThrough(graph: GraphProto): GraphProto {
  const outputs = new Set(graph.output.map(({ name = "" }) => name));
  const read = countReads(graph);
  const made = new Set<string>();
  const renamed = new Map<string, string>();
  const resolve = (name: string) => renamed.get(name) ?? name;
  const kept: NodeProto[] = [];
  for (const node of graph.node) {
    const input = node.input.map(resolve);
    const [source = ""] = input;
    const [target = ""] = node.output;
    if (passesOn(node, read) && source !== "" && target !== "") {
      if (!outputs.has(target)) {
        renamed.set(target, source);
        continue;
      }
      if (made.has(source) && !outputs.has(source)) {
        for (const earlier of kept) {
          earlier.input = earlier.input.map((name) => name === source ? target : name);
          earlier.output = earlier.output.map((name) => name === source ? target : name);
        }
        for (const [from, to] of renamed) if (to === source) renamed.set(from, target);
        renamed.set(source, target);
        made.add(target);
        continue;
      }
    }
    for (const name of node.output) made.add(name);
    kept.push({ ...node, input });
  }
  return { ...graph, node: kept };
}

/** Drops nodes and constants that no output depends on. */
export function dropDeadCode(graph: GraphProto): GraphProto {
  const needed = new Set(graph.output.map(({ name = "" }) => name));
  const node = graph.node.toReversed().filter(({ input, output }) => {
    if (!output.some((name) => needed.has(name))) return false;
    for (const name of input) needed.add(name);
    return true;
  }).toReversed();
  const initializer = graph.initializer.filter(({ name = "" }) => needed.has(name));
  return { ...graph, node, initializer };
}

/** Keeps one of several equal constants. One that is an output stays as it is. */
export function mergeConstants(graph: GraphProto): GraphProto {
  const outputs = new Set(graph.output.map(({ name = "" }) => name));
  const first = new Map<string, TensorProto[]>();
  const renamed = new Map<string, string>();
  const initializer = graph.initializer.filter((tensor) => {
    const { name = "" } = tensor;
    if (outputs.has(name)) return true;
    const key = keyOf(tensor);
    const alike = first.get(key) ?? [];
    const same = alike.find((other) => equalBytes(other.rawData!, tensor.rawData!));
    if (same === undefined) return first.set(key, [...alike, tensor]);
    renamed.set(name, same.name ?? "");
    return false;
  });
  const node = graph.node.map((node) => ({
    ...node,
    input: node.input.map((name) => renamed.get(name) ?? name),
  }));
  return { ...graph, node, initializer };
}

/** Whether a node gives its first input as its first output and nothing else that is read. */
function passesOn({ opType, domain, input, output }: NodeProto, read: Set<string>): boolean {
  if ((domain ?? "") !== "") return false;
  if (opType === "Identity") return true;
  // The second output is the mask; the third input (since opset 12) turns training on.
  return opType === "Dropout" && input[2] === undefined && !read.has(output[1] ?? "");
}

function countReads({ node, output }: GraphProto): Set<string> {
  return new Set([
    ...node.flatMap(({ input }) => input).filter((name) => name !== ""),
    ...output.map(({ name = "" }) => name),
  ]);
}

/** Type, shape, size and a hash (FNV-1a): equal for equal constants, and seldom for others. */
function keyOf({ dataType, dims, rawData = new Uint8Array() }: TensorProto): string {
  let hash = 0x811c9dc5;
  for (const byte of rawData) hash = Math.imul(hash ^ byte, 0x01000193);
  return `${dataType} ${dims} ${rawData.length} ${hash}`;
}

function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

function wrong(expected: string, got: string): InvalidModel {
  return new InvalidModel("graph", `model: expected ${expected}, got ${got}`);
}

function shown(name: string): string {
  return JSON.stringify(name.slice(0, 60));
}
