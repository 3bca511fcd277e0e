/** A machine whose memory fails while the library decodes points. */

/** Runs while copying bytes throws, after it has worked `first` times: the library copies each encoding that it decodes. */
export function withFailingCopies(error: Error, run: () => void, first = 0): void {
  const { from } = Uint8Array;
  let calls = 0;
  Uint8Array.from = ((...of: Parameters<typeof from>) => {
    if (calls++ >= first) throw error;
    return from.apply(Uint8Array, of);
  }) as typeof from;
  try {
    run();
  } finally {
    Uint8Array.from = from;
  }
}
