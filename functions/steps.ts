/** From an action of a plan to the call that does it. */
import { fromAmount } from "../core/chain/calls.ts";
import { readBeaconSignature, readBox, readReveals } from "../core/chain/logs.ts";
import type { Provider } from "../core/chain/rpc.ts";
import type { Call, Hex } from "../core/chain/types.ts";
import {
  claimCall,
  commitScoresCall,
  enrollCall,
  finalizeCall,
  postBeaconCall,
  revealScoresCall,
  settleCall,
} from "../core/chain/writes.ts";
import { decodeRoundId, encodeScores } from "../core/protocol/codec.ts";
import { commitmentOf } from "../core/protocol/commitment.ts";
import { verifyBeacon } from "../core/seal/beacon.ts";
import { g1ToEip2537 } from "../core/seal/points.ts";
import { fetchBeacon } from "../core/seal/relay.ts";
import type { Action, Commit, Enroll, PostBeacon, Reveal, Settle, View } from "./actions.ts";
import { openBox, sealBox } from "./box.ts";
import type { DataSource, TestSet } from "./data.ts";
import type { Evaluate } from "./evaluate.ts";
import { evaluateRound } from "./evaluate_round.ts";
import { describe, type Log } from "./log.ts";
import type { ScoreCache } from "./scores_cache.ts";
import { type RoundContext, roundSecrets } from "./secrets.ts";

/** Gas that a miner keeps money for, at twice its price now: a few commits and reveals. */
const RESERVE_GAS = 1_000_000n;

/** What steps need besides the action. */
export interface StepParts {
  /** Connection to the chain. */
  provider: Provider;
  /** What the miner's salts and boxes derive from. */
  secret: Uint8Array;
  /** Address that gets stake and fees. */
  payout: Hex;
  /** Manifests and data sets. */
  data: DataSource;
  /** Scores a packed model. */
  evaluate: Evaluate;
  /** Finished scores. */
  scores: ScoreCache;
  /** drand relays, preferred first. */
  relays: readonly string[];
  /** To reach relays. */
  fetch: typeof globalThis.fetch;
  /** Time in ms. */
  millis: () => number;
  /** Hears what happens. */
  log: Log;
  /** Seconds until a transaction is mined. */
  blockSecs: number;
}

/** One competition as it was planned. */
export interface StepContext extends StepParts {
  /** What the chain said. */
  view: View;
  /** Unix second that the plan was made for. */
  now: number;
  /** Time in ms just before the view was read. */
  readAt: number;
  /** Time in ms at which the tick must end. */
  deadline: number;
  /** Whether other commits wait for what is left until then. */
  othersWait: boolean;
  /** Hears that this process can evaluate nothing more. */
  onExhausted: (reason: string) => void;
}

/** An action that turns out not to be for now; the message says why. */
export class Declined extends Error {
  /** "Declined". */
  override readonly name = "Declined";
}

/**
 * The call that does an action.
 *
 * @throws {Declined} if there is a reason to leave it for now
 * @throws {Error} if something fails
 */
export async function prepare(action: Action, context: StepContext): Promise<Call> {
  const { contract, competition: { id } } = context.view.snapshot;
  switch (action.kind) {
    case "enroll":
      return await prepareEnroll(action, context);
    case "postBeacon":
      return await prepareBeacon(action, context);
    case "commit":
      return await prepareCommit(action, context);
    case "reveal":
      return await prepareReveal(action, context);
    case "settle":
      return await prepareSettle(action, context);
    case "finalize":
      return finalizeCall(contract, { id, epoch: action.epoch, round: action.round });
    case "claim":
      return claimCall(contract, { id, who: context.view.miner });
  }
}

/**
 * A commit call of the right size with nothing in it, to ask what gas it takes before anything is evaluated.
 *
 * @param action the commit
 */
export function blankCommit({ roundId, submissions }: Commit, { view }: StepContext): Call {
  const box = new Uint8Array(28 + 4 * submissions.length).fill(0xff);
  const commitment: Hex = `0x${"ff".repeat(32)}`;
  return commitScoresCall(view.snapshot.contract, { roundId, commitment, box });
}

/** A miner enrols only where it has the data at hand, which it then serves (PROTOCOL.md section 7). */
async function prepareEnroll({ bond }: Enroll, context: StepContext): Promise<Call> {
  const { data, payout, view, deadline, millis } = context;
  const { contract, competition } = view.snapshot;
  const { id } = competition;
  await checkReserve(bond, context);
  try {
    await within(deadline - millis(), data.keep(competition));
  } catch (cause) {
    throw new Declined(`not enrolling without the data: ${describe(cause)}`, { cause });
  }
  return enrollCall(contract, { id, payout, bond });
}

/** Money that is bound in bonds pays for no reveal. @throws {Declined} if too little would be left for gas */
async function checkReserve(bond: bigint, { provider, view }: StepContext): Promise<void> {
  const [balance, price] = await Promise.all([
    provider.request({ method: "eth_getBalance", params: [view.miner, "latest"] }),
    provider.request({ method: "eth_gasPrice" }),
  ]);
  const reserve = RESERVE_GAS * 2n * fromAmount(price, "price of gas");
  const left = fromAmount(balance, "balance") - bond;
  if (left >= reserve) return;
  throw new Declined(
    `not enrolling: after the bond of ${bond} wei ${left} would be left, and gas may take ${reserve}`,
  );
}

