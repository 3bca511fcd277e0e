/** Scores of a model's candidates on public rows, one after the other, each by the code that miners run. */
import { type ReadonlySignal, signal } from "@preact/signals";
import type { Rows } from "../../../core/dataset/dataset.ts";
import type { Manifest } from "../../../core/dataset/manifest.ts";
import type { Outcome } from "../../../core/evaluate/evaluate.ts";
import type { CompiledRuntime } from "../../../core/evaluate/runtime.ts";
import { messageOf } from "../chain/explain.ts";
import type { CallOptions } from "../work/rpc.ts";
import type { ScoreInput } from "../work/score_worker.ts";
import { type Basis, takeRows } from "./public_rows.ts";
import { type Choice, scoringOrder } from "./weights.ts";

/** What is known of one candidate. */
export type ScoreOf =
  | { state: "none" }
  | { state: "running"; share: number }
  | { state: "scored"; score: number }
  /** It would score 0. */
  | { state: "invalid"; message: string }
  /** It could not be scored here, which says nothing about it. */
  | { state: "failed"; message: string };

/** How far it is. */
export type ScoringProgress =
  | { phase: "idle" }
  | { phase: "loading"; what: "data" | "runtime"; share: number | undefined }
  | { phase: "running"; done: number; of: number }
  | { phase: "stopped" }
  | { phase: "done" }
  | { phase: "failed"; message: string };

/** Scores the candidates of one model. Actions never reject. */
export interface Scoring {
  /** What scores are taken on; undefined if nothing is public. */
  readonly basis: Basis | undefined;
  /** How far it is. */
  readonly progress: ReadonlySignal<ScoringProgress>;
  /** One for each choice. */
  readonly scores: ReadonlySignal<readonly ScoreOf[]>;
  /** Scores those that have no score yet. */
  start(): Promise<void>;
  /** Stops at once, also what hangs. What is known stays. */
  stop(): void;
}

/** What scoring works with. */
export interface ScoringTools {
  /** The rows of the basis, as they stand in the files. */
  rows(part: Basis["part"], onProgress: (share: number) => void): Promise<Rows>;
  /** The runtime, loaded once. */
  runtime(onProgress: (share: number) => void): Promise<CompiledRuntime>;
  /** Scores a packed model, in a worker of its own. */
  score(input: ScoreInput, options: CallOptions): Promise<Outcome>;
}

/** Scores for the choices of a model. */
export function createScoring(
  choices: readonly Choice[],
  { manifest, basis, rows: read, runtime: load, score }: ScoringTools & {
    manifest: Manifest;
    basis: Basis | undefined;
  },
): Scoring {
  const progress = signal<ScoringProgress>({ phase: "idle" });
  const scores = signal<readonly ScoreOf[]>(choices.map(() => ({ state: "none" })));
  let current: AbortController | undefined;

  function set(index: number, to: ScoreOf): void {
    scores.value = scores.peek().map((score, i) => i === index ? to : score);
  }

  async function run({ part }: Basis, abort: AbortController): Promise<void> {
    const { signal } = abort;
    const show = (next: ScoringProgress) => {
      if (!signal.aborted) progress.value = next;
    };
    const loading = (what: "data" | "runtime") => {
      show({ phase: "loading", what, share: undefined });
      return (share: number) => show({ phase: "loading", what, share });
    };
    const all = await read(part, loading("data"));
    if (signal.aborted) return;
    const rows = takeRows(all, { basis: basis!, manifest });
    const runtime = await load(loading("runtime"));
    const left = scoringOrder(choices).filter((i) => isOpen(scores.peek()[i]!));
    for (const [done, index] of left.entries()) {
      if (signal.aborted) return;
      show({ phase: "running", done, of: left.length });
      await scoreOne(index, { input: { rows, runtime, manifest }, signal });
    }
    const failed = scores.peek().some(({ state }) => state === "failed");
    show(failed ? { phase: "failed", message: SOME_FAILED } : { phase: "done" });
  }

  async function scoreOne(
    index: number,
    { input, signal }: { input: Omit<ScoreInput, "packed">; signal: AbortSignal },
  ): Promise<void> {
    const show = (share: number) => {
      if (!signal.aborted) set(index, { state: "running", share });
    };
    show(0);
    try {
      const { packed } = choices[index]!;
      const outcome = await score({ ...input, packed }, { signal, onProgress: show });
      if (signal.aborted) return;
      set(
        index,
        "score" in outcome
          ? { state: "scored", score: outcome.score }
          : { state: "invalid", message: messageOf(new Error(outcome.message)) },
      );
    } catch (error) {
      if (!signal.aborted) set(index, { state: "failed", message: messageOf(error) });
    }
  }

  return {
    basis,
    progress,
    scores,
    async start() {
      if (basis === undefined || current !== undefined) return;
      const abort = current = new AbortController();
      try {
        await run(basis, abort);
      } catch (error) {
        if (!abort.signal.aborted) progress.value = { phase: "failed", message: messageOf(error) };
      } finally {
        if (current === abort) current = undefined;
      }
    },
    stop() {
      if (current === undefined) return;
      current.abort();
      current = undefined;
      scores.value = scores.peek().map((score) =>
        score.state === "running" ? { state: "none" } : score
      );
      progress.value = { phase: "stopped" };
    },
  };
}

/** Whether a candidate is still to be scored: one that failed here says nothing about itself. */
function isOpen({ state }: ScoreOf): boolean {
  return state === "none" || state === "failed";
}

const SOME_FAILED = "Not all precisions were scored.";
