/** Reverts by the name and the values of their error. */
import assert from "node:assert/strict";
import { Reverted } from "./chain.ts";
import { coder } from "./deml.ts";

/** What Solidity itself reverts with, selector 0x4e487b71, where an `assert` or checked arithmetic fails. */
type ErrorName = `DeML_${string}` | "Panic";

/**
 * Asserts that a call reverts with an error of the contract and exactly these values. Numbers may be given as number
 * or bigint, addresses in any case.
 */
export async function expectRevert(
  call: Promise<unknown>,
  name: ErrorName,
  values: readonly unknown[],
): Promise<void> {
  const data = await revertData(call);
  const error = coder.parseError(data);
  if (error === null) throw new assert.AssertionError({ message: `expected ${name}, got ${data}` });
  assert.deepEqual(
    { name: error.name, values: error.args.toArray().map(plain) },
    { name, values: values.map(plain) },
  );
}

/** Asserts that a call reverts without an error of the contract, as where the ABI decoder refuses its arguments. */
export async function expectBareRevert(call: Promise<unknown>): Promise<void> {
  assert.equal(await revertData(call), "0x");
}

async function revertData(call: Promise<unknown>): Promise<string> {
  try {
    await call;
  } catch (error) {
    if (error instanceof Reverted) return error.data;
    throw error;
  }
  throw new assert.AssertionError({ message: "expected a revert, but the call went through" });
}

/** Values as they compare: numbers as bigints, text in lower case, lists and results as arrays of such. */
export function plain(value: unknown): unknown {
  if (typeof value === "number") return BigInt(value);
  if (typeof value === "string") return value.toLowerCase();
  if (Array.isArray(value)) return [...value].map(plain);
  return value;
}