async function prepareBeacon({ round }: PostBeacon, context: StepContext): Promise<Call> {
  const { contract, constants } = context.view.snapshot;
  const { relays, fetch } = context;
  const beacon = await fetchBeacon(round, { relays, network: constants, fetch });
  return postBeaconCall(contract, { round, signature: g1ToEip2537(beacon.signature) });
}

async function prepareCommit(action: Commit, context: StepContext): Promise<Call> {
  const { view, now, readAt, blockSecs, secret } = context;
  const { roundId, submissions, endsAt, lastChance } = action;
  const testSet = await testSetOf(action, context);
  // Room for the transaction itself, with whatever abstentions are left then.
  const windowLeft = 1000 * (endsAt - now - 2 * blockSecs);
  const deadline = Math.min(context.deadline, readAt + windowLeft);
  const { snapshot } = view;
  const evaluated = await evaluateRound(submissions, { ...context, snapshot, testSet, deadline });
  const { scores, failures } = evaluated;
  if (failures.size > 0 && !lastChance) {
    const [first] = failures.values();
    throw new Declined(
      `${failures.size} of ${submissions.length} submissions could not be evaluated yet (${first}); ` +
        "trying again at the next tick",
    );
  }
  const of = roundContext(roundId, view);
  const box = await sealBox(scores, { secret, ...of });
  const { salt } = roundSecrets(secret, of);
  const commitment = commitmentOf({ ...of, salt, scores });
  return commitScoresCall(snapshot.contract, { roundId, commitment, box });
}

async function testSetOf({ roundId }: Commit, context: StepContext): Promise<TestSet> {
  const { data, view: { snapshot: { competition } }, deadline, millis, log } = context;
  const signature = () => readSignature(roundId, context);
  let testSet: TestSet;
  try {
    testSet = await within(deadline - millis(), data.testSet(competition, signature));
  } catch (cause) {
    throw new Declined(`no commit without the test set: ${describe(cause)}`, { cause });
  }
  const { fault } = testSet;
  if (fault !== undefined) {
    log("warn", "the test set is false: the first rows of the training set stand in", {
      competition: competition.id,
      why: fault,
    });
  }
  return testSet;
}

/**
 * The signature of the posted beacon that opens a sealed competition. The chain alone says that the time has come: no
 * clock and no relay does. A node without the event has no payloads either, which are events too, so that a relay would
 * not help.
 *
 * @throws {RangeError} if the node's answer is not the signature of this round by the contract's key
 */
async function readSignature(
  roundId: bigint,
  { provider, view }: StepContext,
): Promise<Uint8Array> {
  const { contract, constants, beacons } = view.snapshot;
  const beacon = beacons[decodeRoundId(roundId).epoch];
  if (beacon === undefined) throw new RangeError("the beacon that opens it is not posted yet");
  const signature = await readBeaconSignature(provider, { contract, beacon });
  verifyBeacon(constants, { round: beacon.round, signature });
  return signature;
}

/** What the chain keeps for the miner is enough: nothing is evaluated again. */
async function prepareReveal({ roundId, seat }: Reveal, context: StepContext): Promise<Call> {
  const { provider, secret, view } = context;
  const { contract } = view.snapshot;
  const of = roundContext(roundId, view);
  const scores = await openBox(await readBox(provider, { contract, roundId, seat }), {
    secret,
    ...of,
  });
  const { salt } = roundSecrets(secret, of);
  if (!commitmentOf({ ...of, salt, scores }).endsWith(seat.digest.slice(2))) {
    throw new RangeError(
      `the box of round ${roundId} has other scores than were committed: it cannot be revealed`,
    );
  }
  const row = encodeScores(scores);
  return revealScoresCall(contract, { roundId, miner: view.miner, salt, scores: row });
}

async function prepareSettle(action: Settle, { provider, view }: StepContext): Promise<Call> {
  const { roundId, round, seats } = action;
  const { contract } = view.snapshot;
  const reveals = await readReveals(provider, { contract, roundId, round, seats });
  const silent = seats.filter(({ state }) => state === "committed").map(({ miner }) => miner);
  return settleCall(contract, { roundId, reveals, silent });
}

function roundContext(roundId: bigint, { snapshot, miner }: View): RoundContext {
  const { chainId, contract } = snapshot;
  return { chainId: BigInt(chainId), contract, roundId, miner };
}

/** Waits for a value so many ms at most; what is waited for goes on, for whoever asks next. */
async function within<T>(millis: number, value: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    const error = new Error("it is still being fetched at the end of this tick");
    timer = setTimeout(() => reject(error), Math.max(0, millis));
  });
  try {
    return await Promise.race([value, late]);
  } finally {
    clearTimeout(timer);
  }
}
