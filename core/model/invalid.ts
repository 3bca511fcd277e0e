/** Why a model is INVALID (PROTOCOL.md section 7): the first check that it fails. */
export type InvalidCode =
  // packed model (inflate.ts)
  | "not-zlib"
  | "preset-dictionary"
  | "corrupt-stream"
  | "truncated-stream"
  | "trailing-bytes"
  | "inflates-too-large"
  // admission (admit.ts)
  | "not-onnx"
  | "ir-version"
  | "opset"
  | "domain"
  | "operator"
  | "external-data"
  | "functions"
  | "training"
  | "too-many-nodes"
  | "shape"
  | "graph"
  | "cost"
  | "name"
  | "tensors"
  | "input"
  | "output"
  // running (core/evaluate)
  | "create-failed"
  | "run-failed"
  | "output-type"
  | "output-shape";

/**
 * A model that scores 0 for every miner alike (INVALID, PROTOCOL.md section 7). Thrown only for
 * reasons that follow from the bytes of the model, the manifest and the test set.
 */
export class InvalidModel extends Error {
  /** "InvalidModel". */
  override readonly name = "InvalidModel";

  /** `message` is one sentence for the model's author. */
  constructor(readonly code: InvalidCode, message: string, options?: ErrorOptions) {
    super(message, options);
  }
}
