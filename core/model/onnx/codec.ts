/**
 * ONNX files to plain objects and back.
 *
 * Decoding is strict, because the runtime parses the same bytes again with another library: whatever two parsers could
 * read differently (a field that occurs twice, a wrong wire type, an overlong varint) is an error here. What the schema
 * does not know is kept and written back, so files of the usual exporters survive a round trip byte for byte.
 */
import { malformed, Reader, WireType, Writer } from "./wire.ts";
import type { Int } from "./wire.ts";
import { SCHEMAS } from "./schema.ts";
import type { Field, MessageName, NumberKind } from "./schema.ts";
import type { ModelProto } from "./types.ts";

export type { Int } from "./wire.ts";
export * from "./types.ts";

/** How deep messages may be nested: a graph inside a graph takes three levels. */
export const MAX_DEPTH = 32;
/** How many messages, texts and byte strings a file may hold. */
export const MAX_OBJECTS = 262_144;
/** How many numbers the lists of a file may hold (those in `rawData` are not counted). */
export const MAX_NUMBERS = 4_194_304;

const WIRE_TYPES: { readonly [K in NumberKind]: number } = {
  int64: WireType.VARINT,
  int32: WireType.VARINT,
  uint64: WireType.VARINT,
  float: WireType.FIXED32,
  double: WireType.FIXED64,
};

type Values = Record<string, unknown>;

/**
 * Decodes an ONNX file. Byte strings in the result are views of `bytes`: keep those unchanged.
 *
 * @param bytes the whole file; whoever inflates it bounds its size
 * @throws {SyntaxError} with the byte offset, if the file is malformed, nested deeper than {@link MAX_DEPTH}, or holds
 * more than {@link MAX_OBJECTS} objects or {@link MAX_NUMBERS} numbers
 */
export function decodeModel(bytes: Uint8Array): ModelProto {
  return new Decoder(bytes).message("ModelProto", 1) as unknown as ModelProto;
}

/**
 * Encodes a model as protobuf's own library does: fields in ascending order, unknown ones last.
 *
 * @throws {RangeError} if an integer does not fit its 64 bits or messages are nested deeper than {@link MAX_DEPTH}
 * @throws {TypeError} if a text is not valid Unicode
 */
export function encodeModel(model: ModelProto): Uint8Array {
  const writer = new Writer();
  writeMessage(writer, { name: "ModelProto", values: model as unknown as Values, depth: 1 });
  return writer.finish();
}

class Decoder {
  readonly #reader: Reader;
  #objects = 0;
  #numbers = 0;

  constructor(bytes: Uint8Array) {
    this.#reader = new Reader(bytes);
  }

  /** Reads fields until the reader's limit. */
  message(name: MessageName, depth: number): Values {
    const reader = this.#reader;
    const schema = SCHEMAS[name];
    const values: Values = {};
    for (const list of schema.lists) values[list] = [];
    let oneof = false;
    while (reader.position < reader.limit) {
      const start = reader.position;
      const tag = reader.tag();
      const field = schema.byNumber[tag >>> 3];
      if (field === undefined) {
        this.#countObject(start);
        append(values, "unknown").push(reader.skip(tag, start));
      } else if (field.list) {
        this.#list(append(values, field.name), { field, tag, depth, name });
      } else {
        if (values[field.name] !== undefined || (field.oneof && oneof)) {
          throw malformed(start, `${name}.${field.name} occurs for the second time`);
        }
        oneof ||= field.oneof;
        values[field.name] = this.#value({ field, tag, depth, name });
      }
    }
    return values;
  }

