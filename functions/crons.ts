/** Ticks on a schedule. */

/** When to tick. */
export interface CronOptions {
  /** Minutes between two ticks, 1 to 30. */
  everyMinutes: number;
  /** Ends the schedule. */
  signal?: AbortSignal;
  /** `Deno.cron` unless told. */
  cron?: typeof Deno.cron;
}

/**
 * Registers the miner's one cron, in UTC. A tick that takes longer than the time between two leaves out the next one.
 * Nothing is retried: the next tick is the retry (without `backoffSchedule: []` Deno would repeat a failed run at once).
 *
 * @returns a promise that resolves when `signal` ends the schedule
 * @throws {TypeError} if this Deno has no cron
 */
export function registerCron(tick: () => Promise<void>, options: CronOptions): Promise<void> {
  const { everyMinutes, signal, cron = Deno.cron } = options;
  if (typeof cron !== "function") {
    throw new TypeError(
      "this Deno has no cron: run the miner in its repository, or with --unstable-cron",
    );
  }
  const settings = { backoffSchedule: [], ...(signal === undefined ? {} : { signal }) };
  return cron("DeML miner", `*/${everyMinutes} * * * *`, settings, tick);
}
