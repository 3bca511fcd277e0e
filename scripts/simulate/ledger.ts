/** Who paid and got what in a competition, in wei, and the gas that it cost them. */
import type { Outcome } from "../../contracts/test/support/deml.ts";
import type { Hex } from "../../core/protocol/types.ts";

/** What one address paid into the contract, got out of it, and used. */
export interface Entry {
  /** Wei. */
  paid: bigint;
  /** Wei, by which balances grew; a miner's payout is counted under its signing address. */
  received: bigint;
  /** Units of gas, not wei. */
  gas: number;
}

/** The money and gas of one competition. */
export class Ledger {
  readonly #entries = new Map<Hex, Entry>();

  /** An address's entry. */
  of(who: Hex): Entry {
    let entry = this.#entries.get(who);
    if (entry === undefined) this.#entries.set(who, entry = { paid: 0n, received: 0n, gas: 0 });
    return entry;
  }

  /** Notes a transaction of `who` that went through. */
  async note(who: Hex, sent: Promise<Outcome>, paid = 0n): Promise<Outcome> {
    const outcome = await sent;
    const entry = this.of(who);
    entry.paid += paid;
    entry.gas += outcome.gasUsed;
    return outcome;
  }

  /** All that have an entry. */
  addresses(): Hex[] {
    return [...this.#entries.keys()];
  }

  /** What `who` gained or lost, gas apart. */
  net(who: Hex): bigint {
    const { paid, received } = this.of(who);
    return received - paid;
  }

  /** Everything paid in, and everything got out. */
  totals(): { paid: bigint; received: bigint } {
    const sum = { paid: 0n, received: 0n };
    for (const { paid, received } of this.#entries.values()) {
      sum.paid += paid;
      sum.received += received;
    }
    return sum;
  }
}
