/** drand's network quicknet, as `core/seal/beacon.ts` has it: repeated here since that file brings the curve's arithmetic along. */
import type { Constants } from "../../../core/chain/types.ts";

/** Unix second of its round 1, seconds between two rounds, and its public key (compressed point of G2, 96 bytes). */
export const QUICKNET: Readonly<Omit<Constants, "sealGap">> = {
  genesis: 1_692_803_367,
  period: 3,
  publicKey:
    "0x83cf0f2896adee7eb8b5f01fcad3912212c437e0073e911fb90022d3e760183c8c4b450b6a0a6c3ac6a5776a2d1064510d1fec758c921cc22b0e17e63aaf4bcb5ed66304de9cf809bd274ca73bab4af5a6e9c76a4bc09e76eae8991ef5ece45a",
};

/** Whether a contract takes its beacons from quicknet. Whoever runs another network may open earlier than it says. */
export function isQuicknet({ genesis, period, publicKey }: Constants): boolean {
  return genesis === QUICKNET.genesis && period === QUICKNET.period &&
    publicKey === QUICKNET.publicKey;
}
