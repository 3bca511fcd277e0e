import assert from "node:assert/strict";
import { graph, node, tensor, value } from "../onnx/build.ts";
import { DataType, type NodeProto } from "../onnx/codec.ts";
import { peakBytes } from "./activations.ts";
import { walk } from "./infer.ts";

/** Bytes of a row of 4 numbers, of which all values below are. */
const ROW = 16;

/** Peak in values, for nodes that read x and write y. */
function peak(nodes: NodeProto[], outputs = ["y"]): number {
  const net = graph({
    nodes,
    inputs: [value("x", [1, 4])],
    outputs: outputs.map((name) => ({ name })),
    initializers: [tensor("c", [1, 4], new Float32Array(4))],
  });
  const { steps } = walk(net, {
    opsets: new Map([["", 17]]),
    inputs: new Map([["x", { type: DataType.FLOAT, dims: [1, 4] }]]),
  });
  return peakBytes(steps, { bytes: ROW, outputs }) / ROW;
}

Deno.test("peakBytes() counts a chain as its input and two values", () => {
  assert.equal(peak([node("Relu", ["x"], ["y"])]), 2);
  const chain = ["a", "b", "d", "y"].map((name, i, all) =>
    node("Relu", [all[i - 1] ?? "x"], [name])
  );
  assert.equal(peak(chain), 3);
});

Deno.test("peakBytes() keeps a value to its last reader, outputs to the end, and what nobody reads not at all", () => {
  const skip = [
    node("Relu", ["x"], ["a"]),
    node("Relu", ["a"], ["b"]),
    node("Relu", ["b"], ["d"]),
    node("Add", ["d", "a"], ["y"]),
  ];
  assert.equal(peak(skip), 1 + 3);
  const early = [
    node("Relu", ["x"], ["y"]),
    ...["a", "b", "d"].map((name, i, all) => node("Relu", [all[i - 1] ?? "x"], [name])),
  ];
  assert.equal(peak(early), 1 + 1 + 2);
  const dead = [node("Relu", ["x"], ["a"]), node("Relu", ["x"], ["b"]), node("Relu", ["x"], ["y"])];
  assert.equal(peak(dead), 3, "y may be written first");
});

Deno.test("peakBytes() takes the worst of the orders in which the runtime may run", () => {
  const nodes = [node("Relu", ["x"], ["a0"])];
  for (let i = 0; i < 10; i++) {
    nodes.push(node("Neg", ["x"], [`b${i}`]), node("Mul", [`a${i}`, `b${i}`], [`a${i + 1}`]));
  }
  // In the file's order three values live at once; depth first from the end all of b.
  assert.equal(peak(nodes, ["a10"]), 1 + 12);
});

Deno.test("peakBytes() leaves constants out, and counts what an operator needs for itself", () => {
  assert.equal(peak([node("Relu", ["c"], ["d"]), node("Add", ["x", "d"], ["y"])]), 2);
  const argument = [node("ArgMax", ["x"], ["y"], { axis: 1, keepdims: 0 })];
  assert.ok(peak(argument) > 1 + 0.5);
});
