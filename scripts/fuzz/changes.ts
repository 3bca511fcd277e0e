/** Changes of a model that keep it a model: dimensions, attributes, operators, edges, types, constants, versions. */
import { OPERATORS } from "../../core/model/admission/operators.ts";
import { node } from "../../core/model/onnx/build.ts";
import {
  type AttributeProto,
  DataType,
  type GraphProto,
  type ModelProto,
  type NodeProto,
  type TensorProto,
} from "../../core/model/onnx/codec.ts";
import type { Random } from "../demo/random.ts";
import { pick } from "./bytes.ts";
import { changeDim, changeNumbers, changeValue, otherInt, refit } from "./values.ts";

/** Changes a model in place. */
export type Change = (file: ModelProto, random: Random) => void;

const NAMES = [...OPERATORS].map(([domain, operators]) => ({
  domain,
  names: [...operators.keys()],
}));
const TYPES = Object.values(DataType);

/** Changes by what they do. */
export const CHANGES: Readonly<Record<string, Change>> = {
  "an attribute's value": withAttribute((attribute, random) => changeValue(attribute, random)),
  "an attribute's type": withAttribute((attribute, random) => {
    attribute.type = random.integer(15);
  }),
  "an attribute's name": withAttribute((attribute, random) => {
    attribute.name = pick([
      "axis",
      "axes",
      "kernel_shape",
      "pads",
      "to",
      "strides",
      "alpha",
      "mode",
      "",
    ], random);
  }),
  "an attribute less": withNode((node, random) => {
    node.attribute.splice(random.integer(node.attribute.length + 1), 1);
  }),
  "another node's attribute": withNode((node, random, { graph }) => {
    const other = pick(graph.node, random);
    if (other.attribute.length > 0) {
      node.attribute.push(structuredClone(pick(other.attribute, random)));
    }
  }),
  "the operator": withNode((node, random) => {
    const { domain, names } = pick(NAMES, random);
    node.opType = pick(names, random);
    if (domain === "") delete node.domain;
    else node.domain = domain;
  }),
  "the operator, of the same domain": withNode((node, random) => {
    const { names } = NAMES.find(({ domain }) => domain === (node.domain ?? "")) ?? NAMES[0]!;
    node.opType = pick(names, random);
  }),
  "the order of inputs": withNode((node, random) => swap(node.input, random)),
  "an input": withNode((node, random, { graph }) => {
    if (node.input.length > 0) {
      node.input[random.integer(node.input.length)] = pick(valuesOf(graph), random);
    }
  }),
  "an input more": withNode((node, random, { graph }) => {
    node.input.push(pick([...valuesOf(graph), ""], random));
  }),
  "an input less": withNode((node, random) => {
    if (random.integer(2) === 0) node.input.pop();
    else if (node.input.length > 0) node.input[random.integer(node.input.length)] = "";
  }),
  "an output more": withNode((node, random) => {
    node.output.push(`more${random.integer(1e6)}`);
  }),
  "an output's name": withNode((node, random, { graph }) => {
    if (node.output.length > 0) {
      node.output[random.integer(node.output.length)] = pick(valuesOf(graph), random);
    }
  }),
  "a node twice": withNode((node, random, { graph, at }) => {
    const twin = structuredClone(node);
    twin.output = twin.output.map((name) => name === "" ? "" : `${name}_${random.integer(1e6)}`);
    graph.node.splice(at + 1, 0, twin);
  }),
  "a node less": withNode((node, _, { graph, at }) => {
    graph.node.splice(at, 1);
    const [from] = node.input;
    if (from === undefined) return;
    for (const other of graph.node) {
      other.input = other.input.map((name) =>
        name !== "" && node.output.includes(name) ? from : name
      );
    }
  }),
  "the order of nodes": withGraph((graph, random) => swap(graph.node, random)),
  "one more graph output": withGraph((graph, random) => {
    graph.output.push({ name: pick(valuesOf(graph), random) });
  }),
  "the order of graph outputs": withGraph((graph, random) => swap(graph.output, random)),
  "a cast": withNode((_, random, { graph, at }) => {
    const reader = graph.node[at]!;
    if (reader.input.length === 0) return;
    const i = random.integer(reader.input.length);
    const name = `cast${random.integer(1e6)}`;
    const cast = node("Cast", [reader.input[i]!], [name], { to: pick(TYPES, random) });
    graph.node.splice(at, 0, cast);
    reader.input[i] = name;
  }),
  "a constant's size": withConstant((constant, random) => {
    const at = random.integer(constant.dims.length + 1);
    constant.dims[at] = otherInt(constant.dims[at] ?? 1, random);
    if (random.integer(3) > 0) refit(constant);
  }),
  "a constant's shape": withConstant((constant, random) => {
    swap(constant.dims, random);
    if (random.integer(3) === 0) constant.dims.push(1);
  }),
  "a constant's type": withConstant((constant, random) => {
    constant.dataType = pick(TYPES, random);
    if (random.integer(2) === 0) refit(constant);
  }),
  "a constant's numbers": withConstant((constant, random) => changeNumbers(constant, random)),
  "whole numbers among the constants": withGraph((graph, random) => {
    const whole = constantsOf(graph).filter(({ dataType }) =>
      dataType === DataType.INT64 || dataType === DataType.INT32
    );
    if (whole.length > 0) changeNumbers(pick(whole, random), random);
  }),
  "a constant as a node": withGraph((graph, random) => {
    if (graph.initializer.length === 0) return;
    const [constant] = graph.initializer.splice(random.integer(graph.initializer.length), 1);
    graph.node.unshift(node("Constant", [], [constant!.name ?? ""], { value: constant! }));
  }),
  "the order of constants": withGraph((graph, random) => {
    const [a, b] = [pick(graph.initializer, random), pick(graph.initializer, random)];
    if (a !== undefined && b !== undefined) [a.name, b.name] = [b.name ?? "", a.name ?? ""];
  }),
  "a declared size": withGraph((graph, random) => {
    const infos = [...graph.input, ...graph.output, ...graph.valueInfo ?? []];
    const dims = infos.flatMap(({ type }) => type?.tensorType?.shape?.dim ?? []);
    if (dims.length > 0) changeDim(pick(dims, random), random);
  }),
  "a declared type": withGraph((graph, random) => {
    const infos = [...graph.input, ...graph.output, ...graph.valueInfo ?? []];
    const found = infos.flatMap(({ type }) => type?.tensorType ?? []);
    if (found.length > 0) pick(found, random).elemType = pick(TYPES, random);
  }),
  "an opset": (file, random) => {
    if (file.opsetImport.length > 0) {
      pick(file.opsetImport, random).version = 6 + random.integer(22);
    }
  },
  "the IR version": (file, random) => {
    file.irVersion = 1 + random.integer(15);
  },
};

