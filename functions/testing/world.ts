/**
 * A whole world for miners, made of real parts on loopback: Hardhat's chain with the contract behind JSON-RPC over HTTP,
 * an IPFS gateway, a beacon's relay, and small models on a small data set.
 */
import { keccak_256 } from "@noble/hashes/sha3.js";
import { utf8ToBytes } from "@noble/hashes/utils.js";
import { readSnapshot } from "../../core/chain/reader.ts";
import { connect, type ConnectOptions, type Provider } from "../../core/chain/rpc.ts";
import { type LocalSender, localSender } from "../../core/chain/signer.ts";
import { BEACON, startChain, type TestChain } from "../../core/chain/testing/chain.ts";
import type { Hex, Snapshot } from "../../core/chain/types.ts";
import { createCall, registerCall, submitModelCall } from "../../core/chain/writes.ts";
import { type Cid, digestFromCid } from "../../core/ipfs/cid.ts";
import { gateway } from "../../core/ipfs/gateway.ts";
import { MemoryStore } from "../../core/ipfs/store.ts";
import {
  type AttemptWindows,
  attemptWindows,
  type BeaconClock,
  type PhaseTerms,
  roundCount,
  unsealRound,
} from "../../core/protocol/clock.ts";
import { toHex } from "../../core/protocol/codec.ts";
import { buyIn, withDefaults } from "../../core/protocol/terms.ts";
import type { Terms } from "../../core/protocol/types.ts";
import { beaconHandler } from "../../core/seal/local_beacon.ts";
import { NO_CONTEXT, payloadContext, type PayloadOwner, seal } from "../../core/seal/sealed.ts";
import { createDataSource } from "../data.ts";
import { createEvaluator, type Evaluate } from "../evaluate.ts";
import { createMiner, type Miner, type MinerParts } from "../miner.ts";
import { addDataset, addSealedDataset, type SealedDataset } from "./models.ts";

/** EIP-155 id of Hardhat's chain. */
const CHAIN_ID = 31_337;
/** Seconds from a competition's creation to the end of registration, and of each epoch. */
const REGISTRATION = 10_000;
const EPOCH = 10_000;

/** One runtime for all miners of a test file: starting it takes longer than a whole test. */
const evaluate: Evaluate = createEvaluator({ isolation: "none" });

/** What a test changes about a miner. */
export type MinerChanges = Partial<MinerParts>;

/** Where everything is. */
export interface Addresses {
  rpc: string;
  gateway: string;
  relay: string;
}

/** A running world. */
export class World implements AsyncDisposable {
  readonly #stack: AsyncDisposableStack;

  private constructor(
    readonly chain: TestChain,
    readonly store: MemoryStore,
    readonly at: Addresses,
    stack: AsyncDisposableStack,
  ) {
    this.#stack = stack;
  }

  /** Starts one. */
  static async start(): Promise<World> {
    const stack = new AsyncDisposableStack();
    const chain = stack.use(await startChain());
    const store = new MemoryStore();
    const at = {
      rpc: serve(rpcHandler(chain.provider), stack),
      gateway: serve(gateway(store), stack),
      relay: serve(beaconHandler(chain.beacon, { now: chain.now }), stack),
    };
    return new World(chain, store, at, stack);
  }

  /** A miner that has just been started: it knows nothing but its key. */
  async miner(
    name: string,
    changes: MinerChanges & { rpcOptions?: ConnectOptions } = {},
  ): Promise<Miner> {
    const { rpcOptions, ...parts } = changes;
    const provider = connect([this.at.rpc], rpcOptions);
    const sender = this.sender(name, provider);
    await this.request("hardhat_setBalance", sender.address, "0x56bc75e2d63100000");
    return createMiner({
      provider,
      sender,
      contract: this.chain.contract,
      secret: keyOf(name),
      data: createDataSource({
        gateways: [this.at.gateway],
        store: new MemoryStore(),
        maxBytes: 2 ** 20,
      }),
      evaluate,
      relays: [this.at.relay],
      payout: payoutOf(name),
      clock: () => 0,
      ...parts,
    });
  }

