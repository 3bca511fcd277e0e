import { concatBytes } from "@noble/hashes/utils.js";
import {
  Z_BUF_ERROR,
  Z_NEED_DICT,
  Z_NO_FLUSH,
  Z_OK,
  Z_STREAM_END,
  zlibInflate,
  zlibInflateInit2,
  ZStream,
} from "pako";
import { InvalidModel } from "../invalid.ts";

/** Most bytes that a packed model may inflate to (PROTOCOL.md section 3). */
export const MAX_MODEL_BYTES = 16 * 1024 * 1024;

/** 32 KiB, the window of RFC 1950: the header is then read as zlib only, never as gzip. */
const WINDOW_BITS = 15;
const SLICE_BYTES = 64 * 1024;

/**
 * The ONNX file inside a packed model: one zlib stream (RFC 1950), complete, its Adler-32 right, no
 * preset dictionary, nothing after its end (PROTOCOL.md section 3). Inflates in slices of 64 KiB and
 * stops at the first that passes `maxBytes` (default 16 MiB), so a zip bomb costs no more than that.
 *
 * @throws {InvalidModel} `not-zlib`, `preset-dictionary`, `corrupt-stream`, `truncated-stream`,
 * `trailing-bytes` or `inflates-too-large`
 */
export function inflateModel(
  packed: Uint8Array,
  { maxBytes = MAX_MODEL_BYTES }: { maxBytes?: number } = {},
): Uint8Array<ArrayBuffer> {
  checkHeader(packed);
  const stream = new ZStream();
  zlibInflateInit2(stream, WINDOW_BITS);
  stream.input = packed;
  stream.avail_in = packed.length;
  const slices: Uint8Array[] = [];
  for (let status: number = Z_OK; status !== Z_STREAM_END;) {
    stream.output = new Uint8Array(SLICE_BYTES);
    stream.next_out = 0;
    stream.avail_out = SLICE_BYTES;
    status = zlibInflate(stream, Z_NO_FLUSH);
    checkStatus(status, stream);
    if (stream.total_out > maxBytes) {
      throw new InvalidModel(
        "inflates-too-large",
        `packed model: expected at most ${maxBytes} bytes inflated, got more`,
      );
    }
    slices.push(stream.output.subarray(0, stream.next_out));
  }
  if (stream.avail_in > 0) {
    throw new InvalidModel(
      "trailing-bytes",
      `packed model: expected its end after ${stream.total_in} bytes, got ${stream.avail_in} more`,
    );
  }
  return concatBytes(...slices) as Uint8Array<ArrayBuffer>;
}

/** RFC 1950 section 2.2: CMF and FLG, a multiple of 31 together; FDICT is bit 5 of FLG. */
function checkHeader(packed: Uint8Array): void {
  const [cmf, flags] = packed;
  if (cmf === undefined || flags === undefined) {
    throw new InvalidModel(
      "truncated-stream",
      `packed model: expected a zlib stream, got ${packed.length} bytes`,
    );
  }
  if ((cmf & 0x0f) !== 8 || cmf >> 4 > 7 || (cmf * 256 + flags) % 31 !== 0) {
    throw new InvalidModel(
      "not-zlib",
      `packed model: expected a zlib header (such as 78 da), got ${hex(cmf)} ${hex(flags)}`,
    );
  }
  if (flags & 0x20) {
    throw new InvalidModel(
      "preset-dictionary",
      "packed model: expected no preset dictionary, got one",
    );
  }
}

function checkStatus(status: number, stream: ZStream): void {
  if (status === Z_STREAM_END) return;
  // With room left in the slice, zlib stops early only for want of input.
  const starved = (status === Z_OK || status === Z_BUF_ERROR) && stream.avail_out > 0;
  if (starved) {
    throw new InvalidModel(
      "truncated-stream",
      `packed model: expected more than ${stream.total_in} bytes, the zlib stream is cut off`,
    );
  }
  if (status !== Z_OK) {
    const why = status === Z_NEED_DICT ? "needs a dictionary" : stream.msg;
    throw new InvalidModel(
      "corrupt-stream",
      `packed model: expected a sound zlib stream, got "${why}" at byte ${stream.total_in}`,
    );
  }
}

function hex(byte: number): string {
  return byte.toString(16).padStart(2, "0");
}
