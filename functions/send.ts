/** Sending the call of an action, or asking what it would cost. */
import { fromAmount } from "../core/chain/calls.ts";
import { explainError } from "../core/chain/errors.ts";
import type { Provider } from "../core/chain/rpc.ts";
import { estimateGas, Reverted, waitForReceipt } from "../core/chain/sender.ts";
import type { Call, Sender } from "../core/chain/types.ts";
import type { Action } from "./actions.ts";
import { describe } from "./log.ts";
import type { Outcome } from "./report.ts";
import { Declined } from "./steps.ts";

/** Seconds and blocks, whichever is more, to wait for a transaction: afterwards the next tick looks at it again. */
const WAIT_SECS = 60;
const WAIT_BLOCKS = 5;

/** Errors that mean: somebody else has done it, or the competition is over. */
const FIRST: Partial<Record<Action["kind"], readonly string[]>> = {
  enroll: ["DeML_AlreadyEnrolled"],
  commit: ["DeML_AlreadyCommitted", "DeML_RoundDecided"],
  reveal: ["DeML_AlreadyRevealed", "DeML_RoundDecided"],
  settle: ["DeML_RoundDecided"],
  finalize: ["DeML_WrongStatus"],
  claim: ["DeML_NothingOwed"],
};

/** How an action ended, without its name. */
export type Ending = Omit<Outcome, "competition" | "action" | "roundId">;

/**
 * Sends a call and waits for its block, also past the end of a tick: what was paid for should be known.
 *
 * @throws what `explainError` explains
 */
export async function send(
  call: Call,
  { provider, sender, blockSecs }: { provider: Provider; sender: Sender; blockSecs: number },
): Promise<Ending> {
  const hash = await sender.send(call);
  const timeoutMs = waitMs(blockSecs);
  const receipt = await waitForReceipt(provider, hash, { timeoutMs });
  const { gasUsed, gasPrice } = receipt;
  return { status: "done", hash, gas: gasUsed, cost: BigInt(gasUsed) * gasPrice };
}

/** Time in ms to wait for a transaction on a chain with so many seconds between blocks. */
export function waitMs(blockSecs: number): number {
  return 1000 * Math.max(WAIT_SECS, WAIT_BLOCKS * blockSecs);
}

/** Simulates a call: what it would cost now. @throws what `explainError` explains */
export async function estimate(
  call: Call,
  { provider, sender }: { provider: Provider; sender: Sender },
): Promise<Ending> {
  const [gas, price] = await Promise.all([
    estimateGas(provider, { from: sender.address, call }),
    provider.request({ method: "eth_gasPrice" }),
  ]);
  return { status: "planned", gas, cost: BigInt(gas) * fromAmount(price, "price of gas") };
}

/** What an error means for an action. */
export function endingOf(error: unknown, kind: Action["kind"]): Ending {
  if (error instanceof Declined) return { status: "declined", reason: error.message };
  const explained = explainError(error);
  const { name } = explained;
  const first = name !== undefined && FIRST[kind]?.includes(name);
  const hash = error instanceof Reverted ? { hash: error.hash } : {};
  // What is not the chain's own speaks best for itself.
  const known = explained.kind === "contract" || explained.kind === "funds";
  const reason = known ? explained.message : describe(error);
  return { status: first ? "first" : "failed", reason, ...hash };
}
