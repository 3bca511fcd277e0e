/** Receivers of payments that do not behave, as EVM code. */
import { concat, getBytes, toBeHex } from "ethers";
import type { Hex } from "../../../core/protocol/types.ts";
import { addressOf, type Chain } from "./chain.ts";
import { coder, type DeML, type FunctionName } from "./deml.ts";

/** Gives an address code that refuses all payments. */
export async function makeRefusing(chain: Chain, address: Hex): Promise<void> {
  await chain.request("hardhat_setCode", [address, HOSTILE_CODE["reverts"]]);
}

/** Code of receivers that do not take a payment, each in a way of its own. */
export const HOSTILE_CODE = {
  /** PUSH1 0, PUSH1 0, REVERT */
  "reverts": "0x60006000fd",
  /** INVALID, which takes all the gas there is. */
  "burns all gas": "0xfe",
  /** PUSH3 0x100000, PUSH1 0, REVERT: a megabyte for the caller to copy. */
  "reverts with a megabyte": "0x621000006000fd",
} as const;

/** PUSH3 0x100000, PUSH1 0, RETURN: takes a payment and answers with a megabyte. */
export const LONG_ANSWER: Hex = "0x621000006000f3";

/**
 * Gives an address code that answers a payment with a call of the contract, and notes in its storage whether that went
 * through and what came back; {@linkcode reentry} and {@linkcode reentryAnswer} read it.
 */
export async function makeReentering(
  deml: DeML,
  address: Hex,
  call: { name: FunctionName; args: unknown[]; value?: bigint },
): Promise<void> {
  const data = coder.encodeFunctionData(call.name, call.args);
  const length = toBeHex(getBytes(data).length, 2);
  const value = toBeHex(call.value ?? 0n, 32);
  const code = concat([
    concat(["0x61", length, "0x61", toBeHex(CODE_BYTES, 2), "0x600039"]), // CODECOPY(0, CODE_BYTES, length)
    concat(["0x6000600061", length, "0x60007f", value, "0x73", deml.address, "0x5af1"]), // CALL(gas, deml, value, 0, length, 0, 0)
    "0x600101600055", // SSTORE(0, success + 1)
    "0x3d600060003e", // RETURNDATACOPY(0, 0, RETURNDATASIZE)
    "0x600051600155", // SSTORE(1, MLOAD(0))
    "0x00", // STOP
    data,
  ]);
  await deml.chain.request("hardhat_setCode", [address, code]);
}

/** Bytes of the code before the data. */
const CODE_BYTES = 9 + 65 + 6 + 6 + 6 + 1;

/** What became of a receiver's call. */
export async function reentry(chain: Chain, address: Hex): Promise<"none" | "refused" | "done"> {
  const word = await chain.request("eth_getStorageAt", [address, "0x0", "latest"]) as Hex;
  return (["none", "refused", "done"] as const)[Number(word)]!;
}

/** The first 32 bytes that came back to a receiver's call; they say nothing if the call gave none. */
export async function reentryAnswer(chain: Chain, address: Hex): Promise<Hex> {
  return await chain.request("eth_getStorageAt", [address, "0x1", "latest"]) as Hex;
}

/** An address that nobody else uses. */
export function freshAddress(): Hex {
  return addressOf(`fresh ${fresh++}`);
}

let fresh = 0;
