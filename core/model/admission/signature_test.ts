import assert from "node:assert/strict";
import { graph, node, value } from "../onnx/build.ts";
import { DataType, type ValueInfoProto } from "../onnx/codec.ts";
import { InvalidModel } from "../invalid.ts";
import { signatureOf } from "./signature.ts";

function choose(outputs: ValueInfoProto[], classes: number | undefined): string {
  const net = graph({
    inputs: [value("x", ["N", 4])],
    outputs,
    nodes: [node("Sigmoid", ["x"], ["p"])],
  });
  const { output, kind } = signatureOf(net, { shapes: [[4]], batch: 100, classes });
  return `${output} ${kind}`;
}

Deno.test("signatureOf() takes [N,1] as the probability of class 1 where there are two", () => {
  assert.equal(choose([value("p", ["N", 1])], 2), "p binary");
  assert.equal(choose([value("p", [100, 1])], 2), "p binary");
  assert.equal(choose([value("p", ["N", 1])], undefined), "p value", "a regression");
});

Deno.test("signatureOf() prefers a label, then one score for each class", () => {
  const probability = value("p", ["N", 1]);
  assert.equal(choose([probability, value("s", ["N", 2])], 2), "s scores");
  assert.equal(choose([probability, value("l", ["N"], DataType.INT64)], 2), "l label");
});

Deno.test("signatureOf() refuses one score where there are more classes", () => {
  for (const [dims, classes] of [[["N", 1], 3], [["N"], 2], [["N", 1, 1], 2]] as const) {
    assert.throws(
      () => choose([value("p", [...dims])], classes),
      (error) => error instanceof InvalidModel && error.code === "output",
    );
  }
});