  /** What signs for a miner. */
  sender(name: string, provider: Provider = connect([this.at.rpc])): LocalSender {
    return localSender(provider, { privateKey: toHex(keyOf(name)), chainId: CHAIN_ID });
  }

  /** A request to the chain. */
  request(method: string, ...params: unknown[]): Promise<unknown> {
    return this.chain.provider.request({ method, params });
  }

  /** The clock of the chain's beacon. */
  get clock(): BeaconClock {
    return { ...this.chain.beacon.network, sealGap: BEACON.sealGap };
  }

  /** Seals bytes to a round of the chain's beacon; without a context as files of test sets are. */
  seal(
    plain: Uint8Array,
    { round, context = NO_CONTEXT }: { round: number; context?: Uint8Array },
  ): Promise<Uint8Array> {
    return seal(plain, { round, publicKey: this.chain.beacon.network.publicKey, context });
  }

  /** Mines a block at this time. */
  async travelTo(time: number): Promise<void> {
    await this.chain.at(time);
    await this.request("evm_mine");
  }

  /** Wei of an address. */
  async balance(address: Hex): Promise<bigint> {
    return BigInt(await this.request("eth_getBalance", address, "latest") as string);
  }

  /** Ends everything. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }
}

/** What a test changes about a competition. */
export interface CompetitionChanges extends Partial<Terms> {
  /** Registered participants, 2 unless told. */
  participants?: number;
  /** Makes it a sealed one; what is in it goes over how the data set is sealed. */
  seal?: Partial<SealedDataset>;
}

/** A competition in a world: the first account of the chain is its host, the next ones are its participants. */
export class Competition {
  private constructor(readonly world: World, readonly id: number, readonly terms: Terms) {}

  /** Opens one on the small data set, with participants registered. */
  static async open(
    world: World,
    { participants = 2, seal, ...changes }: CompetitionChanges = {},
  ): Promise<Competition> {
    const { chain } = world;
    const registrationEndsAt = await chain.now() + REGISTRATION;
    const submissionEndsAt = registrationEndsAt + (changes.epochs ?? 1) * EPOCH;
    const phases = { registrationEndsAt, submissionEndsAt, epochs: 1, ...changes };
    const terms = withDefaults({
      manifest: changes.manifest ?? digestFromCid(await addData(world, { phases, seal })),
      prizeFund: 10n ** 18n,
      quorum: 3,
      ...phases,
    });
    const id = Number(await countOf(chain.provider, chain.contract));
    await chain.send(chain.accounts[0]!, createCall(chain.contract, terms));
    for (const author of chain.accounts.slice(1, 1 + participants)) {
      await chain.send(author, registerCall(chain.contract, { id, buyIn: buyIn(terms) }));
    }
    return new Competition(world, id, terms);
  }

  /** A participant. */
  author(index: number): Hex {
    return this.world.chain.accounts[1 + index]!;
  }

  /** Lets miners enrol through a tick of their own. */
  async enroll(names: readonly string[]): Promise<void> {
    for (const name of names) {
      const miner = await this.world.miner(name, { maxBond: this.terms.bond });
      const { outcomes } = await miner.tick();
      if (outcomes[0]?.status !== "done") throw new Error(`${name}: ${outcomes[0]?.reason}`);
    }
  }

  /** Submits payloads in the running epoch, three for each participant. */
  async submit(payloads: readonly Uint8Array[], { epoch = 0 } = {}): Promise<void> {
    const { chain } = this.world;
    for (const [i, data] of payloads.entries()) {
      const author = this.author(Math.floor(i / this.terms.maxPerParticipant));
      const upload = { id: this.id, epoch, size: data.length, data };
      await chain.send(author, submitModelCall(chain.contract, upload));
    }
  }

  /** Submits one payload in epoch 0, as it is. */
  async submitAs(author: Hex, data: Uint8Array): Promise<void> {
    const { chain } = this.world;
    const upload = { id: this.id, epoch: 0, size: data.length, data };
    await chain.send(author, submitModelCall(chain.contract, upload));
  }

