/** One changed model, the same for the same seed and number. */
import { analyse } from "../../core/model/admission/admit.ts";
import {
  DataType,
  decodeModel,
  encodeModel,
  type ModelProto,
} from "../../core/model/onnx/codec.ts";
import { InvalidModel } from "../../core/model/invalid.ts";
import { deflate } from "pako";
import { type Random, seededRandom } from "../demo/random.ts";
import { FIELD_MANGLES, MANGLES, pick } from "./bytes.ts";
import { CHANGES } from "./changes.ts";
import { type Kind, KINDS, type Seed } from "./corpus.ts";
import { grow } from "./growth.ts";
import type { Known } from "./sheet.ts";
import { ROWS, type Task } from "./data.ts";

/** A changed model. */
export interface Mutant {
  /** The packed model, or what is left of it. */
  readonly packed: Uint8Array;
  /** What it is asked to do. */
  readonly task: Task;
  /** Where it came from and what was changed, for people. */
  readonly story: readonly string[];
}

/** What is known of each model before it is changed. */
const known = new WeakMap<Seed, readonly Known[]>();

/** Changed model number `index` of a seed. */
export function mutantOf(
  seeds: readonly Seed[],
  { seed, index }: { seed: number; index: number },
): Mutant {
  const random = seededRandom(seed, `mutant ${index}`);
  const origin = drawn(seeds, random);
  const story = [origin.name];
  const kind = random.integer(20);
  let onnx = origin.onnx;
  if (kind < 18) onnx = changed(origin, { random, story });
  if (kind >= 17) {
    onnx = mangled(onnx, {
      random,
      story,
      table: random.integer(3) === 0 ? MANGLES : FIELD_MANGLES,
    });
  }
  let packed: Uint8Array = deflate(onnx, { level: 1 });
  if (random.integer(50) === 0) packed = mangled(packed, { random, story, table: MANGLES });
  return { packed, task: origin.task, story };
}

/** A model of a kind that is drawn first. */
function drawn(seeds: readonly Seed[], random: Random): Seed {
  let roll = random.integer(100);
  for (const [kind, share] of Object.entries(KINDS) as [Kind, number][]) {
    const found = seeds.filter((seed) => seed.kind === kind);
    if (roll < share && found.length > 0) return pick(found, random);
    roll -= share;
  }
  return pick(seeds, random);
}

function changed(origin: Seed, { random, story }: { random: Random; story: string[] }): Uint8Array {
  for (;;) {
    const file = decodeModel(origin.onnx);
    const steps: string[] = [];
    do {
      if (random.integer(5) < 3) {
        steps.push("grow");
        grow(file, { known: knownOf(origin), random });
      } else {
        const name = pick(Object.keys(CHANGES), random);
        steps.push(name);
        CHANGES[name]!(file, random);
      }
    } while (random.integer(3) === 0);
    const onnx = encoded(file);
    if (onnx === undefined) continue;
    story.push(...steps);
    return onnx;
  }
}

/** The file, if a change has not made it impossible to write. */
function encoded(file: ModelProto): Uint8Array | undefined {
  try {
    return encodeModel(file);
  } catch (error) {
    if (error instanceof RangeError || error instanceof TypeError) return undefined;
    throw error;
  }
}

function mangled(
  bytes: Uint8Array,
  { random, story, table }: { random: Random; story: string[]; table: typeof MANGLES },
): Uint8Array {
  if (bytes.length === 0) return bytes;
  const name = pick(Object.keys(table), random);
  story.push(name);
  return table[name]!(bytes, random);
}

/** Float32 values whose shape starts with the batch. */
function knownOf(seed: Seed): readonly Known[] {
  let found = known.get(seed);
  if (found === undefined) known.set(seed, found = analysed(seed));
  return found;
}

function analysed({ onnx, task: { shapes, classes } }: Seed): Known[] {
  try {
    const { nodes, rows, input, shape } = analyse(decodeModel(onnx), {
      shapes,
      classes,
      batch: 100,
      rows: ROWS,
    });
    const values = nodes.flatMap(({ outputs, constant }) => constant ? [] : outputs);
    const written = values.filter(({ type, dims }) => type === DataType.FLOAT && dims[0] === rows);
    return [{ name: input, dims: [rows, ...shape] }, ...written];
  } catch (error) {
    if (error instanceof InvalidModel) return [];
    throw error;
  }
}