/** A node's place. */
interface Place {
  graph: GraphProto;
  at: number;
}

function withGraph(change: (graph: GraphProto, random: Random) => void): Change {
  return ({ graph }, random) => {
    if (graph !== undefined) change(graph, random);
  };
}

function withNode(change: (node: NodeProto, random: Random, place: Place) => void): Change {
  return withGraph((graph, random) => {
    if (graph.node.length === 0) return;
    const at = random.integer(graph.node.length);
    change(graph.node[at]!, random, { graph, at });
  });
}

function withAttribute(change: (attribute: AttributeProto, random: Random) => void): Change {
  return withGraph((graph, random) => {
    const attributes = graph.node.flatMap(({ attribute }) => attribute);
    if (attributes.length > 0) change(pick(attributes, random), random);
  });
}

function withConstant(change: (constant: TensorProto, random: Random) => void): Change {
  return withGraph((graph, random) => {
    const constants = constantsOf(graph);
    if (constants.length > 0) change(pick(constants, random), random);
  });
}

function constantsOf(graph: GraphProto): TensorProto[] {
  return [
    ...graph.initializer,
    ...graph.node.flatMap(({ attribute }) => attribute.flatMap(({ t }) => t ?? [])),
  ];
}

/** Names of all values. */
export function valuesOf({ input, initializer, node }: GraphProto): string[] {
  const written = node.flatMap(({ output }) => output).filter((name) => name !== "");
  return [...input, ...initializer].map(({ name = "" }) => name).concat(written);
}

function swap<T>(list: T[], random: Random): void {
  if (list.length < 2) return;
  const [i, j] = [random.integer(list.length), random.integer(list.length)];
  [list[i], list[j]] = [list[j]!, list[i]!];
}