  /** The beacon that opens epoch 0. */
  get unsealRound(): number {
    return unsealRound(this.terms, 0, this.world.clock);
  }

  /** Seals a packed model for an author in epoch 0. */
  seal(
    packed: Uint8Array,
    { author, round = this.unsealRound, ...changes }:
      & { author: Hex; round?: number }
      & Partial<PayloadOwner>,
  ): Promise<Uint8Array> {
    const { contract } = this.world.chain;
    const owner = { chainId: CHAIN_ID, contract, id: this.id, author, ...changes };
    return this.world.seal(packed, { round, context: payloadContext(owner) });
  }

  /** The competition as the chain has it. */
  snapshot(): Promise<Snapshot> {
    const { provider, contract } = this.world.chain;
    return readSnapshot(provider, { contract, id: this.id });
  }

  /** The windows of an attempt. */
  async windows({ epoch = 0, attempt = 0 } = {}): Promise<AttemptWindows> {
    const { epochs } = await this.snapshot();
    const { startsAt, count } = epochs[epoch]!;
    return attemptWindows(this.terms, attempt, { startsAt, rounds: roundCount(count) });
  }

  /** A competition with miners and submissions, at the first second of its first commit window. */
  static async ready(
    world: World,
    { miners, payloads, ...terms }: Parameters<typeof Competition.open>[1] & {
      miners: readonly string[];
      payloads: readonly Uint8Array[];
    },
  ): Promise<Competition> {
    const competition = await Competition.open(world, terms);
    await competition.enroll(miners);
    await world.travelTo(competition.terms.registrationEndsAt);
    await competition.submit(payloads);
    await world.travelTo((await competition.windows()).commitStartsAt);
    return competition;
  }
}

/** Adds the small data set, sealed for the first epoch if told. */
function addData(
  world: World,
  { phases, seal }: { phases: PhaseTerms; seal: CompetitionChanges["seal"] },
): Promise<Cid> {
  if (seal === undefined) return addDataset(world.store);
  const round = unsealRound(phases, 0, world.clock);
  return addSealedDataset(world.store, {
    seal: (plain) => world.seal(plain, { round }),
    ...seal,
  });
}

/** The private key of a name, 32 bytes. */
export function keyOf(name: string): Uint8Array {
  return keccak_256(utf8ToBytes(`test miner ${name}`));
}

/** Where a miner's stake and fees go. */
export function payoutOf(name: string): Hex {
  return toHex(keccak_256(utf8ToBytes(`payout of ${name}`)).subarray(12));
}

/** Serves a handler on loopback until the stack is disposed of. */
export function serve(
  handler: (request: Request) => Response | Promise<Response>,
  stack: AsyncDisposableStack,
): string {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, handler);
  stack.defer(() => server.shutdown());
  return `http://127.0.0.1:${server.addr.port}`;
}

interface RpcCall {
  id: number;
  method: string;
  params: unknown[];
}

/** Puts a chain of this process behind HTTP. */
export function rpcHandler(provider: Provider): (request: Request) => Promise<Response> {
  async function answer({ id, method, params }: RpcCall) {
    try {
      return { jsonrpc: "2.0", id, result: await provider.request({ method, params }) };
    } catch (error) {
      const { code = -32_603, message, data } = error as {
        code?: number;
        message: string;
        data?: unknown;
      };
      return { jsonrpc: "2.0", id, error: { code, message, data } };
    }
  }
  return async (request) => {
    const body = await request.json() as RpcCall | RpcCall[];
    if (!Array.isArray(body)) return Response.json(await answer(body));
    const answers = [];
    for (const call of body) answers.push(await answer(call));
    return Response.json(answers);
  };
}

async function countOf(provider: Provider, to: Hex): Promise<string> {
  // competitionCount()
  return await provider.request({
    method: "eth_call",
    params: [{ to, data: "0xa1681770" }, "latest"],
  }) as string;
}
