import assert from "node:assert/strict";
import { CHUNK_BYTES } from "../../../core/chain/writes.ts";
import { EMPTY_UPLOAD } from "../../../core/protocol/commitment.ts";
import { localBeacon } from "../../../core/seal/local_beacon.ts";
import { QUICKNET } from "../../../core/seal/quicknet.ts";
import { payloadContext, seal } from "../../../core/seal/sealed.ts";
import { address, snapshot } from "../../test/support/snapshots.ts";
import type { SealJob } from "../work/model_worker.ts";
import { createSealer } from "./sealer.ts";
import { hashOf } from "./upload_plan.ts";
import { createVault, type Vault } from "./vault.ts";

const PACKED = Uint8Array.from({ length: 500 }, (_, i) => i % 251);
const { network } = localBeacon(new Uint8Array(32).fill(7), { genesis: 0, period: 3 });
const rival = localBeacon(new Uint8Array(32).fill(8), { genesis: 0, period: 3 });
const participant = { registered: true, submissions: 0, uploads: 0, upload: undefined };
const author = address("a");

/** A sealer of competition 5 that by default keeps nothing, and what it was asked to seal. */
function start(vault = createVault(null)) {
  const jobs: SealJob[] = [];
  const { contract } = snapshot();
  const sealer = createSealer({
    competition: { id: 5 },
    chainId: 10,
    contract,
    vault,
    seal({ packed, owner, ...to }) {
      jobs.push({ packed, owner, ...to });
      return seal(packed, { ...to, context: payloadContext(owner) });
    },
  });
  const current = { ...snapshot(), constants: { ...network, sealGap: 30 } };
  const at = { snapshot: current, account: author, epoch: 0, participant };
  return { sealer, jobs, contract, at };
}

Deno.test("a seal is for the wallet's chain, the competition, the author and the epoch's round", async () => {
  const { sealer, jobs, contract, at } = start();
  const plan = await sealer.plan(PACKED, at);
  const [{ owner, round, publicKey }] = jobs as [SealJob];
  assert.deepEqual(owner, { chainId: 10, contract, id: 5, author });
  assert.equal(publicKey, network.publicKey);
  // Epoch 0 ends at 1,800,001,000, the gap is 30 s, and a beacon comes every 3 s.
  assert.equal(round, 1_800_001_032 / 3 + 1);
  assert.deepEqual(plan.seal, { round, publicKey, opensAt: 1_800_001_032, drand: false });
});

Deno.test("a seal is used again for the same author and epoch only", async () => {
  const { sealer, jobs, at } = start();
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

Deno.test("a seal is not used again once the chain node tells of another beacon", async () => {
  const { sealer, jobs, at } = start();
  const before = await sealer.plan(PACKED, at);
  const lies = [{ sealGap: 0 }, { period: 2 }, { publicKey: rival.network.publicKey }];
  for (const lie of lies) {
    const constants = { ...at.snapshot.constants, ...lie };
    const changed = { ...at, snapshot: { ...at.snapshot, constants }, before };
    const { payload } = await sealer.plan(PACKED, changed);
    assert.notEqual(payload, before.payload);
  }
  assert.equal(jobs.length, 1 + lies.length);
});

Deno.test("nothing is sealed to a beacon of drand that is out by this computer's clock", async () => {
  const { sealer, jobs, at } = start();
  const constants = { ...QUICKNET, sealGap: 900 };
  const on = (registrationEndsAt: number) => ({
    ...snapshot({ registrationEndsAt, submissionEndsAt: registrationEndsAt + 2000 }),
    constants,
  });
  const past = { ...at, snapshot: on(1_700_000_000) };
  const message = /the beacon of .*2023.* is out already by this computer's clock/;
  await assert.rejects(sealer.plan(PACKED, past), { name: "RangeError", message });
  assert.deepEqual(jobs, []);
  const now = Math.floor(Date.now() / 1000);
  await sealer.plan(PACKED, { ...at, snapshot: on(now) });
  assert.equal(jobs.length, 1);
});

Deno.test("a kept seal is used only where the chain has begun to take it", async () => {
  const kept = new Uint8Array(200_000).fill(9);
  const vault: Vault = {
    get: () => Promise.resolve(kept),
    put: () => Promise.resolve(true),
    delete: () => Promise.resolve(),
  };
  const begun = hashOf([{ offset: 0, data: kept.subarray(0, CHUNK_BYTES) }]);
  const upload = { epoch: 0, size: 200_000, received: CHUNK_BYTES, lastBlock: 9, hash: begun };
  const cases = [
    ["begun", upload, true],
    ["another's bytes", { ...upload, hash: EMPTY_UPLOAD }, false],
    ["another epoch's", { ...upload, epoch: 1 }, false],
    ["nothing", undefined, false],
  ] as const;
  for (const [name, upload, used] of cases) {
    const { sealer, jobs, at } = start(vault);
    const plan = await sealer.plan(PACKED, { ...at, participant: { ...participant, upload } });
    assert.deepEqual([plan.payload === kept, jobs.length], [used, used ? 0 : 1], name);
  }
});

Deno.test("each model, author and beacon has a place of its own among the kept seals", async () => {
  const places = new Set<string>();
  let until = 0;
  const vault: Vault = {
    get: () => Promise.resolve(undefined),
    put: (key, kept) => Promise.resolve(Boolean(places.add(key) && (until = kept.until))),
    delete: (key) => Promise.resolve(void places.delete(key)),
  };
  const { sealer, at } = start(vault);
  const plan = await sealer.plan(PACKED, at);
  assert.equal(await sealer.keep(PACKED, plan), true);
  assert.equal(until, plan.seal!.opensAt);
  await sealer.keep(PACKED.subarray(1), plan);
  await sealer.keep(PACKED, { ...plan, account: address("b") });
  await sealer.keep(PACKED, { ...plan, seal: { ...plan.seal!, round: 9 } });
  await sealer.keep(PACKED, { ...plan, seal: { ...plan.seal!, publicKey: "0x12" } });
  assert.equal(places.size, 5);
  await sealer.forget(PACKED, plan);
  assert.equal(places.size, 4);
});
