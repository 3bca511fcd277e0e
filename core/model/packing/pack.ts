import { deflate } from "pako";
import { MAX_MODEL_BYTES } from "./inflate.ts";

/**
 * The packed model of an ONNX file: one zlib stream at level 9 (PROTOCOL.md section 3). Packing is
 * no part of the protocol: any zlib stream that inflates to the same bytes will do.
 *
 * @throws {RangeError} if the file is empty or larger than a miner would inflate
 */
export function packModel(onnx: Uint8Array): Uint8Array<ArrayBuffer> {
  if (onnx.length === 0 || onnx.length > MAX_MODEL_BYTES) {
    throw new RangeError(
      `model: expected 1 to ${MAX_MODEL_BYTES} bytes, got ${onnx.length}; make the model smaller`,
    );
  }
  return deflate(onnx, { level: 9, memLevel: 9 });
}