  /** Reads one occurrence of a list: one element or, of numbers, a packed run of them. */
  #list(list: unknown[], at: Place): void {
    const reader = this.#reader;
    const { kind } = at.field;
    if (!isNumberKind(kind)) {
      list.push(this.#value(at));
      return;
    }
    if ((at.tag & 7) !== WireType.LENGTH) {
      this.#countNumber();
      list.push(this.#value(at));
      return;
    }
    const outer = this.#enter();
    while (reader.position < reader.limit) {
      this.#countNumber();
      list.push(reader[kind]());
    }
    reader.limit = outer;
  }

  /** Reads the value of one field. */
  #value({ field, tag, depth, name }: Place): unknown {
    const reader = this.#reader;
    const { kind } = field;
    const number = isNumberKind(kind);
    if ((tag & 7) !== (number ? WIRE_TYPES[kind] : WireType.LENGTH)) {
      throw malformed(reader.position, `${name}.${field.name} cannot have wire type ${tag & 7}`);
    }
    if (number) return reader[kind]();
    this.#countObject(reader.position);
    if (kind === "string" || kind === "bytes") return reader[kind]();
    if (depth >= MAX_DEPTH) {
      throw malformed(reader.position, `messages are nested more than ${MAX_DEPTH} deep`);
    }
    const outer = this.#enter();
    const message = this.message(kind, depth + 1);
    reader.limit = outer;
    return message;
  }

  /** Reads a length and narrows the limit to as many bytes; returns the limit to go back to. */
  #enter(): number {
    const length = this.#reader.length();
    const outer = this.#reader.limit;
    this.#reader.limit = this.#reader.position + length;
    return outer;
  }

  #countObject(offset: number): void {
    if (++this.#objects > MAX_OBJECTS) {
      throw malformed(offset, `there are more than ${MAX_OBJECTS} messages and texts`);
    }
  }

  #countNumber(): void {
    if (++this.#numbers > MAX_NUMBERS) {
      throw malformed(this.#reader.position, `there are more than ${MAX_NUMBERS} numbers in lists`);
    }
  }
}

/** A field that is being read: its tag, and the message around it. */
interface Place {
  field: Field;
  tag: number;
  depth: number;
  name: MessageName;
}

function isNumberKind(kind: Field["kind"]): kind is NumberKind {
  return Object.hasOwn(WIRE_TYPES, kind);
}

/** The list of that name, made if it is not there. */
function append(values: Values, name: string): unknown[] {
  return (values[name] ??= []) as unknown[];
}

/** Writes a message without tag and length: from the last field to the first, as the writer wants it. */
function writeMessage(
  writer: Writer,
  { name, values, depth }: { name: MessageName; values: Values; depth: number },
): void {
  if (depth > MAX_DEPTH) {
    throw new RangeError(
      `An ONNX model may nest messages ${MAX_DEPTH} deep, this one goes deeper.`,
    );
  }
  for (const raw of ((values["unknown"] ?? []) as Uint8Array[]).toReversed()) writer.raw(raw);
  for (const field of SCHEMAS[name].fields.toReversed()) {
    const value = values[field.name];
    if (value === undefined) continue;
    if (!field.list) writeField(writer, { field, value, depth });
    else if (field.packed) writePacked(writer, field, value as Int[]);
    else {
      const list = value as unknown[];
      for (let i = list.length - 1; i >= 0; i--) {
        writeField(writer, { field, value: list[i], depth });
      }
    }
  }
}

function writeField(
  writer: Writer,
  { field, value, depth }: { field: Field; value: unknown; depth: number },
): void {
  const { kind } = field;
  if (isNumberKind(kind)) {
    writeNumber(writer, kind, value as Int);
    writer.tag(field.number, WIRE_TYPES[kind]);
    return;
  }
  if (kind === "string") writer.string(value as string);
  else if (kind === "bytes") writer.bytes(value as Uint8Array);
  else {
    const end = writer.length;
    writeMessage(writer, { name: kind, values: value as Values, depth: depth + 1 });
    writer.int64(writer.length - end);
  }
  writer.tag(field.number, WireType.LENGTH);
}

function writePacked(writer: Writer, field: Field, values: Int[]): void {
  if (values.length === 0) return;
  const end = writer.length;
  for (let i = values.length - 1; i >= 0; i--) {
    writeNumber(writer, field.kind as NumberKind, values[i] as Int);
  }
  writer.int64(writer.length - end);
  writer.tag(field.number, WireType.LENGTH);
}

function writeNumber(writer: Writer, kind: NumberKind, value: Int): void {
  if (kind === "float" || kind === "double") writer[kind](Number(value));
  else writer.int64(value);
}
