/** Work on a list, some items at once. */

/**
 * Calls `work` on every item in order, at most `width` at once.
 *
 * @throws what `work` throws first, once the calls under way have ended; no further items are begun
 */
export async function runPool<T>(
  items: readonly T[],
  width: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const waiting = [...items];
  const errors: unknown[] = [];
  async function worker(): Promise<void> {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) {
      try {
        await work(item);
      } catch (error) {
        errors.push(error);
        waiting.length = 0;
      }
    }
  }
  await Promise.all(Array.from({ length: width }, worker));
  if (errors.length > 0) throw errors[0];
}
