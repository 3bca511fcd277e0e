/** drand's network quicknet: constants alone, so that whoever compares them loads no curve arithmetic. */
import type { Hex } from "../protocol/types.ts";
import type { BeaconNetwork } from "./beacon.ts";

/** The hash by which drand's relays know quicknet. */
export const QUICKNET_CHAIN_HASH: Hex =
  "0x52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971";

/** drand's network quicknet. */
export const QUICKNET: Readonly<BeaconNetwork> = {
  publicKey:
    "0x83cf0f2896adee7eb8b5f01fcad3912212c437e0073e911fb90022d3e760183c8c4b450b6a0a6c3ac6a5776a2d1064510d1fec758c921cc22b0e17e63aaf4bcb5ed66304de9cf809bd274ca73bab4af5a6e9c76a4bc09e76eae8991ef5ece45a",
  genesis: 1_692_803_367,
  period: 3,
};
