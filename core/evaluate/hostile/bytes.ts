/** Protobuf by hand (protobuf.dev/programming-guides/encoding), for what no encoder would write. */

import { concatBytes } from "@noble/hashes/utils.js";

/** The same bytes again and again. */
export function repeated(part: Uint8Array, times: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(part.length * times);
  for (let at = 0; at < bytes.length; at += part.length) bytes.set(part, at);
  return bytes;
}

/** A varint in its shortest form, or in as many bytes as told. */
export function varint(number: number | bigint, length = 0): Uint8Array {
  let rest = BigInt.asUintN(64, BigInt(number));
  const bytes: number[] = [];
  do {
    bytes.push(Number(rest & 127n) | 128);
    rest >>= 7n;
  } while (rest > 0n || bytes.length < length);
  bytes.push(bytes.pop()! & 127);
  return Uint8Array.from(bytes);
}

/** A tag: field number and wire type. */
export function tag(field: number, wireType: number): Uint8Array {
  return varint(field * 8 + wireType);
}

/** A field of wire type 0. */
export function number(field: number, of: number | bigint): Uint8Array {
  return concatBytes(tag(field, 0), varint(of));
}

/** A field of wire type 2: a message, text or packed list. */
export function message(field: number, content: Uint8Array): Uint8Array {
  return concatBytes(tag(field, 2), varint(content.length), content);
}

/** A field of wire type 2 that holds text. */
export function text(field: number, content: string): Uint8Array {
  return message(field, new TextEncoder().encode(content));
}
