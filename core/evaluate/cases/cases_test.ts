import assert from "node:assert/strict";
import { checkHeader, checkOpsets } from "../../model/admission/header.ts";
import { walk } from "../../model/admission/infer.ts";
import { OPERATORS, plainDomain } from "../../model/admission/operators.ts";
import { checkAttributes } from "../../model/admission/attributes.ts";
import { checkConstants } from "../../model/admission/constants.ts";
import { checkNames } from "../../model/admission/names.ts";
import { checkReproducible } from "../../model/admission/reproducible.ts";
import { DataType, decodeModel, type NodeProto } from "../../model/onnx/codec.ts";
import { GOLDEN_DIGEST } from "../golden.ts";
import { type ArrayValue, type Runtime, startRuntime } from "../runtime.ts";
import { OPERATOR_CASES } from "./all.ts";
import type { OperatorCase } from "./case.ts";
import { BATCHES, caseDigest, NAN_BITS } from "./digest.ts";
import digests from "./digests.json" with { type: "json" };

const wasm = await Deno.readFile(
  new URL(import.meta.resolve("onnxruntime-web/ort-wasm-simd-threaded.wasm")),
);
const committed: Readonly<Record<string, string>> = digests;

/** ONNX Runtime's names of element types. */
const TYPES: Readonly<Record<string, number>> = {
  bool: DataType.BOOL,
  float16: DataType.FLOAT16,
  float32: DataType.FLOAT,
  float64: DataType.DOUBLE,
  int8: DataType.INT8,
  int16: DataType.INT16,
  int32: DataType.INT32,
  int64: DataType.INT64,
  uint8: DataType.UINT8,
  uint16: DataType.UINT16,
  uint32: DataType.UINT32,
  uint64: DataType.UINT64,
};

Deno.test("every admitted operator has a case", () => {
  const covered = new Set(
    Object.values(OPERATOR_CASES).flatMap((build) => operatorsOf(build()).map(nameOf)),
  );
  for (const [domain, operators] of OPERATORS) {
    for (const operator of operators.keys()) {
      assert.ok(covered.has(`${domain}:${operator}`), `no case has ${operator} of "${domain}"`);
    }
  }
});

Deno.test("every case of admitted operators is admitted, and gives outputs of the inferred types and shapes, the committed digests among them, whatever bits a NaN has", async () => {
  const runtime = await startRuntime(wasm);
  assert.deepEqual(Object.keys(committed), ["self-test", ...Object.keys(OPERATOR_CASES)]);
  assert.equal(committed["self-test"], GOLDEN_DIGEST);
  const wrong: string[] = [];
  await runtime.exclusive(async () => {
    for (const [name, build] of Object.entries(OPERATOR_CASES)) {
      const given = build();
      const admitted = operatorsOf(given).every(({ domain, opType = "" }) =>
        OPERATORS.get(plainDomain(domain))?.has(opType)
      );
      const inferred = new Map(BATCHES.map((rows) => [rows, infer(given, rows)]));
      const see = (output: string, { type, dims }: ArrayValue, rows: number) => {
        const values = inferred.get(rows as typeof BATCHES[number])!;
        const value = typeof values === "string" ? undefined : values.get(output);
        const got = value ? `${value.type} [${value.dims}]` : String(values);
        const expected = `${TYPES[type]} [${dims}]`;
        if (admitted && got !== expected) {
          wrong.push(`${name}: ${output} is ${expected}, not ${got}`);
        }
      };
      const digest = await caseDigest(given, { runtime, nan: NAN_BITS[3], see });
      if (digest !== committed[name]) wrong.push(`${name}: another digest, ${digest}`);
    }
  });
  assert.deepEqual(wrong, []);
});

Deno.test("caseDigest() tells one changed bit, an other shape, and -0 from 0, but no NaN from another", async () => {
  const runtime = await startRuntime(wasm);
  const given = OPERATOR_CASES["Identity"]!();
  const digestOf = async (change: (value: ArrayValue) => ArrayValue) => {
    const session = {
      run: ({ data, dims }: { data: Float32Array; dims: readonly number[] }) =>
        Promise.resolve(change({ type: "float32", dims, data })),
      release: () => Promise.resolve(),
    };
    const open = () => Promise.resolve(session);
    return await caseDigest(given, { runtime: { open } as unknown as Runtime });
  };
  const bits = (change: (bits: Uint32Array) => void) => (value: ArrayValue) => {
    const data = Float32Array.from(value.data as Float32Array);
    change(new Uint32Array(data.buffer));
    return { ...value, data };
  };
  const plain = await runtime.exclusive(() => caseDigest(given, { runtime }));
  assert.equal(await digestOf((value) => value), plain);
  assert.notEqual(await digestOf(bits((bits) => bits[0]! ^= 1)), plain);
  assert.notEqual(await digestOf((value) => ({ ...value, dims: [...value.dims, 1] })), plain);
  const zero = (sign: number) => bits((bits) => bits[7] = sign);
  assert.notEqual(await digestOf(zero(0)), await digestOf(zero(0x80000000)));
  const nan = (bitsOf: number) => bits((bits) => bits[7] = bitsOf);
  assert.equal(await digestOf(nan(0x7fc00000)), await digestOf(nan(0xffe54321)));
  assert.notEqual(await digestOf(nan(0x7fc00000)), await digestOf(nan(0x7f800000)));
});

function operatorsOf({ onnx }: OperatorCase): NodeProto[] {
  return decodeModel(onnx).graph!.node;
}

function nameOf({ domain, opType }: NodeProto): string {
  return `${plainDomain(domain)}:${opType}`;
}

/** Values by name as admission sees them, or why it refuses the case. */
function infer({ onnx, row }: OperatorCase, rows: number) {
  const model = decodeModel(onnx);
  try {
    const graph = checkHeader(model);
    for (const node of graph.node) checkAttributes(node);
    checkConstants(graph);
    checkNames(graph);
    checkReproducible(graph);
    const inputs = new Map([["x", { type: DataType.FLOAT, dims: [rows, ...row] }]]);
    return walk(graph, { opsets: checkOpsets(model), inputs }).values;
  } catch (error) {
    if (error instanceof Error) return error.message;
    throw error;
  }
}
