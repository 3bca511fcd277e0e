/** How Solidity lays out structs in storage, from the ABI: what rows of the contract's pages are made of. */
import { abi } from "../../../core/protocol/abi.ts";
import type { FunctionName } from "./deml.ts";

interface Field {
  name: string;
  type: string;
}

const WORD_BITS = 256;

/**
 * Reads a struct from its storage words: fields from the low bits up, a new word where a field does not fit.
 *
 * @param view that returns the struct
 * @returns field name -> value as a number; booleans are 0 and 1
 */
export function unpackStruct(view: FunctionName, words: readonly bigint[]): Record<string, bigint> {
  const values: Record<string, bigint> = {};
  let [word, offset] = [0, 0];
  for (const { name, type } of fieldsOf(view)) {
    const width = bitsOf(type);
    if (offset + width > WORD_BITS) [word, offset] = [word + 1, 0];
    values[name] = BigInt.asUintN(width, words[word]! >> BigInt(offset));
    offset += width;
  }
  if (words.length !== word + 1) {
    throw new RangeError(`${view} takes ${word + 1} words, not ${words.length}`);
  }
  return values;
}

function fieldsOf(view: FunctionName): readonly Field[] {
  for (const entry of abi) {
    if (entry.type !== "function" || entry.name !== view) continue;
    const [output] = entry.outputs as readonly { components?: readonly Field[] }[];
    if (output?.components !== undefined) return output.components;
  }
  throw new RangeError(`${view} does not return a struct`);
}

function bitsOf(type: string): number {
  if (type === "address") return 160;
  if (type === "bool") return 8;
  if (type === "bytes32") return 256;
  return Number(type.match(/^uint(\d+)$/)?.[1]);
}
