/** Finished scores, so that no model is evaluated twice. Losing them costs time and nothing else. */
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import { MAX_SCORE } from "../core/protocol/codec.ts";
import type { Hex } from "../core/protocol/types.ts";

/** What a score follows from, by digests. */
export interface ScoreKey {
  /** Running hash of the payload's chunks, as the contract has it. */
  payload: Hex;
  /** sha2-256 of the manifest, which names the test set by its CIDs, and the metric. */
  manifest: Hex;
  /** sha2-256 of the runtime's .wasm file, 64 hexadecimal digits. */
  wasm: string;
  /**
   * In a sealed competition: digest of what opens the payload and the test set, whose payload it is included. The same
   * bytes are worth nothing to another author, and the same manifest may stand in competitions that open by other beacons.
   */
  seal?: Hex | undefined;
}

/** Keeps finished scores (0..100000; INVALID is 0). What failed here is no score and is not kept. */
export interface ScoreCache {
  /** A score that was kept; undefined if it is not here. */
  get(key: ScoreKey): Promise<number | undefined>;
  /** Keeps a score. */
  put(key: ScoreKey, score: number): Promise<void>;
}

/** Rules of evaluation that scores in a folder were made by (PROTOCOL.md section 7). */
const RULES = "DeML scores, version 1";

/** Keeps scores for as long as the object lives. */
export function memoryScores(): ScoreCache {
  const scores = new Map<string, number>();
  return {
    get: (key) => Promise.resolve(scores.get(nameOf(key))),
    put: (key, score) => {
      scores.set(nameOf(key), checkScore(score));
      return Promise.resolve();
    },
  };
}

/**
 * Keeps scores as small text files in a folder, which is made when it is needed. A file that holds no score counts as
 * missing.
 */
export function folderScores(folder: string): ScoreCache {
  return {
    async get(key) {
      const text = await readText(`${folder}/${nameOf(key)}`);
      const score = /^\d{1,6}\n$/.test(text) ? Number(text) : NaN;
      return score <= MAX_SCORE ? score : undefined;
    },
    async put(key, score) {
      const path = `${folder}/${nameOf(key)}`;
      // A whole file or none, also if the process dies meanwhile or two write at once.
      const part = `${path}.${crypto.randomUUID()}.part`;
      await Deno.mkdir(folder, { recursive: true });
      await Deno.writeTextFile(part, `${checkScore(score)}\n`);
      await Deno.rename(part, path);
    },
  };
}

function nameOf({ payload, manifest, wasm, seal }: ScoreKey): string {
  const parts = [RULES, payload, manifest, wasm, ...seal === undefined ? [] : [seal]];
  return bytesToHex(sha256(utf8ToBytes(parts.join("|").toLowerCase())));
}

function checkScore(score: number): number {
  if (Number.isInteger(score) && score >= 0 && score <= MAX_SCORE) return score;
  throw new RangeError(`a finished score is a whole number from 0 to ${MAX_SCORE}, not ${score}`);
}

async function readText(path: string): Promise<string> {
  try {
    const { size } = await Deno.stat(path);
    return size > 7 ? "" : await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}
