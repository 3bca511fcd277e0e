import { concatBytes } from "@noble/hashes/utils.js";
import assert from "node:assert/strict";
import { float, graph, model, node, tensor, value } from "./build.ts";
import { decodeModel, encodeModel, MAX_DEPTH, MAX_NUMBERS, MAX_OBJECTS } from "./codec.ts";
import type { GraphProto, ModelProto } from "./codec.ts";
import { WireType, Writer } from "./wire.ts";

const TESTDATA = new URL("testdata/", import.meta.url);
const SHARED = new URL("../../../../shared/models/", import.meta.url);

/** A length-delimited field with the given content, numbers being bytes. */
function field(number: number, ...content: (number | Uint8Array)[]): Uint8Array {
  const writer = new Writer();
  const end = writer.length;
  for (const part of content.toReversed()) {
    writer.raw(typeof part === "number" ? Uint8Array.of(part) : part);
  }
  writer.int64(writer.length - end);
  writer.tag(number, WireType.LENGTH);
  return writer.finish();
}

/** A model whose graph has one initializer with the given bytes. */
function withTensor(...content: Uint8Array[]): Uint8Array {
  return field(7, field(5, ...content));
}

function firstTensor(bytes: Uint8Array): GraphProto["initializer"][number] {
  const [first] = decodeModel(bytes).graph?.initializer ?? [];
  assert(first);
  return first;
}

function small(): ModelProto {
  const net = graph({
    inputs: [value("x", ["batch", 2])],
    outputs: [value("y", ["batch", 1])],
    nodes: [
      node("Gemm", ["x", "w", ""], ["h"], { transB: 1, alpha: float(0.5) }),
      node("Trees", ["h"], ["y"], {
        ids: [0, 1, -1, 2n ** 62n],
        values: Float32Array.of(0.25, -1),
        modes: ["BRANCH_LEQ", "LEAF"],
      }, { domain: "ai.onnx.ml" }),
    ],
    initializers: [tensor("w", [1, 2], Float32Array.of(1, -2))],
  });
  return model(net, { opset: 17, mlOpset: 3, producer: "test" });
}

/** A decoded model in the notation of every_field.json. */
function plain(value: unknown): unknown {
  if (typeof value === "bigint") return `int:${value}`;
  if (value instanceof Uint8Array) return `b64:${btoa(String.fromCharCode(...value))}`;
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([, v]) => !Array.isArray(v) || v.length > 0);
  return Object.fromEntries(entries.map(([name, v]) => [name, plain(v)]));
}

Deno.test("decodeModel reads every field as protobuf's own library does", () => {
  const decoded = decodeModel(Deno.readFileSync(new URL("every_field.onnx", TESTDATA)));
  const expected = JSON.parse(Deno.readTextFileSync(new URL("every_field.json", TESTDATA)));
  assert.deepEqual(plain(decoded), expected);
});

Deno.test("encodeModel writes every field as protobuf's own library does", () => {
  const bytes = Deno.readFileSync(new URL("every_field.onnx", TESTDATA));
  assert.deepEqual(encodeModel(decodeModel(bytes)), bytes);
});

Deno.test("a model survives encoding and decoding", () => {
  const decoded = decodeModel(encodeModel(small()));
  assert.deepEqual(decoded, small());
});

for (const name of modelNames()) {
  Deno.test(`${name} survives a round trip byte for byte`, () => {
    const bytes = Deno.readFileSync(new URL(name, SHARED));
    assert.deepEqual(encodeModel(decodeModel(bytes)), bytes);
  });
}

