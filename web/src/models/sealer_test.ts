import assert from "node:assert/strict";
import { signal } from "@preact/signals";
import { CHUNK_BYTES } from "../../../core/chain/writes.ts";
import { EMPTY_UPLOAD } from "../../../core/protocol/commitment.ts";
import { localBeacon } from "../../../core/seal/local_beacon.ts";
import { payloadContext, seal } from "../../../core/seal/sealed.ts";
import { address, snapshot } from "../../test/support/snapshots.ts";
import type { SealJob } from "../work/model_worker.ts";
import type { Competition } from "./competition.ts";
import { createSealer } from "./sealer.ts";
import { hashOf } from "./upload_plan.ts";
import { createVault, type Vault } from "./vault.ts";

const PACKED = Uint8Array.from({ length: 500 }, (_, i) => i % 251);
const { network } = localBeacon(new Uint8Array(32).fill(7), { genesis: 0, period: 3 });
const participant = { registered: true, submissions: 0, uploads: 0, upload: undefined };
const author = address("a");

/** A sealer of competition 5 that by default keeps nothing, and what it was asked to seal. */
function start(vault = createVault(null)) {
  const jobs: SealJob[] = [];
  const base = snapshot();
  const current = { ...base, constants: { ...network, sealGap: 30 } };
  const competition = { id: 5, snapshot: signal(current) } as Partial<Competition> as Competition;
  const sealer = createSealer({
    competition,
    chainId: 10,
    vault,
    seal({ packed, owner, ...to }) {
      jobs.push({ packed, owner, ...to });
      return seal(packed, { ...to, context: payloadContext(owner) });
    },
  });
  return { sealer, jobs, contract: base.contract };
}

Deno.test("a seal is for the wallet's chain, the competition, the author and the epoch's round", async () => {
  const { sealer, jobs, contract } = start();
  await sealer.plan(PACKED, { account: author, epoch: 0, participant });
  const [{ owner, round, publicKey }] = jobs as [SealJob];
  assert.deepEqual(owner, { chainId: 10, contract, id: 5, author });
  assert.equal(publicKey, network.publicKey);
  // Epoch 0 ends at 1,800,001,000, the gap is 30 s, and a beacon comes every 3 s.
  assert.equal(round, 1_800_001_032 / 3 + 1);
});

Deno.test("a seal is used again for the same author and epoch only", async () => {
  const { sealer, jobs } = start();
  const at = { account: author, epoch: 0, participant };
  const before = await sealer.plan(PACKED, at);
  const same = await sealer.plan(PACKED, { ...at, before });
  assert.equal(same.payload, before.payload);
  assert.equal(jobs.length, 1);
  const later = await sealer.plan(PACKED, { ...at, epoch: 1, before });
  assert.notDeepEqual(later.payload, before.payload);
  const other = await sealer.plan(PACKED, { ...at, account: address("b"), before });
  assert.deepEqual([later.epoch, other.account], [1, address("b")]);
  assert.deepEqual(jobs.map(({ owner }) => owner.author), [author, author, address("b")]);
  assert.deepEqual(jobs.map(({ round }) => round), [600_000_345, 600_000_678, 600_000_345]);
});

Deno.test("a kept seal is used only where the chain has begun to take it", async () => {
  const kept = {
    payload: new Uint8Array(200_000).fill(9),
    model: hashOf([{ offset: 0, data: PACKED }]),
  };
  const vault: Vault = {
    get: () => Promise.resolve(kept),
    put: () => Promise.resolve(),
    delete: () => Promise.resolve(),
  };
  const begun = hashOf([{ offset: 0, data: kept.payload.subarray(0, CHUNK_BYTES) }]);
  const upload = { epoch: 0, size: 200_000, received: CHUNK_BYTES, lastBlock: 9, hash: begun };
  const cases = [
    ["begun", upload, true],
    ["another's bytes", { ...upload, hash: EMPTY_UPLOAD }, false],
    ["another epoch's", { ...upload, epoch: 1 }, false],
    ["nothing", undefined, false],
  ] as const;
  for (const [name, upload, used] of cases) {
    const { sealer, jobs } = start(vault);
    const at = { account: author, epoch: 0, participant: { ...participant, upload } };
    const plan = await sealer.plan(PACKED, at);
    assert.deepEqual([plan.payload === kept.payload, jobs.length], [used, used ? 0 : 1], name);
  }
});
