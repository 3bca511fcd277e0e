/** Format versions, operator sets, domains, functions and training: what stands around the graph. */
import { node, value } from "../../model/onnx/build.ts";
import type { InvalidCode } from "../../model/invalid.ts";
import {
  changed,
  FULL,
  given,
  honest,
  type Hostile,
  type HostileTable,
  net,
  rightNode,
} from "./hostile.ts";

const NOTHING = new Uint8Array(0);

/** The table. */
export const VERSIONS: HostileTable = {
  "no IR version": changed("ir-version", () => {
    const { irVersion: _, ...rest } = honest();
    return rest;
  }),
  "IR version 0": ir("ir-version", 0),
  "IR version 2": ir("ir-version", 2),
  "IR version 14": ir("ir-version", 14),
  "IR version -1": ir("ir-version", -1),
  "IR version 2^63 - 1": ir("ir-version", 2n ** 63n - 1n),
  "no graph": changed("not-onnx", () => {
    const { graph: _, ...rest } = honest();
    return rest;
  }),
  "no opset": opsets("opset", []),
  "opset 0": opsets("opset", [["", 0]]),
  "opset 6": opsets("opset", [["", 6]]),
  "opset 27": opsets("opset", [["", 27]]),
  "opset -1": opsets("opset", [["", -1]]),
  "opset 2^63 - 1": opsets("opset", [["", 2n ** 63n - 1n]]),
  "two opsets": opsets("opset", [["", 17], ["", 13]]),
  "two opsets of the same version": opsets("opset", [["", 17], ["", 17]]),
  "two names of one domain": opsets("opset", [["", 17], ["ai.onnx", 13]]),
  "a thousand opsets": opsets("opset", Array.from({ length: 1000 }, () => ["ai.onnx.ml", 3])),
  "the other name of the domain": opsets(FULL, [["ai.onnx", 17]]),
  "a domain of the runtime's own": opsets("domain", [["", 17], ["com.microsoft", 1]]),
  "a domain of the author's own": opsets("domain", [["", 17], ["com.example", 1]]),
  "a domain named __proto__": opsets("domain", [["", 17], ["__proto__", 1]]),
  "a domain with a NUL": opsets("domain", [["", 17], ["ai.onnx\0", 1]]),
  "ai.onnx.ml 6": opsets("opset", [["", 17], ["ai.onnx.ml", 6]]),
  "training operators": opsets("domain", [["", 17], ["ai.onnx.preview.training", 1]]),
  "a node of the runtime's own": given(
    "domain",
    () => [node("FusedMatMul", ["x", "w"], ["y"], {}, { domain: "com.microsoft" })],
  ),
  "a node of the internal domain": given(
    "domain",
    () => [node("MatMul", ["x", "w"], ["y"], {}, { domain: "com.ms.internal.nhwc" })],
  ),
  "a node of a domain without opset": given(
    "opset",
    () => [node("Scaler", ["x"], ["y"], {}, { domain: "ai.onnx.ml" })],
  ),
  "an operator of a later opset": given(
    "operator",
    () => [node("Gelu", ["x"], ["g"]), rightNode("g")],
    () => ({ opset: 17 }),
  ),
  "an operator named constructor": given("operator", () => [node("constructor", ["x"], ["y"])]),
  "an operator named __proto__": given("operator", () => [node("__proto__", ["x"], ["y"])]),
  "an operator without name": given("operator", () => [node("", ["x"], ["y"])]),
  "an operator with a megabyte of name": given(
    "operator",
    () => [node("M".repeat(2 ** 20), ["x"], ["y"])],
  ),
  "an overload": changed("functions", () => net([{ ...rightNode(), overload: "mine" }])),
  "a function of the model's own": changed(
    "functions",
    () => ({ ...honest(), functions: [NOTHING] }),
  ),
  "training information": changed("training", () => ({ ...honest(), trainingInfo: [NOTHING] })),
  "a reference to a function's attribute": changed("functions", () => {
    const attribute = [{ name: "axis", type: 2, refAttrName: "a" }];
    return net([rightNode(), { ...node("Softmax", ["y"], ["s"]), attribute }]);
  }),
  "metadata by the ten thousand": changed(FULL, () => {
    const metadataProps = Array.from({ length: 10_000 }, () => ({ key: "a", value: "b" }));
    return { ...honest(), metadataProps };
  }),
  "10 MB of metadata": changed(
    FULL,
    () => ({ ...honest(), metadataProps: [{ key: "k", value: "v".repeat(1e7) }] }),
  ),
  "an input that is no tensor": given("input", () => [rightNode()], () => ({
    inputs: [{ name: "x", type: { sequenceType: NOTHING } }],
  })),
  "a second input": given(
    "input",
    () => [rightNode()],
    () => ({ inputs: [value("x", ["N", 4]), value("z", ["N", 4])] }),
  ),
  "no input": given("input", () => [node("ConstantOfShape", ["w"], ["y"])], () => ({ inputs: [] })),
  "texts for input": given(
    "input",
    () => [rightNode()],
    () => ({ inputs: [value("x", ["N", 4], 8)] }),
  ),
  "five columns": given("input", () => [rightNode()], () => ({ inputs: [value("x", ["N", 5])] })),
  "a batch of 100": given("input", () => [rightNode()], () => ({ inputs: [value("x", [100, 4])] })),
  "a batch of -1": given("input", () => [rightNode()], () => ({ inputs: [value("x", [-1, 4])] })),
  "a batch of 2^63 - 1": changed("input", () => {
    const file = honest();
    file.graph!.input[0]!.type!.tensorType!.shape!.dim[0] = { dimValue: 2n ** 63n - 1n };
    return file;
  }),
};

function ir(verdict: InvalidCode | number, irVersion: number | bigint): Hostile {
  return changed(verdict, () => ({ ...honest(), irVersion }));
}

function opsets(verdict: InvalidCode | number, list: [string, number | bigint][]): Hostile {
  const opsetImport = list.map(([domain, version]) => ({ domain, version }));
  return changed(verdict, () => ({ ...honest(), opsetImport }));
}
