/**
 * A file that cannot be converted, and why: one sentence for the person who brought it, with the way out where there
 * is one. Everything that is wrong with the files themselves ends in this class.
 */
export class ConversionError extends Error {
  /** "ConversionError". */
  override readonly name = "ConversionError";
}
