/** Receivers of payments that do not behave, as EVM code. */
import { concat, getBytes, toBeHex } from "ethers";
import type { Hex } from "../../../core/protocol/types.ts";
import { addressOf, type Chain } from "./chain.ts";
import { coder, type DeML, type FunctionName } from "./deml.ts";

/** Gives an address code that refuses all payments. */
export async function makeRefusing(chain: Chain, address: Hex): Promise<void> {
  // PUSH1 0, PUSH1 0, REVERT
  await chain.request("hardhat_setCode", [address, "0x60006000fd"]);
}

/**
 * Gives an address code that answers a payment with a call of the contract, and notes in its storage whether that went
 * through; {@linkcode reentry} reads it.
 */
export async function makeReentering(
  deml: DeML,
  address: Hex,
  call: { name: FunctionName; args: unknown[] },
): Promise<void> {
  const data = coder.encodeFunctionData(call.name, call.args);
  const length = toBeHex(getBytes(data).length, 2);
  const code = concat([
    concat(["0x61", length, "0x61", toBeHex(CODE_BYTES, 2), "0x600039"]), // CODECOPY(0, CODE_BYTES, length)
    concat(["0x6000600061", length, "0x6000600073", deml.address, "0x5af1"]), // CALL(gas, deml, 0, 0, length, 0, 0)
    "0x600101600055", // SSTORE(0, success + 1)
    "0x00", // STOP
    data,
  ]);
  await deml.chain.request("hardhat_setCode", [address, code]);
}

/** Bytes of the code before the data. */
const CODE_BYTES = 9 + 34 + 6 + 1;

/** What became of a receiver's call. */
export async function reentry(chain: Chain, address: Hex): Promise<"none" | "refused" | "done"> {
  const word = await chain.request("eth_getStorageAt", [address, "0x0", "latest"]) as Hex;
  return (["none", "refused", "done"] as const)[Number(word)]!;
}

/** An address that nobody else uses. */
export function freshAddress(): Hex {
  return addressOf(`fresh ${fresh++}`);
}

let fresh = 0;
