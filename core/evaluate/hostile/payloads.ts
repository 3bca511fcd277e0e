/** Payloads that are no packed model, or an unusual one: the layer of zlib (RFC 1950, RFC 1951). */
import { concatBytes } from "@noble/hashes/utils.js";
import { Deflate, deflate, deflateRaw, gzip, Z_FULL_FLUSH } from "pako";
import type { InvalidCode } from "../../model/invalid.ts";
import { encodeModel } from "../../model/onnx/codec.ts";
import { MAX_MODEL_BYTES } from "../../model/packing/inflate.ts";
import { packModel } from "../../model/packing/pack.ts";
import { FULL, honest, type Hostile, type HostileTable } from "./hostile.ts";
import { message, repeated } from "./bytes.ts";

/** The table. */
export const PAYLOADS: HostileTable = {
  "no byte": payload("truncated-stream", () => new Uint8Array(0)),
  "one byte": payload("truncated-stream", () => Uint8Array.of(0x78)),
  "the header alone": payload("truncated-stream", () => Uint8Array.of(0x78, 0xda)),
  "text": payload("not-zlib", () => new TextEncoder().encode("not a model")),
  "a JavaScript object's text": payload(
    "not-zlib",
    () => new TextEncoder().encode("[object Object]"),
  ),
  "gzip": payload("not-zlib", () => gzip(onnx())),
  "deflate without a header": payload("not-zlib", () => deflateRaw(onnx())),
  "an ONNX file, not packed": payload("not-zlib", onnx),
  "a wrong header check": payload("not-zlib", () => packed().with(1, 0xdb)),
  "a window of 64 KiB": payload(
    "not-zlib",
    () => concatBytes(Uint8Array.of(0x88, 0x1c), packed().subarray(2)),
  ),
  "a preset dictionary": payload(
    "preset-dictionary",
    () => concatBytes(Uint8Array.of(0x78, 0xf9, 1, 2, 3, 4), packed().subarray(2)),
  ),
  "cut in the middle": payload(
    "truncated-stream",
    () => packed().subarray(0, packed().length >> 1),
  ),
  "without its last byte": payload("truncated-stream", () => packed().subarray(0, -1)),
  "without its checksum": payload("truncated-stream", () => packed().subarray(0, -4)),
  "a wrong checksum": payload("corrupt-stream", () => packed().with(-1, packed().at(-1)! ^ 1)),
  "a block of the reserved kind": payload(
    "corrupt-stream",
    () => Uint8Array.of(0x78, 0xda, 7, 0, 0, 0, 0, 0),
  ),
  "a stored block whose lengths differ": payload(
    "corrupt-stream",
    () => Uint8Array.of(0x78, 0xda, 1, 1, 0, 1, 0, 0),
  ),
  "a match from before the start": payload(
    "corrupt-stream",
    () => Uint8Array.of(0x78, 0xda, 0x03, 0x02, 0, 0, 0, 0, 0),
  ),
  "a byte after the end": payload("trailing-bytes", () => concatBytes(packed(), Uint8Array.of(0))),
  "two streams": payload("trailing-bytes", () => concatBytes(packed(), packed())),
  "a megabyte after the end": payload(
    "trailing-bytes",
    () => concatBytes(packed(), new Uint8Array(2 ** 20)),
  ),
  "a bomb of 1029 to 1": payload("inflates-too-large", () => bomb(300)),
  "a bomb of 1 GB": payload("inflates-too-large", () => bomb(1024)),
  "one byte too many": payload("inflates-too-large", () => deflate(padded(MAX_MODEL_BYTES + 1))),
  "as many bytes as may be": payload(FULL, () => deflate(padded(MAX_MODEL_BYTES))),
  "a bomb in a bomb": payload("not-onnx", () => packModel(bomb(300))),
  "packed twice": payload("not-onnx", () => packModel(packed())),
  "nothing, packed": payload("not-onnx", () => deflate(new Uint8Array(0))),
  "16 MiB of zeros": payload("not-onnx", () => deflate(new Uint8Array(MAX_MODEL_BYTES))),
  "stored blocks of one byte": payload(FULL, () => stored(onnx(), { empty: 0 })),
  "a thousand empty blocks before each byte": payload(FULL, () => stored(onnx(), { empty: 1000 })),
};

function payload(verdict: InvalidCode | number, build: () => Uint8Array): Hostile {
  return { packed: build, verdict };
}

function onnx(): Uint8Array {
  return encodeModel(honest());
}

function packed(): Uint8Array<ArrayBuffer> {
  return packModel(onnx());
}

/** A model of so many bytes: a text for people fills it. */
function padded(bytes: number): Uint8Array {
  const file = onnx();
  const DOC_STRING = 6;
  const text = bytes - file.length - 5;
  return concatBytes(file, message(DOC_STRING, new Uint8Array(text).fill(97)));
}

/** So many MiB of zeros in a thousandth of the bytes: one block again and again, since a full flush forgets what was before. */
function bomb(mebibytes: number): Uint8Array {
  const deflater = new Deflate({ raw: true, level: 9 });
  const parts: Uint8Array[] = [];
  deflater.onData = (part) => void parts.push(part as Uint8Array);
  deflater.push(new Uint8Array(2 ** 20), Z_FULL_FLUSH);
  const block = concatBytes(...parts);
  const last = Uint8Array.of(3, 0, 0, 0, 0, 1);
  return concatBytes(Uint8Array.of(0x78, 0xda), repeated(block, mebibytes), last);
}

/** A zlib stream of stored blocks: one for each byte, with as many empty ones before it as told. */
function stored(bytes: Uint8Array, { empty }: { empty: number }): Uint8Array {
  const nothing = repeated(Uint8Array.of(0, 0, 0, 0xff, 0xff), empty);
  const blocks = Array.from(
    bytes,
    (byte) => concatBytes(nothing, Uint8Array.of(0, 1, 0, 0xfe, 0xff, byte)),
  );
  const checksum = packModel(bytes).subarray(-4);
  return concatBytes(
    Uint8Array.of(0x78, 0xda),
    ...blocks,
    Uint8Array.of(1, 0, 0, 0xff, 0xff),
    checksum,
  );
}
