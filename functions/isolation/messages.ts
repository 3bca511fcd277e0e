/** What a miner and its evaluating process say to each other, as heads of frames. */
import type { Manifest } from "../../core/dataset/manifest.ts";
import type { Outcome } from "../../core/evaluate/evaluate.ts";
import type { LocalCode } from "../../core/evaluate/failure.ts";
import { MAX_SCORE } from "../../core/evaluate/metrics.ts";
import type { InvalidCode } from "../../core/model/invalid.ts";

/** Most bytes of a request's head: a manifest, and some. */
export const MAX_REQUEST_BYTES = 2 ** 21;
/** Most bytes of an answer. */
export const MAX_ANSWER_BYTES = 4_096;
/** Most bytes of values, labels or a packed model after a request: a data set has at most 2^26 values of 8 bytes. */
export const MAX_PART_BYTES = 2 ** 29;
/** Most characters of a text in an answer; longer ones are cut. */
const MAX_TEXT = 600;

/** To the process. Bytes that follow, in this order: values and labels, or the packed model. */
export type Request =
  | {
    /** The data set that all later models are scored on. */
    kind: "dataset";
    manifest: Manifest;
    /** Element type and bytes of the values that follow. */
    values: { type: "uint8" | "float64"; bytes: number };
    /** The same of the labels. */
    labels: { type: "int32" | "float64"; bytes: number };
  }
  | {
    /** A model to score. */
    kind: "evaluate";
    /** Number of this evaluation: answers repeat it. */
    id: number;
    /** Bytes of the packed model that follows. */
    bytes: number;
    /** Milliseconds that are left for it; null: as many as it takes. */
    remaining: number | null;
  };

/** From the process. */
export type Answer =
  /** It can take models. */
  | { kind: "ready" }
  /** It cannot start. */
  | { kind: "failed"; code: LocalCode; message: string }
  /** A batch is done. */
  | { kind: "progress"; id: number; done: number }
  /** It has grown too large to begin with this model: another process is to do it. */
  | { kind: "retire"; id: number }
  /** What every honest miner finds. */
  | { kind: "outcome"; id: number; outcome: Outcome }
  /** It failed here. */
  | { kind: "local"; id: number; code: LocalCode; message: string };

const LOCAL_CODES: Record<LocalCode, true> = {
  "unknown-runtime": true,
  "wrong-wasm": true,
  "start-failed": true,
  "self-test": true,
  timeout: true,
  allocation: true,
  crash: true,
  spent: true,
};

/** Cuts a text so that an answer with it stays within bounds. */
export function shorten(text: string): string {
  return text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT - 1)}…` : text;
}

/**
 * Checks an answer: whatever has gone wrong in the process, nothing but an answer comes out of it.
 *
 * @throws {TypeError} if it is none
 */
export function parseAnswer(value: unknown): Answer {
  const answer = value as Answer;
  if (typeof value === "object" && value !== null && isAnswer(answer)) return answer;
  const got = JSON.stringify(value)?.slice(0, 200);
  throw new TypeError(`answer: expected one of the evaluating process, got ${got}`);
}

function isAnswer(answer: Answer): boolean {
  switch (answer.kind) {
    case "ready":
      return true;
    case "failed":
      return isFailure(answer);
    case "progress":
      return isId(answer.id) && Number.isSafeInteger(answer.done) && answer.done > 0;
    case "retire":
      return isId(answer.id);
    case "outcome":
      return isId(answer.id) && isOutcome(answer.outcome);
    case "local":
      return isId(answer.id) && isFailure(answer);
    default:
      return false;
  }
}

function isId(id: unknown): boolean {
  return Number.isSafeInteger(id);
}

function isFailure({ code, message }: { code: unknown; message: unknown }): boolean {
  return typeof code === "string" && Object.hasOwn(LOCAL_CODES, code) && isText(message);
}

function isText(text: unknown): boolean {
  return typeof text === "string" && text.length <= MAX_TEXT;
}

function isOutcome(outcome: unknown): outcome is Outcome {
  if (typeof outcome !== "object" || outcome === null) return false;
  const { score, invalid, message, ...rest } = outcome as Record<string, unknown>;
  if (Object.keys(rest).length > 0) return false;
  if (score === undefined) {
    return typeof invalid === "string" && /^[a-z0-9-]{1,40}$/.test(invalid) && isText(message);
  }
  const inRange = Number.isInteger(score) && score as number >= 0 && score as number <= MAX_SCORE;
  return inRange && invalid === undefined && message === undefined;
}

/** An outcome with its text cut. */
export function shortOutcome(outcome: Outcome): Outcome {
  if ("score" in outcome) return { score: outcome.score };
  return { invalid: outcome.invalid satisfies InvalidCode, message: shorten(outcome.message) };
}
