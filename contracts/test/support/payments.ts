/** Every kind of payment that the contract makes, ready to be made to a receiver that does not behave. */
import type { Hex } from "../../../core/protocol/types.ts";
import { ALICE, EVE, HOST, payoutOf } from "./actors.ts";
import { addressOf, type Chain, FUNDS } from "./chain.ts";
import type { Competition } from "./competition.ts";
import type { Outcome } from "./deml.ts";
import { cancelled, final, MINERS } from "./phases.ts";
import { world } from "./world.ts";

/** A payment of a competition that has ended. */
export interface Payment {
  /** As in {@linkcode forEachPayment}. */
  name: PaymentName;
  /** Final or cancelled; nothing of it is paid yet. */
  competition: Competition;
  /** Who gets it. */
  receiver: Hex;
  /** Wei. */
  due: bigint;
  /** The call that makes it. */
  call: { name: "claim" | "refund" | "withdrawPrize"; args: unknown[] };
}

const NAMES = [
  "claim of a miner",
  "claim of a settler",
  "prize",
  "buy-in",
  "refund of the host",
] as const;

/** Names of the payments. */
export type PaymentName = (typeof NAMES)[number];

/** Does something with each kind of payment to each kind of receiver, on a chain that is as before each time. */
export async function forEachPayment(run: (payment: Payment) => Promise<void>): Promise<void> {
  const { chain } = await world();
  const [won, lost] = [await final(), await cancelled()];
  const [miner] = MINERS as [Hex];
  const payments: Omit<Payment, "name" | "due">[] = [
    { competition: won, receiver: payoutOf(miner), call: call(won, "claim", miner) },
    { competition: won, receiver: EVE, call: call(won, "claim", EVE) },
    { competition: won, receiver: ALICE, call: call(won, "withdrawPrize") },
    { competition: lost, receiver: ALICE, call: call(lost, "refund", ALICE) },
    { competition: lost, receiver: HOST, call: call(lost, "refund", HOST) },
  ];
  for (const [i, payment] of payments.entries()) {
    const due = await chain.undoing(() => gain(chain, payment));
    await chain.undoing(async () => {
      await chain.setBalance(payment.receiver, FUNDS); // A payout may have nothing of its own to send.
      await run({ ...payment, name: NAMES[i]!, due });
    });
  }
}

function call(c: Competition, name: Payment["call"]["name"], ...who: Hex[]): Payment["call"] {
  return { name, args: [c.id, ...who] };
}

async function gain(chain: Chain, payment: Omit<Payment, "name" | "due">): Promise<bigint> {
  const before = await chain.balance(payment.receiver);
  await pay(payment);
  return await chain.balance(payment.receiver) - before;
}

/** Somebody without a role makes the payment. */
export function pay(
  { competition, call }: Pick<Payment, "competition" | "call">,
): Promise<Outcome> {
  return competition.deml.send(call.name, call.args, { from: addressOf("passer-by") });
}
