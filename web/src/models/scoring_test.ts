import assert from "node:assert/strict";
import type { Outcome } from "../../../core/evaluate/evaluate.ts";
import { testManifest } from "../../test/support/visitor.ts";
import type { CallOptions } from "../work/rpc.ts";
import type { ScoreInput } from "../work/score_worker.ts";
import { basisOf } from "./public_rows.ts";
import { createScoring, type Scoring, type ScoringProgress, type ScoringTools } from "./scoring.ts";
import { createSelection, type Selection } from "./selection.ts";
import { choicesOf } from "./weights.ts";

const PRECISIONS = ["float32", "float16", "int8", "4"] as const;
const SIZES = [40, 30, 20, 10];
const MANIFEST = testManifest();
const ROWS = { values: new Uint8Array(10 * 784), labels: new Int32Array(10) };

interface Given {
  choices: ReturnType<typeof choicesOf>;
  scoring: Scoring;
  selection: Selection;
  /** Sizes of the models in the order in which they were scored. */
  asked: number[];
}

/** Four candidates; `score` answers for the size of one. */
function given(
  score: (size: number, call: CallOptions) => Outcome | Promise<Outcome>,
  tools: Partial<ScoringTools> = {},
): Given {
  const asked: number[] = [];
  const choices = choicesOf(
    SIZES.map((size, i) => ({ precision: PRECISIONS[i]!, packed: new Uint8Array(size) })),
    { byteLimit: 100, mode: "open" },
  );
  const scoring = createScoring(choices, {
    manifest: MANIFEST,
    basis: basisOf(MANIFEST),
    rows: () => Promise.resolve(ROWS),
    runtime: () => Promise.resolve({} as ScoreInput["runtime"]),
    score: async ({ packed }, call) => {
      asked.push(packed.length);
      return await score(packed.length, call);
    },
    ...tools,
  });
  const inspection = {} as Selection["model"]["inspection"];
  const model = { name: "a.onnx", size: 1, mode: "open", inspection, choices } as const;
  return { choices, scoring, selection: createSelection(model, scoring), asked };
}

Deno.test("candidates are scored one after the other, with what is wrong with each", async () => {
  let sound = false;
  const { scoring, selection, asked } = given((size) => {
    if (size === 30) return { invalid: "run-failed", message: "model: failed" };
    if (size === 20 && !sound) throw new Error("runtime: broke");
    return { score: size * 1000 };
  });
  const seen: ScoringProgress[] = [];
  scoring.progress.subscribe((progress) => seen.push(progress));
  assert.equal(selection.chosen.value, 2);
  await scoring.start();
  assert.deepEqual(asked, [40, 20, 30, 10]);
  assert.deepEqual(scoring.scores.value, [
    { state: "scored", score: 40_000 },
    { state: "invalid", message: "Model: failed." },
    { state: "failed", message: "Runtime: broke." },
    { state: "scored", score: 10_000 },
  ]);
  assert.equal(selection.chosen.value, 2, "as before, since not all is known");
  assert.deepEqual(
    seen.map((progress) => progress.phase === "loading" ? progress.what : progress.phase),
    [
      ...["idle", "data", "runtime", "running", "running", "running", "running", "failed"],
    ],
  );
  sound = true;
  await scoring.start();
  assert.deepEqual(asked.slice(4), [20], "only what failed is scored again");
  assert.equal(scoring.progress.value.phase, "done");
  assert.equal(selection.chosen.value, 0, "the smallest one within 0.1 points");
});

Deno.test("what the user has chosen stays, unless it does not fit", async () => {
  const { scoring, selection, choices } = given(() => ({ score: 90_000 }));
  choices[3]!.fits = false;
  selection.choose(3);
  assert.equal(selection.chosen.value, 2);
  selection.choose(1);
  await scoring.start();
  assert.equal(selection.chosen.value, 1);
});

Deno.test("stop() cancels what runs at once; start() scores the rest", async () => {
  let cancelled = 0;
  const hangs = (_size: number, { signal, onProgress }: CallOptions) =>
    new Promise<Outcome>((_, reject) => {
      onProgress!(0.5);
      signal!.addEventListener("abort", () => {
        cancelled++;
        reject(signal!.reason);
      });
    });
  let hanging = true;
  const { scoring, selection, asked } = given((size, call) =>
    size === 20 && hanging ? hangs(size, call) : { score: 95_000 }
  );
  const running = scoring.start();
  await new Promise((resolve) => setTimeout(resolve));
  assert.deepEqual(scoring.scores.value[2], { state: "running", share: 0.5 });
  scoring.stop();
  assert.deepEqual(scoring.progress.value, { phase: "stopped" });
  assert.deepEqual(scoring.scores.value[2], { state: "none" });
  await running;
  assert.equal(cancelled, 1);
  assert.deepEqual(scoring.progress.value, { phase: "stopped" });
  assert.equal(selection.chosen.value, 2, "nothing jumps while scores are missing");
  hanging = false;
  await scoring.start();
  assert.deepEqual(asked, [40, 20, 20, 30, 10]);
  assert.deepEqual(scoring.progress.value, { phase: "done" });
  assert.equal(selection.chosen.value, 3);
});

Deno.test("starting again while the stopped run still loads scores each candidate once", async () => {
  const loads: (() => void)[] = [];
  const rows = () => new Promise<typeof ROWS>((resolve) => loads.push(() => resolve(ROWS)));
  const { scoring, asked } = given(() => ({ score: 1 }), { rows });
  const first = scoring.start();
  scoring.stop();
  const second = scoring.start();
  for (const load of loads) load();
  await Promise.all([first, second]);
  assert.deepEqual(asked, [40, 20, 30, 10]);
});

Deno.test("data that cannot be read are said, and can be tried again", async () => {
  let fails = true;
  const { scoring, asked } = given(() => ({ score: 1 }), {
    rows: () => fails ? Promise.reject(new Error("no gateway answered")) : Promise.resolve(ROWS),
  });
  await scoring.start();
  assert.deepEqual(scoring.progress.value, { phase: "failed", message: "No gateway answered." });
  fails = false;
  await scoring.start();
  assert.deepEqual(scoring.progress.value, { phase: "done" });
  assert.equal(asked.length, 4);
});
