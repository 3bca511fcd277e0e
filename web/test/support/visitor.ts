/** A visitor of the site without a browser: the site's models on a real chain, with a wallet that signs or declines. */
import { signal } from "@preact/signals";
import type { TestChain } from "../../../core/chain/testing/chain.ts";
import { type Manifest, parseManifest } from "../../../core/dataset/manifest.ts";
import type { Hex } from "../../../core/protocol/types.ts";
import { payloadContext, seal } from "../../../core/seal/sealed.ts";
import { createReader } from "../../src/chain/reader.ts";
import { type ChainWriter, createWriter } from "../../src/chain/writer.ts";
import { createClock } from "../../src/models/clock.ts";
import { type Competition, createCompetition } from "../../src/models/competition.ts";
import type { CompetitionData } from "../../src/models/data.ts";
import { createLoadable } from "../../src/models/loadable.ts";
import { createSession, type Session } from "../../src/models/session.ts";
import type { Vault } from "../../src/models/vault.ts";
import type { SealJob } from "../../src/work/model_worker.ts";

/** A visitor with a connected wallet. */
export interface Visitor {
  session: Session;
  competition: Competition;
  reader: ReturnType<typeof createReader>;
  writer: ChainWriter;
  chainId: number;
  contract: Hex;
  /** Keeps as long as the visitor lives; another one can take it over, as after a reload. */
  vault: Vault;
  seal(job: SealJob): Promise<Uint8Array>;
  /** Answers to the next transactions that the wallet is asked to send; without an entry it agrees. */
  answers: boolean[];
  /** Hashes of what it sent. */
  sent: Hex[];
  /** The wallet changes its account. */
  changeAccount(account: Hex): void;
}

/** A visitor of a competition, number 0 by default. It looks at the chain only when it is told to, so that tests are in control. */
export async function visit(
  chain: TestChain,
  { account, manifest, id = 0, vault = createMemoryVault() }: {
    account: Hex;
    manifest: Manifest;
    id?: number;
    vault?: Vault;
  },
): Promise<Visitor> {
  const { provider, contract } = chain;
  const answers: boolean[] = [];
  const sent: Hex[] = [];
  let announce = (_accounts: unknown) => {};
  const wallet = {
    uuid: "w",
    name: "W",
    rdns: "w",
    icon: undefined,
    provider: {
      on: (event: string, listener: (value: unknown) => void) => {
        if (event === "accountsChanged") announce = listener;
      },
      async request(call: { method: string; params?: unknown }) {
        if (call.method === "eth_requestAccounts") return [account];
        if (call.method !== "eth_sendTransaction") return await provider.request(call as never);
        if (answers.shift() === false) throw { code: 4001, message: "User rejected the request." };
        const hash = await provider.request(call as never) as Hex;
        sent.push(hash);
        return hash;
      },
    },
  };
  const storage = { getItem: () => null, setItem() {}, removeItem() {} };
  const terms = {
    chainId: 31_337,
    chainName: "Test chain",
    currency: "ETH",
    rpcUrls: ["http://127.0.0.1/"],
    explorer: undefined,
  };
  const session = createSession({ wallets: signal([wallet]), chain: terms, storage });
  await session.connect(wallet);
  const reader = createReader({ rpcUrls: [], contract, chainId: terms.chainId }, provider);
  const data = loaded(manifest);
  const competition = createCompetition({
    id,
    reader,
    clock: createClock(),
    session,
    dataOf: () => data,
    visible: signal(false),
    pollMs: 1000,
  });
  await competition.refresh();
  const writer = createWriter({ provider, contract });
  const changeAccount = (next: Hex) => announce([next]);
  const seals = { chainId: terms.chainId, contract, seal: sealModel, vault };
  return { session, competition, reader, writer, ...seals, answers, sent, changeAccount };
}

/** Seals as the model worker does. */
function sealModel({ packed, owner, ...to }: SealJob): Promise<Uint8Array> {
  return seal(packed, { ...to, context: payloadContext(owner) });
}

function createMemoryVault(): Vault {
  const kept = new Map<string, Uint8Array>();
  return {
    get: (key) => Promise.resolve(kept.get(key)),
    put: (key, { payload }) => Promise.resolve(kept.set(key, payload) === kept),
    delete: (key) => Promise.resolve(void kept.delete(key)),
  };
}

/** Data that is there already. */
function loaded(manifest: Manifest): CompetitionData {
  const rows = { values: new Uint8Array(), labels: new Int32Array() };
  return {
    manifest: createLoadable(() => Promise.resolve(manifest)),
    test: createLoadable(() => Promise.resolve(rows)),
    train: createLoadable(() => Promise.resolve(undefined)),
    sealed: createLoadable(() => Promise.resolve(true)),
    open: () => Promise.resolve({ ...rows, fault: undefined }),
  };
}

/** A manifest for the models of `noiseModel`. */
export function testManifest(changes: Partial<Manifest> = {}): Manifest {
  const file = { cid: "bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e", bytes: 100 };
  const sealed = { ...file, sha256: "00".repeat(32) };
  const part = { format: "idx", rows: 10, inputs: sealed, labels: sealed } as const;
  const manifest: Manifest = {
    version: 1,
    name: "Test",
    mode: "open",
    task: "classification",
    classes: ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"],
    input: { shape: [784], dtype: "uint8", scale: 1, offset: 0 },
    metric: { name: "accuracy" },
    runtime: { name: "onnxruntime-web", version: "1.30.0", wasm: "00".repeat(32) },
    train: part,
    test: part,
    ...changes,
  };
  return parseManifest(new TextEncoder().encode(JSON.stringify(manifest)));
}
