/**
 * What a sealed demo shows: a second before its beacon nobody opens anything, with it everybody opens everything, and from
 * the end of submissions on nothing of host and authors is needed. All of it is asked of the running parts.
 */
import { readBeaconSignature } from "../../core/chain/logs.ts";
import { readPayloads } from "../../core/chain/payload.ts";
import { explainError } from "../../core/chain/errors.ts";
import { postBeaconCall } from "../../core/chain/writes.ts";
import type { FileReader } from "../../core/dataset/dataset.ts";
import type { Manifest } from "../../core/dataset/manifest.ts";
import { filesOf, loadTestSet } from "../../core/dataset/test_set.ts";
import { parseCid } from "../../core/ipfs/cid.ts";
import { cat, read } from "../../core/ipfs/read.ts";
import { g1ToEip2537 } from "../../core/seal/points.ts";
import { fetchBeacon } from "../../core/seal/relay.ts";
import { InvalidSeal, NO_CONTEXT, payloadContext, unseal } from "../../core/seal/sealed.ts";
import { testSetOpener } from "../../core/dataset/opener.ts";
import type { Competition } from "./competition.ts";
import type { Person, World } from "./world.ts";

/** HTTP status of a relay that is asked for a beacon before its time. */
const TOO_EARLY = 425;

/** What a sealed demo has shown. */
export interface Evidence {
  /** drand's number of the beacon that opens submissions and test set. */
  unsealRound: number;
  /** A second before its time: HTTP status of the relay that is asked for it. */
  relayStatus: number;
  /** At that time: whether the contract has it, or takes the newest one there is in its place. */
  beaconPosted: boolean;
  /** Submissions and files of the test set. */
  sealed: number;
  /** Those that the newest beacon of that time opens. */
  openedBefore: number;
  /** Those that the posted beacon opens. */
  openedAfter: number;
  /** What is wrong with the test set that the posted beacon opens, so that training rows took its place; null if it is as promised. */
  testSetFault: string | null;
  /** Transactions of host and authors from the end of submissions to the final result. */
  ownerTransactions: number;
}

/** Whether it shows what it should. */
export function isConvincing(evidence: Evidence): boolean {
  const { relayStatus, beaconPosted, sealed, openedBefore, openedAfter, testSetFault } = evidence;
  return relayStatus === TOO_EARLY && !beaconPosted && openedBefore === 0 && sealed > 0 &&
    openedAfter === sealed && testSetFault === null && evidence.ownerTransactions === 0;
}

/** What is known a second before the beacon. */
export type Before = Pick<
  Evidence,
  "unsealRound" | "relayStatus" | "beaconPosted" | "sealed" | "openedBefore"
>;

/** Moves the clock to the last second before the beacon, and tries to open everything. */
export async function tryBefore(competition: Competition): Promise<Before> {
  const { world, unsealRound } = competition;
  await world.travelTo(competition.unsealAt - 1);
  const answer = await fetch(`${world.relayUrl}/public/${unsealRound}`);
  await answer.body?.cancel();
  const newest = await newestSignature(world);
  const beaconPosted = await takesBeacon(world, { round: unsealRound, signature: newest });
  const all = await readSealed(competition);
  const openedBefore = await countOpen(all, newest);
  return {
    unsealRound,
    relayStatus: answer.status,
    beaconPosted,
    sealed: all.length,
    openedBefore,
  };
}

/** Whether the contract has a round's beacon, or would take this signature as such. */
async function takesBeacon(
  { provider, contract }: World,
  beacon: { round: number; signature: Uint8Array },
): Promise<boolean> {
  const { round, signature } = beacon;
  const { to, data } = postBeaconCall(contract, { round, signature: g1ToEip2537(signature) });
  try {
    await provider.request({ method: "eth_call", params: [{ to, data }, "latest"] });
    return true;
  } catch (error) {
    if (explainError(error).name !== "DeML_BeaconInvalid") throw error;
    return false;
  }
}

/** What is known once the beacon was posted. */
export type After = Pick<Evidence, "openedAfter" | "testSetFault">;

/** Opens everything with the beacon that was posted, and reads the test set as miners do. */
export async function tryAfter(competition: Competition): Promise<After> {
  const { world: { provider, contract, gatewayUrl }, manifest } = competition;
  const { beacons: [beacon] } = await competition.snapshot();
  if (beacon === undefined) return { openedAfter: 0, testSetFault: "its beacon is not posted" };
  const signature = await readBeaconSignature(provider, { contract, beacon });
  return {
    openedAfter: await countOpen(await readSealed(competition), signature),
    testSetFault: await findFault(manifest, { gatewayUrl, signature }),
  };
}

/** What is wrong with a sealed test set, so that the training set stands in for it; null if nothing is. */
export async function findFault(
  manifest: Manifest,
  { gatewayUrl, signature }: { gatewayUrl: string; signature: Uint8Array },
): Promise<string | null> {
  const read: FileReader = (cid, maxBytes) =>
    cat(parseCid(cid), { gateways: [gatewayUrl], maxBytes });
  const { fault } = await loadTestSet(manifest, { read, unseal: testSetOpener(signature) });
  return fault?.message ?? null;
}

/** The newest beacon that the relay gives. */
async function newestSignature({ relayUrl, beacon }: World): Promise<Uint8Array> {
  const { round } = await (await fetch(`${relayUrl}/public/latest`)).json();
  return (await fetchBeacon(round, { relays: [relayUrl], network: beacon.network })).signature;
}

/** Sealed bytes, and what they were sealed with. */
interface Sealed {
  bytes: Uint8Array;
  context: Uint8Array;
}

/** Submissions from the chain, and files of the test set from IPFS, as anybody gets them. */
async function readSealed(competition: Competition): Promise<Sealed[]> {
  const { world: { provider, contract, chainId, gatewayUrl }, id, manifest } = competition;
  const { submissions } = await competition.snapshot();
  const { payloads } = await readPayloads(provider, { contract, id, submissions });
  const files = filesOf(manifest.test).map(async ({ cid, bytes }) => ({
    bytes: await read(parseCid(cid), { gateways: [gatewayUrl], maxBytes: bytes }),
    context: NO_CONTEXT,
  }));
  return [
    ...submissions.map(({ number, author }) => ({
      bytes: payloads.get(number)!,
      context: payloadContext({ chainId, contract, id, author }),
    })),
    ...await Promise.all(files),
  ];
}

async function countOpen(all: readonly Sealed[], signature: Uint8Array): Promise<number> {
  let count = 0;
  for (const { bytes, context } of all) {
    try {
      await unseal(bytes, { signature, context });
      count++;
    } catch (error) {
      if (!(error instanceof InvalidSeal)) throw error;
    }
  }
  return count;
}

/** Transactions that people have sent so far. */
export async function countTransactions(
  { provider }: World,
  people: readonly Person[],
): Promise<number> {
  const counts = await Promise.all(
    people.map(({ address }) =>
      provider.request({ method: "eth_getTransactionCount", params: [address, "latest"] })
    ),
  );
  return counts.reduce((sum: number, count) => sum + Number(count), 0);
}
