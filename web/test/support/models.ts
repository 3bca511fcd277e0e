/** ONNX models for the tests of the site. */
import { graph, model, node, tensor, value } from "../../../core/model/onnx/build.ts";
import { encodeModel } from "../../../core/model/onnx/codec.ts";

const INPUTS = 784;
const CLASSES = 10;

/** A network with one hidden layer. Its weights are noise, so that it packs to nearly its size. */
export function noiseModel({ hidden }: { hidden: number }): Uint8Array {
  const random = noise();
  const weights = (count: number) => Float32Array.from({ length: count }, random);
  const net = graph({
    inputs: [value("x", ["batch", INPUTS])],
    outputs: [value("scores", ["batch", CLASSES])],
    nodes: [
      node("MatMul", ["x", "w1"], ["h1"]),
      node("Relu", ["h1"], ["h2"]),
      node("MatMul", ["h2", "w2"], ["scores"]),
    ],
    initializers: [
      tensor("w1", [INPUTS, hidden], weights(INPUTS * hidden)),
      tensor("w2", [hidden, CLASSES], weights(hidden * CLASSES)),
    ],
  });
  return encodeModel(model(net, { opset: 17 }));
}

/** Numbers from -1 to 1, the same in every run (mulberry32). */
function noise(): () => number {
  let state = 1;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 31 - 1;
  };
}
