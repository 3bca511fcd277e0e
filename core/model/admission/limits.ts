/** What version 1 of the protocol admits (PROTOCOL.md section 7). A change of any of these is a new version. */

/** Versions of the file format: what onnxruntime 1.30 reads. */
export const IR_VERSIONS = { min: 3, max: 13 } as const;

/**
 * Operator sets, by domain, and their versions. "ai.onnx" is another name of "". Up to 25: what 26 added
 * (BitCast among it) was not looked through for results that differ between processors.
 */
export const OPSETS: ReadonlyMap<string, { readonly min: number; readonly max: number }> = new Map([
  ["", { min: 7, max: 25 }],
  ["ai.onnx.ml", { min: 1, max: 5 }],
]);

/** Most nodes of a graph. */
export const MAX_NODES = 2000;

/** Most bytes of all constants together, unpacked to the type they have. */
export const MAX_CONSTANT_BYTES = 16 * 1024 * 1024;

/** Most dimensions of a constant, and of the input. */
export const MAX_RANK = 8;

/** Operators that are not admitted, and why. */
export const REFUSED_OPERATORS: ReadonlyMap<string, string> = new Map([
  ...reasons("runs for a time that the file does not tell", ["If", "Loop", "Scan", "SequenceMap"]),
  ...reasons("gives each miner other numbers", [
    "Bernoulli",
    "Multinomial",
    "RandomNormal",
    "RandomNormalLike",
    "RandomUniform",
    "RandomUniformLike",
  ]),
  ...reasons("shows the bits of a NaN, which differ between processors", ["BitCast"]),
  ...reasons("works on sequences, not tensors", [
    "ConcatFromSequence",
    "SequenceAt",
    "SequenceConstruct",
    "SequenceEmpty",
    "SequenceErase",
    "SequenceInsert",
    "SequenceLength",
    "SplitToSequence",
  ]),
  ...reasons("works on optional values, not tensors", [
    "Optional",
    "OptionalGetElement",
    "OptionalHasElement",
  ]),
  ...reasons("trains", ["Adagrad", "Adam", "Gradient", "Momentum"]),
]);

function reasons(reason: string, operators: string[]): [string, string][] {
  return operators.map((operator) => [operator, reason]);
}
