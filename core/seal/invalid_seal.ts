/**
 * Sealed bytes that nobody can open: a submission scores 0 for every miner alike, and the stand-in takes the place of a
 * test set (PROTOCOL.md section 7). Thrown only for reasons that follow from the bytes, their context and the verified
 * beacon signature.
 */
export class InvalidSeal extends Error {
  /** "InvalidSeal". */
  override readonly name = "InvalidSeal";
}
