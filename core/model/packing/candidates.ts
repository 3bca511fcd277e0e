import { encodeModel, type ModelProto } from "../onnx/codec.ts";
import { packModel } from "./pack.ts";
import { type Precision, PRECISIONS, withPrecision } from "./weights.ts";

/** A model at one precision, ready to submit. */
export interface Candidate {
  /** Precision of its weights. */
  readonly precision: Precision;
  /** The ONNX file. */
  readonly onnx: Uint8Array;
  /** The packed model: what goes on the chain. */
  readonly packed: Uint8Array;
}

/**
 * A model at each precision that it allows, the most exact first; each is made when it is asked for.
 *
 * @param model what `stripModel` gives
 * @param options `precisions`: which to make, all by default
 * @throws {RangeError} if the model is empty or larger than a miner would inflate
 */
export function* packCandidates(
  model: ModelProto,
  { precisions = PRECISIONS }: { precisions?: readonly Precision[] } = {},
): Generator<Candidate, void, void> {
  for (const precision of precisions) {
    const changed = withPrecision(model, precision);
    if (changed === undefined) continue;
    const onnx = encodeModel(changed);
    yield { precision, onnx, packed: packModel(onnx) };
  }
}
