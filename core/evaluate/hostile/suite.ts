/** The hostile suite: all payloads, and the verdicts that a runtime reaches on them. */
import type { Dataset } from "../../dataset/dataset.ts";
import { encodeModel } from "../../model/onnx/codec.ts";
import { InvalidModel } from "../../model/invalid.ts";
import { openModel, scoreModel } from "../evaluate.ts";
import { LocalFailure } from "../failure.ts";
import type { Runtime } from "../runtime.ts";
import { tableOf } from "../testing.ts";
import { BOMBS } from "./bombs.ts";
import { CONSTANTS } from "./constants.ts";
import { COSTS } from "./costs.ts";
import { GRAPHS } from "./graphs.ts";
import { CLASSES, FEATURES, honest, type Hostile, type HostileTable, packed } from "./hostile.ts";
import { NUMBERS } from "./numbers.ts";
import { PAYLOADS } from "./payloads.ts";
import { TREES } from "./trees.ts";
import { VERSIONS } from "./versions.ts";
import { WIRE } from "./wire.ts";

/** All hostile payloads, by kind and name. */
export const HOSTILE: Readonly<Record<string, HostileTable>> = {
  payload: PAYLOADS,
  wire: WIRE,
  version: VERSIONS,
  constant: CONSTANTS,
  graph: GRAPHS,
  bomb: BOMBS,
  number: NUMBERS,
  tree: TREES,
  cost: COSTS,
};

/** What came of a payload. */
export interface Finding {
  /** Kind and name. */
  readonly name: string;
  /** An {@linkcode InvalidCode}, a score, or "local: ..." for what must never happen. */
  readonly verdict: string | number;
  /** What it must be. */
  readonly expected: string | number;
  /** The message of an invalid model. */
  readonly message: string;
  /** Milliseconds that the evaluation took, without building the payload. */
  readonly ms: number;
}

/** 120 rows, so that a full and a shorter batch occur; the label is the place of the largest of the first three values. */
export function hostileDataset(): Dataset {
  const rows = 120;
  const values: number[] = [];
  const labels: number[] = [];
  for (let row = 0; row < rows; row++) {
    const label = row % CLASSES;
    for (let i = 0; i < FEATURES; i++) values.push(i === label ? 2 : (row * 7 + i * 5) % 16 / 16);
    labels.push(label);
  }
  return tableOf(values, labels);
}

/** The hostile payloads, or those of a kind, one after the other. */
export function* hostiles(only?: string): Generator<{ name: string } & Hostile> {
  for (const [kind, table] of Object.entries(HOSTILE)) {
    if (only !== undefined && kind !== only) continue;
    for (const [name, hostile] of Object.entries(table)) {
      yield { name: `${kind}: ${name}`, ...hostile };
    }
  }
}

/** Evaluates one payload. */
export async function findingOf(
  { name, packed, verdict: expected }: { name: string } & Hostile,
  { runtime, dataset }: { runtime: Runtime; dataset: Dataset },
): Promise<Finding> {
  const payload = packed();
  const startedAt = performance.now();
  const { verdict, message } = await verdictOf(payload, { runtime, dataset });
  return { name, expected, verdict, message, ms: performance.now() - startedAt };
}

/** Evaluates a good model in between: it must get its right score, whatever ran before. */
export async function scoreOfHonest(
  options: { runtime: Runtime; dataset: Dataset },
): Promise<string | number> {
  return (await verdictOf(packed(encodeModel(honest())), options)).verdict;
}

/** What `evaluate` gives, without the self-test that would run hundreds of times. */
async function verdictOf(
  packed: Uint8Array,
  { runtime, dataset }: { runtime: Runtime; dataset: Dataset },
): Promise<{ verdict: string | number; message: string }> {
  try {
    return await runtime.exclusive(async () => {
      const model = await openModel(packed, dataset, { runtime });
      try {
        return { verdict: await scoreModel(model, dataset), message: "" };
      } finally {
        await model.session.release();
      }
    });
  } catch (error) {
    if (error instanceof InvalidModel) return { verdict: error.code, message: error.message };
    if (!(error instanceof LocalFailure)) throw error;
    return { verdict: `local: ${error.code}`, message: error.message };
  }
}
