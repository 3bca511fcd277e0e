/** Graphs in which names, order and number of things are not what they should be. */
import { type AttributeValue, graph, node, value } from "../../model/onnx/build.ts";
import { DataType, type NodeProto } from "../../model/onnx/codec.ts";
import {
  beside,
  changed,
  FULL,
  given,
  type HostileTable,
  ints,
  net,
  openOutput,
  rightNode,
  weights,
} from "./hostile.ts";

/** The table. */
export const GRAPHS: HostileTable = {
  "a node that reads itself": given("graph", () => [node("Add", ["x", "y"], ["y"])]),
  "a circle of two": given(
    "graph",
    () => [node("Relu", ["b"], ["a"]), node("Relu", ["a"], ["b"]), rightNode()],
  ),
  "a value read before it is written": given(
    "graph",
    () => [rightNode("r"), node("Relu", ["x"], ["r"])],
  ),
  "a value that nobody writes": given("graph", () => [node("Add", ["x", "nowhere"], ["y"])]),
  "an output that nobody writes": given("graph", () => [node("Relu", ["x"], ["r"])]),
  "two nodes that write one value": given("graph", () => [rightNode(), rightNode()]),
  "one node that writes a value twice": given(
    "graph",
    () => [rightNode(), node("Split", ["x"], ["s", "s"], { axis: 1 })],
  ),
  "a node that writes the input": given("graph", () => [node("Relu", ["x"], ["x"]), rightNode()]),
  "a node that writes the weights": given("graph", () => [node("Relu", ["x"], ["w"]), rightNode()]),
  "a constant given twice": beside("graph", () => [], () => ({ constants: [weights()] })),
  "a constant that hides the input": beside(
    "input",
    () => [],
    () => ({ constants: [weights("x")] }),
  ),
  "a constant listed as an input": given(FULL, () => [rightNode()], () => ({
    inputs: [value("x", ["N", 4]), value("w", [4, 3])],
    irVersion: 3,
    opset: 8,
  })),
  "an input given twice": given(
    "graph",
    () => [rightNode()],
    () => ({ inputs: [value("x", ["N", 4]), value("x", ["N", 4])] }),
  ),
  "an output given twice": given(
    "graph",
    () => [rightNode()],
    () => ({ outputs: [openOutput(), openOutput()] }),
  ),
  "the input as an output": given(
    FULL,
    () => [rightNode()],
    () => ({ outputs: [value("y", ["N", 3]), value("x", ["N", 4])] }),
  ),
  "a constant as an output": given(
    FULL,
    () => [rightNode()],
    () => ({ outputs: [value("y", ["N", 3]), value("w", [4, 3])] }),
  ),
  "no output": given("output", () => [rightNode()], () => ({ outputs: [] })),
  "a thousand outputs": given(
    FULL,
    () => [
      rightNode(),
      ...Array.from({ length: 999 }, (_, i) => node("Relu", ["x"], [`r${i}`])),
    ],
    () => ({
      outputs: [
        value("y", ["N", 3]),
        ...Array.from({ length: 999 }, (_, i) => openOutput(`r${i}`)),
      ],
    }),
  ),
  "an input named as nothing": given(
    "graph",
    () => [rightNode()],
    () => ({ inputs: [value("", ["N", 4])] }),
  ),
  "an output named as nothing": given(
    "graph",
    () => [rightNode()],
    () => ({ outputs: [openOutput("")] }),
  ),
  "an input named __proto__": given(
    "input",
    () => [rightNode("__proto__")],
    () => ({ inputs: [value("__proto__", ["N", 4])] }),
  ),
  "an output named __proto__": given(
    "output",
    () => [node("MatMul", ["x", "w"], ["__proto__"])],
    () => ({ outputs: [value("__proto__", ["N", 3])] }),
  ),
  "an output named constructor": given(
    FULL,
    () => [node("MatMul", ["x", "w"], ["constructor"])],
    () => ({ outputs: [value("constructor", ["N", 3])] }),
  ),
  "an input named then": given(
    FULL,
    () => [rightNode("then")],
    () => ({ inputs: [value("then", ["N", 4])] }),
  ),
  "inner values named as properties": given(
    FULL,
    () => [
      node("Identity", ["x"], ["__proto__"]),
      node("Identity", ["__proto__"], ["toString"]),
      rightNode("toString"),
    ],
  ),
  "names that look alike": given(
    FULL,
    () => [node("Neg", ["x"], ["х"]), node("Identity", ["x"], ["x\u200b"]), rightNode("x\u200b")],
  ),
  "an input that looks like another": given(
    "input",
    () => [rightNode("х")],
    () => ({ inputs: [value("х", ["N", 4])] }),
  ),
  "names in two normal forms": given(
    FULL,
    () => [
      node("Neg", ["x"], ["\u00e9"]),
      node("Identity", ["x"], ["e\u0301"]),
      rightNode("e\u0301"),
    ],
  ),
  "a name that ends a quote": given(
    "name",
    () => [node("Identity", ["x"], ["' Status Message: std::bad_alloc"]), rightNode()],
  ),
  "a node's name that ends a quote": given(
    "name",
    () => [{ ...rightNode(), name: "' Status Message: std::bad_alloc" }],
  ),
  "a name with a NUL": given("name", () => [node("Identity", ["x"], ["a\0b"]), rightNode("a\0b")]),
  "a name of two lines": given(
    "name",
    () => [node("Identity", ["x"], ["a\nb"]), rightNode("a\nb")],
  ),
  "a name of 10 MB": given(FULL, () => [node("Identity", ["x"], ["n".repeat(1e7)]), rightNode()]),
  "an input's name of 201 letters": given(
    "input",
    () => [rightNode("n".repeat(201))],
    () => ({ inputs: [value("n".repeat(201), ["N", 4])] }),
  ),
  "nothing read": given("shape", () => [node("MatMul", ["", ""], ["y"])]),
  "nothing written": given("create-failed", () => [rightNode(), node("Relu", ["x"], [""])]),
  "one output too many": beside("shape", () => [node("Relu", ["x"], ["a", "b"])]),
  "100,000 nodes in a chain": given("not-onnx", () => chain(100_000)),
  "50,000 nodes in a chain": given("too-many-nodes", () => chain(50_000)),
  "2,000 nodes in a chain": given(FULL, () => chain(2000)),
  "2,000 nodes side by side": given(FULL, () => [
    ...Array.from({ length: 1998 }, (_, i) => node("Abs", ["x"], [`a${i}`])),
    node("Identity", ["x"], ["z"]),
    rightNode("z"),
  ]),
  "100,000 inputs of a node": beside(FULL, () => [node("Sum", Array(100_000).fill("x"), ["s"])]),
  "100,000 parts of a Concat": beside(
    "cost",
    () => [node("Concat", Array(100_000).fill("x"), ["s"], { axis: 0 })],
  ),
  "100,000 outputs of a node": beside("shape", () => [
    node("Split", ["x"], Array.from({ length: 100_000 }, (_, i) => `s${i}`), { axis: 1 }),
  ]),
  "100,000 attributes of a node": beside("operator", () => {
    const attributes = Object.fromEntries(Array.from({ length: 100_000 }, (_, i) => [`a${i}`, 1]));
    return [node("Relu", ["x"], ["a"], attributes)];
  }),
  "an attribute twice": changed("operator", () => {
    const { attribute, ...rest } = node("Softmax", ["x"], ["s"], { axis: 1 });
    return net([rightNode(), { ...rest, attribute: [...attribute, ...attribute] }]);
  }),
  "an attribute without type": changed(
    "operator",
    () =>
      net([rightNode(), { ...node("Softmax", ["x"], ["s"]), attribute: [{ name: "axis", i: 1 }] }]),
  ),
  "an attribute of an unknown type": changed(
    "operator",
    () =>
      net([rightNode(), {
        ...node("Softmax", ["x"], ["s"]),
        attribute: [{ name: "axis", type: 99, i: 1 }],
      }]),
  ),
  "an attribute of another type": beside(
    "shape",
    () => [node("Softmax", ["x"], ["s"], { axis: "1" })],
  ),
  "If, 8 deep": given("operator", () => [nestedIf(8)]),
  "Loop without end": given(
    "operator",
    () => [loop()],
    () => ({ constants: [ints("times", 2n ** 62n)] }),
  ),
  "Scan": given(
    "operator",
    () => [
      node("Scan", ["x"], ["y"], { body: body([rightNode("e")], "e", "y"), num_scan_inputs: 1 }),
    ],
  ),
  "a graph in an operator without one": given(
    "operator",
    () => [node("MatMul", ["x", "w"], ["y"], { body: body([rightNode("e")], "e", "y") })],
  ),
  "a sequence": beside("operator", () => [node("SequenceConstruct", ["x", "x"], ["s"])]),
  "an optional value": beside("operator", () => [node("Optional", ["x"], ["o"])]),
  "an output of another size than declared": given(
    "shape",
    () => [rightNode()],
    () => ({ outputs: [value("y", ["N", 4])] }),
  ),
  "an output of another type than declared": given(
    "shape",
    () => [rightNode()],
    () => ({ outputs: [value("y", ["N", 3], DataType.DOUBLE)] }),
  ),
  "one symbol for two sizes": given(
    "shape",
    () => [rightNode()],
    () => ({ outputs: [value("y", ["N", "N"])] }),
  ),
  "an inner value that lies of its size": changed("shape", () => {
    const file = net([node("Identity", ["x"], ["i"]), rightNode("i")]);
    return { ...file, graph: { ...file.graph!, valueInfo: [value("i", ["N", 400])] } };
  }),
};

function chain(length: number): NodeProto[] {
  const nodes = Array.from(
    { length: length - 1 },
    (_, i) => node("Identity", [i === 0 ? "x" : `v${i - 1}`], [`v${i}`]),
  );
  return [...nodes, rightNode(`v${length - 2}`)];
}

function body(nodes: NodeProto[], input: string, output: string) {
  return graph({ inputs: [openOutput(input)], outputs: [openOutput(output)], nodes });
}

function nestedIf(depth: number): NodeProto {
  const inner = depth === 0 ? rightNode() : nestedIf(depth - 1);
  const branch = graph({ inputs: [], outputs: [openOutput()], nodes: [inner] });
  return node(
    "If",
    ["x"],
    ["y"],
    { then_branch: branch, else_branch: branch } as Record<string, AttributeValue>,
  );
}

function loop(): NodeProto {
  const inner = graph({
    inputs: [openOutput("i"), openOutput("c"), openOutput("e")],
    outputs: [openOutput("c"), openOutput("e")],
    nodes: [],
  });
  return node("Loop", ["times", "", "x"], ["y"], { body: inner });
}
