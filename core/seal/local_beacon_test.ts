import assert from "node:assert/strict";
import { fromHex } from "../protocol/codec.ts";
import { SCHEME, verifyBeacon } from "./beacon.ts";
import { QUICKNET, QUICKNET_CHAIN_HASH } from "./quicknet.ts";
import { beaconHandler, chainHash, localBeacon } from "./local_beacon.ts";

const SECRET = new Uint8Array(32).fill(7);
const BEACON = localBeacon(SECRET, { genesis: 1_000, period: 3 });

Deno.test("chainHash() of quicknet is drand's", () => {
  const hash = chainHash({
    ...QUICKNET,
    groupHash: "0xf477d5c89f21a17c863a7f937c6a6d15859414d2be09cd448d4279af331c5d3e",
    beaconId: "quicknet",
  });
  assert.equal(hash, QUICKNET_CHAIN_HASH);
});

Deno.test("localBeacon() signs what verifyBeacon() accepts, for its key and round only", () => {
  const other = localBeacon(new Uint8Array(32).fill(8), { genesis: 1_000, period: 3 });
  for (const round of [1, 2, 1_000_000]) {
    const beacon = BEACON.sign(round);
    verifyBeacon(BEACON.network, beacon);
    assert.throws(() => verifyBeacon(other.network, beacon), RangeError);
    assert.throws(() => verifyBeacon(BEACON.network, { ...beacon, round: round + 1 }), RangeError);
  }
  assert.notEqual(other.chainHash, BEACON.chainHash);
  assert.throws(() => BEACON.sign(0), RangeError);
});

Deno.test("localBeacon() refuses keys and clocks that make no sense", () => {
  const order = "73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001";
  const keys = [
    new Uint8Array(32),
    new Uint8Array(31).fill(1),
    new Uint8Array(32).fill(255),
    fromHex(`0x${order}`, { length: 32 }),
  ];
  for (const key of keys) {
    assert.throws(() => localBeacon(key, { genesis: 0, period: 3 }), /a secret key has 32 bytes/);
  }
  for (const clock of [{ genesis: 0.5, period: 3 }, { genesis: 0, period: 0 }]) {
    assert.throws(() => localBeacon(SECRET, clock), /whole seconds, the period at least 1/);
  }
});

/** Serves the beacon on loopback at a time that the test moves. */
async function withServer(
  run: (
    get: (path: string, init?: RequestInit) => Promise<Response>,
    at: (now: number) => void,
  ) => Promise<void>,
): Promise<void> {
  let now = 1_000;
  const handler = beaconHandler(BEACON, { now: () => now });
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, handler);
  const base = `http://127.0.0.1:${server.addr.port}`;
  try {
    await run((path, init) => fetch(base + path, init), (time) => now = time);
  } finally {
    await server.shutdown();
  }
}

Deno.test("beaconHandler() tells what a relay tells of its chain", async () => {
  await withServer(async (get) => {
    const expected = {
      public_key: BEACON.network.publicKey.slice(2),
      period: 3,
      genesis_time: 1_000,
      hash: BEACON.chainHash.slice(2),
      schemeID: SCHEME,
      metadata: { beaconID: "deml-local" },
    };
    for (const path of ["/info", `/${BEACON.chainHash.slice(2)}/info`]) {
      const response = await get(path);
      assert.equal(response.headers.get("content-type"), "application/json");
      assert.equal(response.headers.get("access-control-allow-origin"), "*");
      const { groupHash, ...info } = await response.json();
      assert.deepEqual(info, expected);
      const { chainHash: hash, network } = BEACON;
      assert.equal(
        chainHash({ ...network, groupHash: `0x${groupHash}`, beaconId: "deml-local" }),
        hash,
      );
    }
  });
});

Deno.test("beaconHandler() gives each due round, which verifies", async () => {
  await withServer(async (get, at) => {
    at(1_006);
    for (const path of ["/public/3", "/public/latest", "/public/0"]) {
      const answer = await (await get(path)).json();
      const signature = fromHex(`0x${answer.signature}`, { length: 48 });
      assert.equal(answer.round, 3);
      verifyBeacon(BEACON.network, { round: 3, signature });
      const digest = await crypto.subtle.digest("SHA-256", signature as BufferSource);
      assert.deepEqual(fromHex(`0x${answer.randomness}`, { length: 32 }), new Uint8Array(digest));
    }
    const below = await get(`/${BEACON.chainHash.slice(2)}/public/1`);
    assert.equal((await below.json()).round, 1);
  });
});

Deno.test("beaconHandler() gives a round from the second it is due and not before", async () => {
  await withServer(async (get, at) => {
    async function status(now: number, path: string): Promise<number> {
      at(now);
      const response = await get(path);
      await response.body?.cancel();
      return response.status;
    }
    assert.equal(await status(1_005, "/public/3"), 425);
    assert.equal(await status(1_006, "/public/3"), 200);
    assert.equal(await status(1_006.9, "/public/3"), 200);
    assert.equal(await status(1_006, "/public/99999999999999999999"), 425);
    assert.equal(await status(999, "/public/1"), 425);
    assert.equal(await status(999, "/public/latest"), 425);
    assert.equal(await status(1_000, "/public/1"), 200);
  });
});

Deno.test("beaconHandler() refuses what a relay does not know", async () => {
  await withServer(async (get) => {
    const cases: [string, number][] = [
      ["/", 404],
      ["/public", 404],
      ["/public/", 404],
      ["/public/1/2", 404],
      [`/${"00".repeat(32)}/info`, 404],
      ["/public/one", 400],
      ["/public/-1", 400],
      ["/public/1e3", 400],
      ["/public/999999999999999999999", 400],
    ];
    for (const [path, status] of cases) {
      const response = await get(path);
      await response.body?.cancel();
      assert.equal(response.status, status, path);
    }
    const posted = await get("/public/1", { method: "POST", body: "x" });
    assert.equal(posted.status, 405);
    assert.equal(posted.headers.get("allow"), "GET, HEAD");
    await posted.body?.cancel();
    const head = await get("/info", { method: "HEAD" });
    assert.deepEqual([head.status, await head.text()], [200, ""]);
  });
});

Deno.test("beaconHandler() takes a clock that answers later", async () => {
  const handler = beaconHandler(BEACON, { now: () => Promise.resolve(1_003) });
  const response = await handler(new Request("http://127.0.0.1/public/latest"));
  assert.equal((await response.json()).round, 2);
});
