/** A plan of what happens when, for tests in which many things happen at once. */
import type { Chain } from "./chain.ts";

/** What is to be done at which second. */
export class Agenda {
  #entries: { time: number; run: () => void | Promise<void> }[] = [];
  readonly #chain: Chain;

  constructor(chain: Chain) {
    this.#chain = chain;
  }

  /** Adds an entry; those of one second are done in the order in which they came. */
  at(time: number, run: () => void | Promise<void>): void {
    const later = this.#entries.findIndex((entry) => entry.time > time);
    this.#entries.splice(later < 0 ? this.#entries.length : later, 0, { time, run });
  }

  /** Drops all entries that are not done. */
  clear(): void {
    this.#entries = [];
  }

  /** Does everything, moving the chain's clock; entries may add further ones. */
  async run(): Promise<void> {
    for (let next = this.#entries.shift(); next; next = this.#entries.shift()) {
      if (this.#chain.now < next.time) this.#chain.travelTo(next.time);
      await next.run();
    }
  }
}
