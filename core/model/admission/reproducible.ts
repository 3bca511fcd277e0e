import { InvalidModel } from "../invalid.ts";
import { DataType, type GraphProto, type NodeProto, type TensorProto } from "../onnx/codec.ts";

/**
 * WebAssembly leaves sign and payload of a computed NaN open (its specification, "NaN propagation"), and
 * processors differ. Outputs count a NaN as wrong whatever its bits; these checks refuse what turns
 * the bits into numbers. Found by running the admitted operators on NaNs of different bits.
 */

/** Numbers of 4 to 8 bits: in a cast to integers their NaN counts as a number, with its sign. */
const SMALL_FLOATS: ReadonlySet<number> = new Set([
  DataType.FLOAT8E4M3FN,
  DataType.FLOAT8E4M3FNUZ,
  DataType.FLOAT8E5M2,
  DataType.FLOAT8E5M2FNUZ,
  DataType.FLOAT4E2M1,
  DataType.FLOAT8E8M0,
  DataType.FLOAT6E2M3,
  DataType.FLOAT6E3M2,
]);

/** Attributes that choose the type of an output. */
const TYPE_ATTRIBUTES: ReadonlySet<string> = new Set(["to", "dtype", "output_dtype"]);

/**
 * Inputs that are scales. The runtime multiplies and divides them, also where it fuses several of these
 * operators, and rounds by way of the bits: a NaN with a payload gives another integer for each payload.
 */
const SCALES: ReadonlyMap<string, readonly number[]> = new Map([
  ["QuantizeLinear", [1]],
  ["DequantizeLinear", [1]],
  ["QLinearConv", [1, 4, 6]],
  ["QLinearMatMul", [1, 4, 6]],
]);

/** Bits that are all set in an infinity or NaN, by type: of the last two bytes of an element. */
const EXPONENT: Readonly<Record<number, { bytes: number; mask: number }>> = {
  [DataType.FLOAT]: { bytes: 4, mask: 0x7f80 },
  [DataType.FLOAT16]: { bytes: 2, mask: 0x7c00 },
  [DataType.BFLOAT16]: { bytes: 2, mask: 0x7f80 },
};

/**
 * Refuses numbers of 8 bits and less, which only casts and quantisation make, and scales of quantised
 * values that are not finite constants.
 *
 * @throws {InvalidModel} `operator`
 */
export function checkReproducible(graph: GraphProto): void {
  const finite = finiteConstants(graph);
  for (const node of graph.node) {
    const operator = node.opType ?? "";
    checkTypes(node, operator);
    for (const index of SCALES.get(operator) ?? []) {
      const name = node.input[index] ?? "";
      if (finite.get(name) === true) continue;
      const got = finite.has(name) ? "a constant that is not" : "a computed one";
      throw new InvalidModel(
        "operator",
        `model: expected scales of ${operator} to be finite constants, got ${got}`,
      );
    }
  }
}

function checkTypes({ attribute }: NodeProto, operator: string): void {
  for (const { name, i } of attribute) {
    if (!TYPE_ATTRIBUTES.has(name ?? "") || !SMALL_FLOATS.has(Number(i))) continue;
    throw new InvalidModel(
      "operator",
      `model: expected ${operator} to give floats of 16 bits or more, got type ${i}; ` +
        "smaller ones show the sign of a NaN, which differs between processors",
    );
  }
}

/** Names of the constants, and whether all of their values are finite. */
function finiteConstants(graph: GraphProto): Map<string, boolean> {
  const found = new Map<string, boolean>();
  const add = (name: string, finite: boolean) =>
    found.set(name, finite && (found.get(name) ?? true));
  for (const tensor of graph.initializer) add(tensor.name ?? "", isFiniteTensor(tensor));
  for (const { opType, attribute, output: [name = ""] } of graph.node) {
    if (opType !== "Constant") continue;
    add(
      name,
      attribute.every(({ t, f = 0, floats = [] }) =>
        (t === undefined || isFiniteTensor(t)) && [f, ...floats].every(Number.isFinite)
      ),
    );
  }
  found.delete(""); // "" stands for an input left out.
  return found;
}

/** Whether a tensor of floats of 16 or 32 bits holds finite values only; false for other types. */
function isFiniteTensor(
  { dataType, rawData, floatData = [], int32Data = [] }: TensorProto,
): boolean {
  const exponent = EXPONENT[dataType ?? 0];
  if (exponent === undefined) return false;
  const { bytes, mask } = exponent;
  if (!floatData.every(Number.isFinite)) return false;
  if (int32Data.some((bits) => (bits & mask) === mask)) return false;
  if (rawData === undefined) return true;
  for (let at = bytes - 2; at + 1 < rawData.length; at += bytes) {
    const top = rawData[at]! | (rawData[at + 1]! << 8);
    if ((top & mask) === mask) return false;
  }
  return true;
}
