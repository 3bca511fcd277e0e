/** Names of values: each is given once, and read only after that. */
import { InvalidModel } from "../invalid.ts";
import type { GraphProto } from "../onnx/codec.ts";
import { checkText } from "./text.ts";

/**
 * Checks the names of a graph's values. ONNX wants each to be written once, before it is read; runtimes sort nodes
 * and let later constants win, so that what a graph with other names means is a matter of taste.
 *
 * @throws {InvalidModel} `graph` or `name`
 */
export function checkNames({ input, initializer, node, output }: GraphProto): void {
  const fed = new Set<string>();
  for (const { name } of input) add(fed, name, "input");
  const constants = new Set<string>();
  for (const { name } of initializer) add(constants, name, "constant");
  const known = new Set([...fed, ...constants]);
  for (const { opType = "", input, output, name = "" } of node) {
    checkText(name);
    checkText(opType);
    for (const name of input) {
      if (name !== "" && !known.has(name)) throw missing(name, opType);
    }
    for (const name of output) if (name !== "") add(known, name, `output of ${opType}`);
  }
  const results = new Set<string>();
  for (const { name = "" } of output) {
    add(results, name, "output");
    if (!known.has(name)) throw missing(name, "the graph's outputs");
  }
}

function add(names: Set<string>, name = "", what: string): void {
  checkText(name);
  if (name === "") {
    throw new InvalidModel("graph", `model: expected a name for each ${what}, got none`);
  }
  if (names.has(name)) {
    throw new InvalidModel("graph", `model: expected one value named ${shown(name)}, got two`);
  }
  names.add(name);
}

function missing(name: string, reader: string): InvalidModel {
  const problem = "got none before it is read";
  return new InvalidModel(
    "graph",
    `model: expected a value ${shown(name)} for ${reader}, ${problem}`,
  );
}

function shown(name: string): string {
  return JSON.stringify(name.slice(0, 60));
}