/** Files of PyTorch and scikit-learn, where they are at hand; without them the tests above and below have to do. */
function modelNames(): string[] {
  try {
    return [...Deno.readDirSync(SHARED)].map((entry) => entry.name)
      .filter((name) => name.endsWith(".onnx")).sort();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

Deno.test("decodeModel keeps unknown fields of every wire type and writes them back last", () => {
  const unknown = [
    Uint8Array.of(0x90, 7, 5), // field 114, varint
    field(99, 1, 2, 3),
    Uint8Array.of(0xf5, 7, 1, 2, 3, 4), // field 126, 32 bits
    Uint8Array.of(0xf1, 7, 1, 2, 3, 4, 5, 6, 7, 8), // field 126, 64 bits
  ];
  const known = Uint8Array.of(8, 8); // irVersion 8
  const decoded = decodeModel(concatBytes(unknown[0]!, known, ...unknown.slice(1)));
  assert.equal(decoded.irVersion, 8);
  assert.deepEqual(decoded.unknown, unknown);
  assert.deepEqual(encodeModel(decoded), concatBytes(known, ...unknown));
});

Deno.test("lists of numbers are read packed, unpacked and mixed", () => {
  const packed = firstTensor(withTensor(field(1, 1, 172, 2)));
  const unpacked = firstTensor(withTensor(Uint8Array.of(8, 1, 8, 172, 2)));
  const mixed = firstTensor(withTensor(Uint8Array.of(8, 1), field(1), field(1, 172, 2)));
  for (const { dims } of [packed, unpacked, mixed]) assert.deepEqual(dims, [1, 300]);
  const floats = firstTensor(withTensor(Uint8Array.of(37, 0, 0, 128, 63), field(4, 0, 0, 0, 64)));
  assert.deepEqual(floats.floatData, [1, 2]);
  assert.deepEqual(
    encodeModel({ opsetImport: [], graph: graphOf(floats) }),
    withTensor(field(4, 0, 0, 128, 63, 0, 0, 0, 64)),
  );
});

function graphOf(...initializer: GraphProto["initializer"]): GraphProto {
  return { node: [], initializer, input: [], output: [] };
}

Deno.test("packed runs that end inside a number are refused", () => {
  assert.throws(() => decodeModel(withTensor(field(1, 1, 128))), /a varint is cut off/);
  assert.throws(() => decodeModel(withTensor(field(4, 0, 0, 128))), /4 bytes are expected/);
  assert.throws(() => decodeModel(withTensor(field(10, 0, 0, 0, 0))), /8 bytes are expected/);
});

Deno.test("fields that occur twice are refused", () => {
  const twice: [Uint8Array, RegExp][] = [
    [Uint8Array.of(8, 8, 8, 8), /at byte 2, ModelProto.irVersion occurs for the second time/],
    [concatBytes(field(7), field(7)), /ModelProto.graph occurs/],
    [withTensor(field(9, 1), field(9, 1)), /TensorProto.rawData occurs/],
  ];
  for (const [bytes, message] of twice) {
    assert.throws(() => decodeModel(bytes), { name: "SyntaxError", message });
  }
});

Deno.test("two members of a oneof are refused", () => {
  const shape = (...dim: Uint8Array[]) =>
    field(7, field(11, field(2, field(1, field(2, field(1, ...dim))))));
  assert.doesNotThrow(() => decodeModel(shape(Uint8Array.of(8, 3), field(3, 65))));
  assert.throws(
    () => decodeModel(shape(Uint8Array.of(8, 3), field(2, 65))),
    /DimensionProto.dimParam occurs for the second time/,
  );
});

Deno.test("wrong wire types are refused", () => {
  const wrong: [Uint8Array, RegExp][] = [
    [field(1, 8), /ModelProto.irVersion cannot have wire type 2/],
    [Uint8Array.of(7 * 8, 1), /ModelProto.graph cannot have wire type 0/],
    [Uint8Array.of(2 * 8 + 5, 1, 2, 3, 4), /ModelProto.producerName cannot have wire type 5/],
    [
      withTensor(Uint8Array.of(9, 1, 2, 3, 4, 5, 6, 7, 8)),
      /TensorProto.dims cannot have wire type 1/,
    ],
    [withTensor(Uint8Array.of(4 * 8, 1)), /TensorProto.floatData cannot have wire type 0/],
    [withTensor(Uint8Array.of(9 * 8, 1)), /TensorProto.rawData cannot have wire type 0/],
  ];
  for (const [bytes, message] of wrong) {
    assert.throws(() => decodeModel(bytes), { name: "SyntaxError", message });
  }
});

Deno.test("inner messages cannot reach past the outer one", () => {
  // The graph says 2 bytes, its node 5: those are in the file, but not in the graph.
  const bytes = Uint8Array.of(7 * 8 + 2, 2, 10, 5, 0, 0, 0, 0, 0);
  assert.throws(() => decodeModel(bytes), /length of 5 bytes is announced, but only 0 are left/);
});

Deno.test("graphs nested too deep are refused, reading and writing", () => {
  let bytes: Uint8Array = field(7);
  let inner = graphOf();
  for (let depth = 2; depth + 3 <= MAX_DEPTH; depth += 3) {
    bytes = field(7, field(1, field(5, field(6, bytes.subarray(2)))));
    inner = { ...graphOf(), node: [node("If", [], [], { then_branch: inner })] };
  }
  assert.doesNotThrow(() => decodeModel(bytes));
  assert.doesNotThrow(() => encodeModel(model(inner, { opset: 17 })));
  const deeper = field(7, field(1, field(5, field(6, bytes.subarray(2)))));
  assert.throws(() => decodeModel(deeper), /nested more than 32 deep/);
  const outer = { ...graphOf(), node: [node("If", [], [], { then_branch: inner })] };
  assert.throws(() => encodeModel(model(outer, { opset: 17 })), RangeError);
});

Deno.test("a small file cannot make too many objects or numbers", () => {
  const nodes = field(7, Uint8Array.from({ length: 2 * MAX_OBJECTS }, (_, i) => i % 2 ? 0 : 10));
  assert.throws(() => decodeModel(nodes), /more than 262144 messages and texts/);
  const unknown = Uint8Array.from({ length: 2 * MAX_OBJECTS + 2 }, (_, i) => i % 2 ? 0 : 15 * 8);
  assert.throws(() => decodeModel(unknown), /more than 262144 messages and texts/);
  const zeros = withTensor(field(7, new Uint8Array(MAX_NUMBERS + 1)));
  assert.throws(() => decodeModel(zeros), /more than 4194304 numbers/);
});

Deno.test("every truncation of a model is refused or leaves fields out, and nothing else is thrown", () => {
  const bytes = encodeModel(small());
  const whole = JSON.stringify(plain(decodeModel(bytes)));
  for (let length = 0; length < bytes.length; length++) {
    try {
      const decoded = decodeModel(bytes.subarray(0, length));
      assert.notEqual(JSON.stringify(plain(decoded)), whole);
    } catch (error) {
      assert(error instanceof SyntaxError, `${error}`);
      assert.match(error.message, /at byte \d+/);
    }
  }
});

Deno.test("random damage gives a model that survives a round trip, or a SyntaxError", () => {
  const original = Deno.readFileSync(new URL("every_field.onnx", TESTDATA));
  let state = 42;
  const random = (limit: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor(state / 2 ** 32 * limit);
  };
  const outcomes = { read: 0, refused: 0 };
  for (let round = 0; round < 400; round++) {
    const bytes = original.slice();
    for (let hit = random(3); hit >= 0; hit--) bytes[random(bytes.length)] = random(256);
    try {
      const decoded = decodeModel(bytes);
      assert.deepEqual(decodeModel(encodeModel(decoded)), decoded);
      outcomes.read++;
    } catch (error) {
      assert(error instanceof SyntaxError, `${error}`);
      outcomes.refused++;
    }
  }
  assert(outcomes.read > 50 && outcomes.refused > 50, JSON.stringify(outcomes));
});

Deno.test("100,000 attribute numbers and raw data views come back as they were", () => {
  const ids = Array.from({ length: 100_000 }, (_, i) => i * 7 - 50_000);
  const values = Float32Array.from(ids, (id) => id / 3);
  const weights = Float32Array.from(ids, (id) => id / 7);
  const net = graph({
    inputs: [],
    outputs: [],
    nodes: [node("TreeEnsembleClassifier", [], [], { ids, values })],
    initializers: [tensor("w", [100_000], weights)],
  });
  const bytes = encodeModel(model(net, { opset: 17, mlOpset: 3 }));
  const decoded = decodeModel(bytes).graph;
  assert.deepEqual(decoded?.node[0]?.attribute[0]?.ints, ids);
  assert.deepEqual(Float32Array.from(decoded?.node[0]?.attribute[1]?.floats ?? []), values);
  const raw = decoded?.initializer[0]?.rawData;
  assert(raw !== undefined && raw.buffer === bytes.buffer);
  assert.deepEqual(new Float32Array(raw.slice().buffer), weights);
});
