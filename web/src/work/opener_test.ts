import assert from "node:assert/strict";
import { InvalidData } from "../../../core/dataset/dataset.ts";
import { localBeacon } from "../../../core/seal/local_beacon.ts";
import { NO_CONTEXT, seal } from "../../../core/seal/sealed.ts";
import { createOpener, sealedReader } from "./opener.ts";

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

Deno.test("sealedReader() tells whether every file begins as a sealed one, in whatever pieces it comes", async () => {
  const sealed = await seal(PLAIN, { round: 5, publicKey, context: NO_CONTEXT });
  const cases: [files: Uint8Array[], expected: boolean][] = [
    [[sealed, sealed], true],
    [[sealed, new Uint8Array(5000)], false],
    [[new Uint8Array(5000), sealed], false],
    [[sealed.subarray(0, 20)], false],
    [[new Uint8Array(0)], false],
  ];
  for (const size of [1, 100, 10_000]) {
    for (const [files, expected] of cases) {
      const { read, looksSealed } = sealedReader(async function* (cid) {
        const bytes = files[Number(cid)]!;
        for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
      });
      for (const [i, file] of files.entries()) {
        let length = 0;
        for await (const chunk of read(`${i}`, 10_000)) length += chunk.length;
        assert.equal(length, file.length);
      }
      assert.equal(looksSealed(), expected);
    }
  }
});
