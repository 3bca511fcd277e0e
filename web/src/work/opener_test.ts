import assert from "node:assert/strict";
import { InvalidData } from "../../../core/dataset/dataset.ts";
import { localBeacon } from "../../../core/seal/local_beacon.ts";
import { NO_CONTEXT, seal } from "../../../core/seal/sealed.ts";
import { createOpener } from "./opener.ts";

const BEACON = localBeacon(new Uint8Array(32).fill(7), { genesis: 0, period: 3 });
const { publicKey } = BEACON.network;
const PLAIN = new TextEncoder().encode("rows");

Deno.test("createOpener() opens what is sealed to the beacon's round, and says what is not", async () => {
  const sealed = await seal(PLAIN, { round: 5, publicKey, context: NO_CONTEXT });
  assert.deepEqual(await createOpener({ publicKey, ...BEACON.sign(5) })(sealed), PLAIN);
  await assert.rejects(createOpener({ publicKey, ...BEACON.sign(6) })(sealed), InvalidData);
  const context = new Uint8Array(128);
  const payload = await seal(PLAIN, { round: 5, publicKey, context });
  await assert.rejects(createOpener({ publicKey, ...BEACON.sign(5) })(payload), InvalidData);
});

Deno.test("createOpener() takes no signature that is not the network's", () => {
  const other = localBeacon(new Uint8Array(32).fill(8), { genesis: 0, period: 3 });
  for (const { signature } of [BEACON.sign(4), other.sign(5)]) {
    assert.throws(() => createOpener({ publicKey, round: 5, signature }), RangeError);
  }
});
