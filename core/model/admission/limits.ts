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

/**
 * Most constants besides those in nodes. The runtime's time to load them grows with the square of their number: 5,000
 * take a third of a second, 60,000 minutes.
 */
export const MAX_CONSTANTS = 4096;

/** Most bytes of the file's constants together, unpacked to the type they have: no more fit into a file. */
export const MAX_CONSTANT_BYTES = 16 * 1024 * 1024;

/**
 * Most bytes of the file's constants and of all that is computed from such alone, as the runtime does when it loads a
 * model: half-size floats and small integers unfold to two to eight times their bytes.
 */
export const MAX_UNFOLDED_BYTES = 32 * 1024 * 1024;

/** Most inputs and outputs of all nodes together: each takes time when the model is loaded, and in every run. */
export const MAX_LINKS = 131_072;

/** Most dimensions of a value. */
export const MAX_RANK = 8;

/** Most elements of a value: sizes and offsets within it are exact numbers of 32 bits. */
export const MAX_TENSOR_ELEMENTS = 2 ** 28;

/**
 * Most work for each row of a run, in multiply-accumulates of a matrix product (work.ts): about 2 ms here, 18 s for a test set
 * of 10,000 rows. A run may take as much as a full batch, also the last with fewer rows.
 */
export const MAX_WORK = 20_000_000;

/**
 * Most bytes that are alive at once in a run. With the file (16 MiB, and as much when it is parsed), its constants (32
 * MiB unfolded, and as much while they are packed for the processor) and the allocator's rounding it stays clear of the 256
 * MiB of a miner's runtime (PROTOCOL.md section 7).
 */
export const MAX_ACTIVATION_BYTES = 64 * 1024 * 1024;

/** Operators that are not admitted, and why. */
export const REFUSED_OPERATORS: ReadonlyMap<string, string> = new Map([
  ...reasons("runs for a time that the file does not tell", ["SequenceMap"]),
  ...reasons(
    "runs for a time that the file does not tell; write it without `if` and `for` on values of tensors, as torch.where does",
    ["If", "Loop"],
  ),
  ...reasons(
    "runs for a time that the file does not tell; scikit-learn's nearest neighbours become one, other estimators do not",
    ["Scan"],
  ),
  ...reasons("gives each miner other numbers; take the noise out, or call model.eval() first", [
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
  ...reasons("writes a size that its data decide", [
    "Compress",
    "NonMaxSuppression",
    "NonZero",
    "Unique",
  ]),
  ...reasons("takes its scale from the whole batch; quantise weights instead", [
    "DynamicQuantizeLinear",
  ]),
  ...reasons("works on texts, not numbers", [
    "RegexFullMatch",
    "StringConcat",
    "StringNormalizer",
    "StringSplit",
    "TfIdfVectorizer",
  ]),
  ...reasons("decodes files", ["ImageDecoder"]),
  ...reasons("trains", ["Adagrad", "Adam", "Gradient", "Momentum"]),
]);

function reasons(reason: string, operators: string[]): [string, string][] {
  return operators.map((operator) => [operator, reason]);
}
