import { deflate } from "pako";
import { MAX_MODEL_BYTES } from "./inflate.ts";

/** Up to this size several settings of zlib are tried (some 100 ms for each 100 KB); above, one. */
const MAX_TRIED_BYTES = 1024 * 1024;
/** zlib's Z_DEFAULT_STRATEGY, Z_FILTERED (fewer short matches) and Z_HUFFMAN_ONLY. */
const STRATEGIES = [0, 1, 2] as const;
/** Less memory means shorter blocks, each with Huffman codes of its own: text, floats and few-bit weights differ. */
const MEM_LEVELS = [9, 8, 7, 6, 5] as const;

/**
 * The packed model of an ONNX file: one zlib stream at level 9 (PROTOCOL.md section 3), the shortest of those that zlib
 * makes of it with several strategies and block lengths. Packing is no part of the protocol: any zlib stream that inflates
 * to the same bytes will do.
 *
 * @throws {RangeError} if the file is empty or larger than a miner would inflate
 */
export function packModel(onnx: Uint8Array): Uint8Array<ArrayBuffer> {
  if (onnx.length === 0 || onnx.length > MAX_MODEL_BYTES) {
    throw new RangeError(
      `model: expected 1 to ${MAX_MODEL_BYTES} bytes, got ${onnx.length}; make the model smaller`,
    );
  }
  if (onnx.length > MAX_TRIED_BYTES) return deflate(onnx, { level: 9, memLevel: 9 });
  const streams = STRATEGIES.flatMap((strategy) =>
    MEM_LEVELS.map((memLevel) => deflate(onnx, { level: 9, memLevel, strategy }))
  );
  return streams.reduce((a, b) => b.length < a.length ? b : a);
}
