/**
 * What a sealed demo shows: a second before its beacon nobody opens anything, with it everybody opens everything, and from
 * the end of submissions on nothing of host and authors is needed. All of it is asked of the running parts.
 */
import { readBeaconSignature } from "../../core/chain/logs.ts";
import { readPayloads } from "../../core/chain/payload.ts";
import { filesOf } from "../../core/dataset/test_set.ts";
import { parseCid } from "../../core/ipfs/cid.ts";
import { read } from "../../core/ipfs/read.ts";
import { fetchBeacon } from "../../core/seal/relay.ts";
import { InvalidSeal, NO_CONTEXT, payloadContext, unseal } from "../../core/seal/sealed.ts";
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
  /** At that time: whether the contract has it. */
  beaconPosted: boolean;
  /** Submissions and files of the test set. */
  sealed: number;
  /** Those that the newest beacon of that time opens. */
  openedBefore: number;
  /** Those that the posted beacon opens. */
  openedAfter: number;
  /** Transactions of host and authors from the end of submissions to the final result. */
  ownerTransactions: number;
}

/** Whether it shows what it should. */
export function isConvincing(evidence: Evidence): boolean {
  const { relayStatus, beaconPosted, sealed, openedBefore, openedAfter } = evidence;
  return relayStatus === TOO_EARLY && !beaconPosted && openedBefore === 0 && sealed > 0 &&
    openedAfter === sealed && evidence.ownerTransactions === 0;
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
  const { beacons: [beacon] } = await competition.snapshot();
  const all = await readSealed(competition);
  const openedBefore = await countOpen(all, await newestSignature(world));
  const beaconPosted = beacon !== undefined;
  return {
    unsealRound,
    relayStatus: answer.status,
    beaconPosted,
    sealed: all.length,
    openedBefore,
  };
}

/** Opens everything with the beacon that was posted; gives the number of what opens. */
export async function tryAfter(competition: Competition): Promise<number> {
  const { world: { provider, contract } } = competition;
  const { beacons: [beacon] } = await competition.snapshot();
  if (beacon === undefined) return 0;
  const signature = await readBeaconSignature(provider, { contract, beacon });
  return await countOpen(await readSealed(competition), signature);
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
