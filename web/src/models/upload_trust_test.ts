import assert from "node:assert/strict";
import { type Signal, signal } from "@preact/signals";
import type { Snapshot } from "../../../core/chain/types.ts";
import { localBeacon } from "../../../core/seal/local_beacon.ts";
import {
  choose,
  expectStep,
  file,
  SMALL,
  start,
  type Started,
  uploadOf,
} from "../../test/support/uploads.ts";
import { prepare } from "../work/prepare.ts";
import type { UploadModel } from "./upload.ts";

/** An upload on a page whose node tells whatever the test lets it tell. */
function onNode(
  { visitor }: Started,
  { snapshot, whilePacking = () => {} }: {
    snapshot: Signal<Snapshot | undefined>;
    whilePacking?: () => void;
  },
): UploadModel {
  const competition = { ...visitor.competition, snapshot };
  return uploadOf({ ...visitor, competition }, {
    prepare(job) {
      whilePacking();
      return prepare(job, { progress() {} });
    },
  });
}

/** The same with a beacon key of the node's own. */
function withOwnKey(honest: Snapshot): Snapshot {
  const { genesis, period } = honest.constants;
  const { network } = localBeacon(new Uint8Array(32).fill(9), { genesis, period });
  return { ...honest, constants: { ...honest.constants, publicKey: network.publicKey } };
}

Deno.test("nothing is sealed to what the wallet's node does not confirm", async () => {
  const started = await start({ mode: "sealed", epochs: 1 });
  await using _chain = started.chain;
  const honest = started.visitor.competition.snapshot.peek()!;
  const { competition } = honest;
  const submissionEndsAt = competition.registrationEndsAt + 120;
  const lies: [Snapshot, RegExp][] = [
    [withOwnKey(honest), /another beacon's key/],
    [{ ...honest, chainId: 5 }, /another chain /],
    [
      { ...honest, competition: { ...competition, submissionEndsAt } },
      /another end of submissions/,
    ],
    [{ ...honest, competition: { ...competition, manifest: "0x12" } }, /another manifest/],
  ];
  for (const [lie, message] of lies) {
    const snapshot = signal<Snapshot | undefined>(honest);
    const upload = onNode(started, { snapshot, whilePacking: () => snapshot.value = lie });
    await choose(upload, file(SMALL));
    assert.match(expectStep(upload.state.value, "weights").problem!, message);
  }
  assert.deepEqual(started.visitor.sent, []);
});

Deno.test("an open model is not sent where the wallet's node tells of another manifest", async () => {
  const started = await start({ mode: "open" });
  await using _chain = started.chain;
  const honest = started.visitor.competition.snapshot.peek()!;
  const competition = { ...honest.competition, manifest: "0x12" as const };
  const upload = onNode(started, { snapshot: signal({ ...honest, competition }) });
  await choose(upload, file(SMALL));
  assert.match(expectStep(upload.state.value, "weights").problem!, /another manifest/);
});

Deno.test("a node that tells of another seal after the cost was confirmed stops the upload", async () => {
  const started = await start({ mode: "sealed", epochs: 1 });
  await using _chain = started.chain;
  const { visitor } = started;
  const honest = visitor.competition.snapshot.peek()!;
  const snapshot = signal<Snapshot | undefined>(honest);
  const upload = onNode(started, { snapshot });
  await choose(upload, file(SMALL));
  const { plan: { seal } } = expectStep(upload.state.value, "confirm");
  assert.deepEqual(seal, {
    round: started.stage.unsealRound(0),
    publicKey: honest.constants.publicKey,
    opensAt: visitor.competition.seal.value!.opensAt,
    drand: false,
  });
  snapshot.value = withOwnKey(honest);
  await upload.send();
  assert.match(expectStep(upload.state.value, "paused").problem, /another beacon's key/);
  assert.deepEqual(visitor.sent, []);
  snapshot.value = honest;
  await upload.send();
  expectStep(upload.state.value, "done");
});
