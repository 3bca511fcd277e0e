/** The scores of a round's submissions, from the cache or by opening and evaluating them. */
import { sha256 } from "@noble/hashes/sha2.js";
import { concatBytes } from "@noble/hashes/utils.js";
import { readPayloads } from "../core/chain/payload.ts";
import type { Provider } from "../core/chain/rpc.ts";
import type { Hex, Snapshot, Submission } from "../core/chain/types.ts";
import { ABSTAIN, toHex } from "../core/protocol/codec.ts";
import { InvalidSeal, payloadContext, unseal } from "../core/seal/sealed.ts";
import type { TestSet } from "./data.ts";
import { type Evaluate, EvaluatorExhausted } from "./evaluate.ts";
import { describe, type Log } from "./log.ts";
import type { ScoreCache, ScoreKey } from "./scores_cache.ts";

/** What evaluating needs. */
export interface EvaluationParts {
  /** To read payloads. */
  provider: Provider;
  /** Scores a packed model. */
  evaluate: Evaluate;
  /** Scores that are finished already. */
  scores: ScoreCache;
  /** Hears of what failed and what is INVALID. */
  log: Log;
  /** Time in ms. */
  millis: () => number;
  /** Time in ms at which to stop. */
  deadline: number;
  /** Whether other rounds wait for what is left until then. */
  othersWait: boolean;
  /** Hears that this process can evaluate nothing more. */
  onExhausted: (reason: string) => void;
}

/** What scores follow from, besides the submissions. */
export interface Ground {
  /** The competition. */
  snapshot: Snapshot;
  /** What it is scored on, and opened by. */
  testSet: TestSet;
}

/** A round's scores. */
export interface RoundScores {
  /** One for each submission; {@linkcode ABSTAIN} for those that could not be evaluated here. */
  scores: number[];
  /** Why not, by number of the submission. */
  failures: Map<number, string>;
}

/**
 * Evaluates submissions of one competition. What fails here (LOCAL) is never a score: it is left to the caller whether
 * to try again later or to abstain.
 *
 * @param numbers of the submissions
 */
export async function evaluateRound(
  numbers: readonly number[],
  { snapshot, testSet, ...parts }: EvaluationParts & Ground,
): Promise<RoundScores> {
  const submissions = numbers.map((number) => snapshot.submissions[number]!);
  const known = new Map<number, number>();
  const failures = new Map<number, string>();
  for (const submission of submissions) {
    const score = await lookUp(keyOf(submission, { snapshot, testSet }), parts);
    if (score !== undefined) known.set(submission.number, score);
  }
  const unknown = submissions.filter(({ number }) => !known.has(number));
  const { contract, competition: { id } } = snapshot;
  const read = await readPayloads(parts.provider, { contract, id, submissions: unknown });
  for (const [number, error] of read.failures) failures.set(number, describe(error));
  const order = shuffled(unknown.filter(({ number }) => read.payloads.has(number)));
  for (const [i, submission] of order.entries()) {
    const payload = read.payloads.get(submission.number)!;
    const othersWait = parts.othersWait || i < order.length - 1;
    try {
      const context = { snapshot, testSet, ...parts, othersWait };
      const score = await evaluateOne(submission, payload, context);
      known.set(submission.number, score);
      await keep(keyOf(submission, { snapshot, testSet }), score, parts);
    } catch (error) {
      failures.set(submission.number, describe(error));
      if (error instanceof EvaluatorExhausted) parts.onExhausted(error.message);
      parts.log("warn", "evaluation failed here", {
        competition: id,
        submission: submission.number,
        error,
      });
    }
  }
  return { scores: numbers.map((number) => known.get(number) ?? ABSTAIN), failures };
}

/** In another order each time: a few models that crash the runtime must not always come first. */
function shuffled<T>(values: readonly T[]): T[] {
  const keyed = values.map((value) => ({ value, key: Math.random() }));
  return keyed.sort((a, b) => a.key - b.key).map(({ value }) => value);
}

async function evaluateOne(
  submission: Submission,
  payload: Uint8Array,
  { snapshot, testSet, ...parts }: EvaluationParts & Ground,
): Promise<number> {
  const { evaluate, deadline, othersWait, millis, log } = parts;
  if (millis() >= deadline) throw new Error("out of time before it was run");
  const opened = await openPayload(submission, payload, { snapshot, testSet });
  const outcome = "invalid" in opened
    ? opened
    : await evaluate(opened.packed, testSet.dataset, { deadline, othersWait, now: millis });
  if ("score" in outcome) return outcome.score;
  log("info", "invalid submission", {
    submission: submission.number,
    code: outcome.invalid,
    why: outcome.message,
  });
  return 0;
}

/** The packed model in a payload: the payload itself, or in a sealed competition what opens as its author's. */
async function openPayload(
  submission: Submission,
  payload: Uint8Array,
  { snapshot, testSet: { signature } }: Ground,
): Promise<{ packed: Uint8Array } | { invalid: "not-sealed"; message: string }> {
  if (signature === undefined) return { packed: payload };
  try {
    const context = contextOf(submission, snapshot);
    return { packed: await unseal(payload, { signature, context }) };
  } catch (error) {
    if (!(error instanceof InvalidSeal)) throw error;
    return { invalid: "not-sealed", message: error.message };
  }
}

function contextOf(
  { author }: Submission,
  { chainId, contract, competition }: Snapshot,
): Uint8Array {
  return payloadContext({ chainId, contract, id: competition.id, author });
}

function keyOf(submission: Submission, { snapshot, testSet }: Ground): ScoreKey {
  const { manifest, signature } = testSet;
  return {
    payload: submission.hash,
    manifest: snapshot.competition.manifest,
    wasm: manifest.runtime.wasm,
    seal: signature === undefined ? undefined : sealOf(submission, { snapshot, signature }),
  };
}

function sealOf(
  submission: Submission,
  { snapshot, signature }: { snapshot: Snapshot; signature: Uint8Array },
): Hex {
  return toHex(sha256(concatBytes(signature, contextOf(submission, snapshot))));
}

/** A cache that fails costs time, not scores. */
async function lookUp(
  key: ScoreKey,
  { scores, log }: EvaluationParts,
): Promise<number | undefined> {
  try {
    return await scores.get(key);
  } catch (error) {
    log("warn", "cannot read the cache of scores", { error });
    return undefined;
  }
}

async function keep(key: ScoreKey, score: number, { scores, log }: EvaluationParts): Promise<void> {
  try {
    await scores.put(key, score);
  } catch (error) {
    log("warn", "cannot write the cache of scores", { error });
  }
}
