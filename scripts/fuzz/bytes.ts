/** Changes of a file's bytes, without regard to what they mean, or with regard to the wire format alone. */
import { concatBytes } from "@noble/hashes/utils.js";
import type { Random } from "../demo/random.ts";

/** A change of bytes, by what it does. */
export type Mangle = (bytes: Uint8Array, random: Random) => Uint8Array;

/** Changes of any bytes. */
export const MANGLES: Readonly<Record<string, Mangle>> = {
  "flip a bit": (bytes, random) => {
    const at = random.integer(bytes.length);
    return bytes.with(at, bytes[at]! ^ (1 << random.integer(8)));
  },
  "set a byte": (bytes, random) =>
    bytes.with(random.integer(bytes.length), pick([0, 1, 127, 128, 255], random)),
  "flip a bit near the start": (bytes, random) => {
    const at = random.integer(Math.min(200, bytes.length));
    return bytes.with(at, bytes[at]! ^ (1 << random.integer(8)));
  },
  "cut off": (bytes, random) => bytes.subarray(0, random.integer(bytes.length)),
  "take out": (bytes, random) => {
    const { from, to } = range(bytes, random);
    return concatBytes(bytes.subarray(0, from), bytes.subarray(to));
  },
  "repeat": (bytes, random) => {
    const { from, to } = range(bytes, random);
    return concatBytes(bytes.subarray(0, to), bytes.subarray(from));
  },
  "add": (bytes, random) =>
    concatBytes(
      bytes,
      Uint8Array.from({ length: 1 + random.integer(8) }, () => random.integer(256)),
    ),
};

/** Changes of protobuf fields: of the file, or of its graph. */
export const FIELD_MANGLES: Readonly<Record<string, Mangle>> = {
  "repeat a field": changeFields((fields, random) => [...fields, pick(fields, random)]),
  "drop a field": changeFields((fields, random) =>
    fields.toSpliced(random.integer(fields.length), 1)
  ),
  "move a field": changeFields((fields, random) => {
    const [field] = fields.splice(random.integer(fields.length), 1);
    return fields.toSpliced(random.integer(fields.length + 1), 0, field!);
  }),
  "add an unknown field": changeFields((fields, random) => [
    ...fields,
    pick([UNKNOWN_NUMBER, UNKNOWN_BYTES, UNKNOWN_GROUP], random),
  ]),
  "write a longer varint": changeFields((fields, random) => {
    const at = random.integer(fields.length);
    const field = fields[at]!;
    const end = varintEnd(field, 0) - 1;
    const longer = concatBytes(
      field.subarray(0, end),
      Uint8Array.of(field[end]! | 128, 0),
      field.subarray(end + 1),
    );
    return fields.with(at, longer);
  }),
  "change a wire type": changeFields((fields, random) => {
    const at = random.integer(fields.length);
    const field = fields[at]!;
    return fields.with(at, field.with(0, (field[0]! & ~7) | random.integer(8)));
  }),
  "change a field's number": changeFields((fields, random) => {
    const at = random.integer(fields.length);
    const field = fields[at]!;
    return fields.with(at, field.with(0, (field[0]! & 7) | random.integer(16) << 3));
  }),
};

const UNKNOWN_NUMBER = Uint8Array.of(0xc0, 0x3e, 7);
const UNKNOWN_BYTES = Uint8Array.of(0xc2, 0x3e, 2, 1, 2);
const UNKNOWN_GROUP = Uint8Array.of(0xc3, 0x3e, 0xc4, 0x3e);
const GRAPH_TAG = 0x3a;

/** Changes the list of a message's fields, tags included: the file's or, one time in two, the graph's. */
function changeFields(change: (fields: Uint8Array[], random: Random) => Uint8Array[]): Mangle {
  return (bytes, random) => {
    const fields = split(bytes);
    if (fields.length === 0) return bytes;
    const at = fields.findIndex((field) => field[0] === GRAPH_TAG);
    if (at < 0 || random.integer(2) === 0) return concatBytes(...change(fields, random));
    const graph = fields[at]!;
    const inner = split(graph.subarray(varintEnd(graph, 1)));
    if (inner.length === 0) return bytes;
    const changed = concatBytes(...change(inner, random));
    return concatBytes(
      ...fields.with(at, concatBytes(Uint8Array.of(GRAPH_TAG), varint(changed.length), changed)),
    );
  };
}

/** The fields of a message, each with its tag; the rest as one where it does not hold together. */
function split(bytes: Uint8Array): Uint8Array[] {
  const fields: Uint8Array[] = [];
  let at = 0;
  while (at < bytes.length) {
    let end = varintEnd(bytes, at);
    const type = bytes[at]! & 7;
    if (type === 0) end = varintEnd(bytes, end);
    else if (type === 1) end += 8;
    else if (type === 5) end += 4;
    else if (type === 2) end = varintEnd(bytes, end) + lengthAt(bytes, end);
    else end = bytes.length;
    fields.push(bytes.subarray(at, end));
    at = Math.max(end, at + 1);
  }
  return fields;
}

function varintEnd(bytes: Uint8Array, at: number): number {
  while (at < bytes.length && bytes[at]! >= 128) at++;
  return at + 1;
}

function lengthAt(bytes: Uint8Array, at: number): number {
  let length = 0;
  for (let shift = 0; shift < 28; shift += 7, at++) {
    length |= (bytes[at]! & 127) << shift;
    if (!(bytes[at]! >= 128)) break;
  }
  return length;
}

function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  for (; value > 127; value >>>= 7) bytes.push((value & 127) | 128);
  return Uint8Array.from([...bytes, value]);
}

function range(bytes: Uint8Array, random: Random): { from: number; to: number } {
  const from = random.integer(bytes.length);
  return { from, to: Math.min(bytes.length, from + 1 + random.integer(40)) };
}

/** One of several. */
export function pick<T>(list: readonly T[], random: Random): T {
  return list[random.integer(list.length)]!;
}
