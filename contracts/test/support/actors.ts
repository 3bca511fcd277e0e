/** The people of the tests, by role. */
import type { Hex } from "../../../core/protocol/types.ts";
import { addressOf } from "./chain.ts";

/** Opens the competitions. */
export const HOST: Hex = addressOf("host");
/** A participant. */
export const ALICE: Hex = addressOf("alice");
/** A participant. */
export const BOB: Hex = addressOf("bob");
/** A participant. */
export const CAROL: Hex = addressOf("carol");
/** Has no role: calls what anybody may call. */
export const EVE: Hex = addressOf("eve");

/** The first `count` miners, ascending by address, which is the order that settle asks for. */
export function miners(count: number): Hex[] {
  return Array.from({ length: count }, (_, i) => addressOf(`miner ${i}`)).sort();
}

/** Where a miner's stake and fees go. */
export function payoutOf(miner: Hex): Hex {
  return addressOf(`payout of ${miner}`);
}
