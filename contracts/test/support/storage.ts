/** Fields of the contract's storage, to set counters where no test can count to. */
import { AbiCoder, keccak256 } from "ethers";
import type { Hex } from "../../../core/protocol/types.ts";
import type { DeML } from "./deml.ts";

/** Slots of the mappings, in the order of DeMLState.sol. */
const SLOTS = { competitions: 1n, participants: 2n, accounts: 3n };

/** A field: its storage word, and its place in it from the low bits up. */
export interface Field {
  /** The word. */
  slot: bigint;
  /** Bits below the field. */
  offset: number;
  /** Width. */
  bits: number;
}

/** A field of `Competition`, in its word 0 to 5. */
export function competitionField(
  id: bigint,
  { word, offset, bits }: { word: number } & Omit<Field, "slot">,
): Field {
  return { slot: mappingSlot(SLOTS.competitions, id) + BigInt(word), offset, bits };
}

/** A field of somebody's `Participant` (its first word) or `Account`. */
export function personField(
  what: "participants" | "accounts",
  { id, who, offset, bits }: { id: bigint; who: Hex } & Omit<Field, "slot">,
): Field {
  return { slot: mappingSlot(mappingSlot(SLOTS[what], id), BigInt(who)), offset, bits };
}

/** Sets a field and leaves the rest of its word. */
export async function setField(deml: DeML, field: Field, value: bigint): Promise<void> {
  const { chain, address } = deml;
  const slot = `0x${field.slot.toString(16)}`;
  const word = BigInt(await chain.request("eth_getStorageAt", [address, slot, "latest"]) as Hex);
  const mask = (2n ** BigInt(field.bits) - 1n) << BigInt(field.offset);
  const next = (word & ~mask) | (value << BigInt(field.offset));
  const text = `0x${next.toString(16).padStart(64, "0")}`;
  await chain.request("hardhat_setStorageAt", [address, slot, text]);
}

/** The slot of a mapping's value (Solidity documentation, "Layout of State Variables in Storage"). */
function mappingSlot(slot: bigint, key: bigint): bigint {
  return BigInt(keccak256(AbiCoder.defaultAbiCoder().encode(["uint256", "uint256"], [key, slot])));
}
