import assert from "node:assert/strict";
import { graph, model, node, value } from "../onnx/build.ts";
import type { ModelProto, NodeProto } from "../onnx/codec.ts";
import { raiseOpset } from "./opset.ts";

function net(nodes: NodeProto[], opset: number, dims: (string | number)[] = ["N", 4]): ModelProto {
  return model(
    graph({ inputs: [value("x", ["N", 4])], outputs: [value("y", dims)], nodes }),
    { opset, mlOpset: 1 },
  );
}

Deno.test("raiseOpset() raises models whose operators mean the same", () => {
  const raised = raiseOpset(net([node("Relu", ["x"], ["y"])], 9), 13);
  assert.deepEqual(raised?.opsetImport.map(({ version }) => version), [13, 1]);
  const new_ = net([node("Squeeze", ["x"], ["y"])], 17);
  assert.equal(raiseOpset(new_, 13), new_, "no older: nothing to do");
});

Deno.test("raiseOpset() leaves models alone whose operators changed on the way", () => {
  const changed = ["Squeeze", "Unsqueeze", "ReduceSum", "Split", "Clip", "Slice", "Pad", "TopK"];
  for (const operator of [...changed, "Upsample", "Resize", "Dropout", "Mystery"]) {
    assert.equal(raiseOpset(net([node(operator, ["x"], ["y"])], 9), 13), undefined, operator);
  }
  const spatial = node("BatchNormalization", ["x"], ["y"], { spatial: 0 });
  assert.equal(raiseOpset(net([spatial], 8), 13), undefined);
});

Deno.test("raiseOpset() takes a Softmax along the last axis only", () => {
  const softmax = (attributes: Record<string, number>) => node("Softmax", ["x"], ["y"], attributes);
  const axis = (file: ModelProto | undefined) => file?.graph?.node[0]?.attribute[0]?.i;
  assert.equal(axis(raiseOpset(net([softmax({})], 9), 13)), -1);
  assert.equal(axis(raiseOpset(net([softmax({ axis: -1 })], 11, ["N", 2, 2]), 13)), -1);
  assert.equal(axis(raiseOpset(net([softmax({ axis: 2 })], 9, ["N", 2, 2]), 13)), -1);
  assert.equal(raiseOpset(net([softmax({})], 9, ["N", 2, 2]), 13), undefined);
  const inside = [node("Softmax", ["x"], ["a"]), node("Relu", ["a"], ["y"])];
  assert.equal(raiseOpset(net(inside, 9), 13), undefined, "the rank is not known");
});

Deno.test("raiseOpset() knows nothing above 13", () => {
  assert.throws(() => raiseOpset(net([], 9), 14), RangeError);
});
