/** Trained networks as ONNX files, by the project's own writer. */
import { graph, model, node, tensor, value } from "../../core/model/onnx/build.ts";
import { encodeModel } from "../../core/model/onnx/codec.ts";
import type { Network } from "./network.ts";

/**
 * Writes a network for rows of a shape, such as [1, 28, 28], as ONNX (opset 17, IR version 8): input `input` float32
 * [batch, ...shape], output `logits` float32 [batch, outputs].
 *
 * @throws {RangeError} if the network does not take as many inputs, or its layers do not fit each other
 */
export function exportOnnx(network: Network, shape: readonly number[]): Uint8Array {
  let width = shape.reduce((product, dim) => product * dim, 1);
  for (const { inputs, outputs } of network) {
    if (inputs !== width) {
      throw new RangeError(`A layer takes ${inputs} inputs, but gets ${width}.`);
    }
    width = outputs;
  }
  const last = network.length - 1;
  const layers = network.flatMap((_, i) => {
    const output = i === last ? "logits" : `sum${i}`;
    const gemm = node("Gemm", [i === 0 ? "flat" : `hidden${i - 1}`, `weights${i}`, `bias${i}`], [
      output,
    ]);
    return i === last ? [gemm] : [gemm, node("Relu", [output], [`hidden${i}`])];
  });
  const net = graph({
    name: "demo",
    inputs: [value("input", ["batch", ...shape])],
    outputs: [value("logits", ["batch", width])],
    nodes: [node("Flatten", ["input"], ["flat"]), ...layers],
    initializers: network.flatMap(({ inputs, outputs, weights, bias }, i) => [
      tensor(`weights${i}`, [inputs, outputs], weights),
      tensor(`bias${i}`, [outputs], bias),
    ]),
  });
  return encodeModel(model(net, { opset: 17, producer: "DeML demo" }));
}
