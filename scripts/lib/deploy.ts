/** Deploying the contract. */
import { AbiCoder } from "ethers/abi";
import { waitForReceipt } from "../../core/chain/sender.ts";
import type { LocalSender } from "../../core/chain/signer.ts";
import type { Provider } from "../../core/chain/provider.ts";
import { bytecode } from "../../core/protocol/bytecode.ts";
import type { BeaconClock } from "../../core/protocol/clock.ts";
import { fromHex } from "../../core/protocol/codec.ts";
import type { Hex } from "../../core/protocol/types.ts";
import { g2ToEip2537 } from "../../core/seal/points.ts";

const WORD_BYTES = 32;
/** The constructor: `Beacons.Key` is a struct of eight words. */
const CONSTRUCTOR = ["tuple(bytes32[8])", "uint256", "uint256", "uint256"];

/** The beacon that a contract is bound to. */
export interface BeaconTerms extends BeaconClock {
  /** Compressed point of G2, 96 bytes. */
  publicKey: Hex;
}

/** The contract's creation code with its arguments. @throws {RangeError} for a key that is no point of G2 */
export function creationCode({ publicKey, genesis, period, sealGap }: BeaconTerms): Hex {
  const key = g2ToEip2537(fromHex(publicKey, { length: 96 }));
  const words = Array.from(
    { length: key.length / WORD_BYTES },
    (_, i) => key.subarray(i * WORD_BYTES, (i + 1) * WORD_BYTES),
  );
  const args = AbiCoder.defaultAbiCoder().encode(CONSTRUCTOR, [[words], genesis, period, sealGap]);
  return `${bytecode as Hex}${args.slice(2)}`;
}

/**
 * Deploys a contract and waits until it is there.
 *
 * @returns its address, in lower case
 * @throws what `explainError` explains
 */
export async function deploy(
  { provider, sender }: { provider: Provider; sender: LocalSender },
  beacon: BeaconTerms,
): Promise<Hex> {
  const hash = await sender.send({ data: creationCode(beacon), value: 0n });
  const { created } = await waitForReceipt(provider, hash, { pollMs: 100 });
  if (created === undefined) throw new TypeError(`transaction ${hash} has created no contract`);
  return created;
}
