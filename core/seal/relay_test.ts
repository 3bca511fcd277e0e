import assert from "node:assert/strict";
import { toHex } from "../protocol/codec.ts";
import { QUICKNET } from "./beacon.ts";
import { beaconHandler, localBeacon } from "./local_beacon.ts";
import { fetchBeacon, QUICKNET_RELAYS } from "./relay.ts";
import { ROUNDS } from "./testing/points.ts";

const BEACON = localBeacon(new Uint8Array(32).fill(7), { genesis: 1_000, period: 3 });
const { network } = BEACON;
const honest = beaconHandler(BEACON, { now: () => 2_000 });

type Handler = (request: Request) => Response | Promise<Response>;

/** Serves each handler on loopback and gives their base addresses in order. */
async function withRelays(
  handlers: Handler[],
  run: (relays: string[]) => Promise<void>,
): Promise<void> {
  const servers = handlers.map((handler) =>
    Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, handler)
  );
  try {
    await run(servers.map(({ addr }) => `http://127.0.0.1:${addr.port}`));
  } finally {
    await Promise.all(servers.map((server) => server.shutdown()));
  }
}

function json(value: unknown): Handler {
  return () => Response.json(value);
}

Deno.test("fetchBeacon() gives a verified beacon, from a base address with and without chain hash", async () => {
  await withRelays([honest], async ([relay]) => {
    const chain = `${relay}/${BEACON.chainHash.slice(2)}`;
    for (const base of [relay!, `${relay}/`, chain]) {
      const beacon = await fetchBeacon(5, { relays: [base], network });
      assert.deepEqual(beacon, BEACON.sign(5));
    }
  });
});

Deno.test("fetchBeacon() asks relays in order and stops at the first good answer", async () => {
  const asked: string[] = [];
  function noting(name: string, handler: Handler): Handler {
    return (request) => {
      asked.push(`${name} ${new URL(request.url).pathname}`);
      return handler(request);
    };
  }
  const down = noting("down", () => new Response("no", { status: 503 }));
  await withRelays([down, noting("good", honest), noting("spare", honest)], async (relays) => {
    assert.equal((await fetchBeacon(5, { relays, network })).round, 5);
  });
  assert.deepEqual(asked, ["down /public/5", "good /public/5"]);
});

Deno.test("fetchBeacon() says of every relay what it did", async () => {
  const signature = toHex(BEACON.sign(6).signature).slice(2);
  const forged = toHex(ROUNDS.get(1)!).slice(2);
  const cases: [Handler, RegExp][] = [
    [() => new Response("no", { status: 500 }), /HTTP 500/],
    [beaconHandler(BEACON, { now: () => 1_000 }), /HTTP 425 \(not due yet\)/],
    [() => new Response("<html>"), /its answer is not JSON/],
    [() => new Response(null), /its answer is not JSON/],
    [json(null), /its answer is not a JSON object/],
    [json([]), /no number as round/],
    [json({ round: "5", signature }), /no number as round/],
    [json({ round: 5 }), /no text as signature/],
    [json({ round: 5, signature: signature.slice(2) }), /expected 48 bytes/],
    [json({ round: 5, signature: "zz".repeat(48) }), /pairs of hexadecimal digits/],
    [json({ round: 6, signature }), /it answered with round 6/],
    [json({ round: 5, signature }), /not this network's for round 5/],
    [json({ round: 5, signature: forged }), /not this network's for round 5/],
    [() => new Response(Uint8Array.of(0xff, 0xfe)), /not valid|invalid|decod/i],
    [() => Response.redirect("http://127.0.0.1/"), /redirect/i],
  ];
  await withRelays(cases.map(([handler]) => handler), async (relays) => {
    const failed = fetchBeacon(5, { relays, network });
    const error = await failed.then(() => assert.fail("it succeeded"), (error) => error);
    assert.ok(error instanceof AggregateError);
    assert.match(error.message, /^no relay gave beacon 5: http/);
    assert.equal(error.errors.length, cases.length);
    cases.forEach(([, message], i) => {
      assert.match(error.errors[i].message, message, `case ${i}`);
      assert.ok(error.message.includes(`${relays[i]}: ${error.errors[i].message}`));
    });
  });
});

Deno.test("fetchBeacon() reads no more than 4 KB of an endless answer", async () => {
  let sent = 0;
  const endless: Handler = () =>
    new Response(
      new ReadableStream({
        pull(controller) {
          sent += 1_024;
          controller.enqueue(new Uint8Array(1_024).fill(0x20));
        },
      }, { highWaterMark: 0 }),
    );
  await withRelays([endless, honest], async (relays) => {
    assert.equal((await fetchBeacon(5, { relays, network })).round, 5);
    await assert.rejects(
      fetchBeacon(5, { relays: relays.slice(0, 1), network }),
      /its answer is larger than 4096 bytes/,
    );
  });
  assert.ok(sent < 64 * 2 ** 20, `${sent} bytes were sent`);
});

Deno.test("fetchBeacon() gives up on a relay that stalls, before or amid its answer", async () => {
  const { promise: never, resolve: release } = Promise.withResolvers<Response>();
  const silent: Handler = () => never;
  const halting: Handler = () =>
    new Response(new ReadableStream({ start: (c) => c.enqueue(Uint8Array.of(0x7b)) }));
  await withRelays([silent, halting], async (relays) => {
    try {
      await assert.rejects(
        fetchBeacon(5, { relays, network, timeoutMs: 50 }),
        /no whole answer within 50 ms; .*: no whole answer within 50 ms$/,
      );
    } finally {
      release(new Response());
    }
  });
});

Deno.test("fetchBeacon() reports a relay that cannot be reached", async () => {
  const relays = ["http://127.0.0.1:1", "nonsense"];
  await assert.rejects(fetchBeacon(5, { relays, network }), (error) => {
    assert.ok(error instanceof AggregateError);
    assert.match(
      error.message,
      /no relay gave beacon 5: http:\/\/127\.0\.0\.1:1: .+; nonsense: .+/,
    );
    return true;
  });
});

Deno.test("fetchBeacon() ends with the signal's reason when aborted", async () => {
  const controller = new AbortController();
  const reason = new Error("the tick is over");
  let asked = 0;
  const aborting = () => {
    asked++;
    controller.abort(reason);
    return Promise.reject(new Error("interrupted"));
  };
  const options = { relays: ["http://a"], network, signal: controller.signal };
  await assert.rejects(fetchBeacon(5, { ...options, fetch: aborting }), reason);
  assert.equal(asked, 1);
  await assert.rejects(fetchBeacon(5, { ...options, fetch: aborting }), reason);
  assert.equal(asked, 1);
});

Deno.test("fetchBeacon() refuses a round that is none, and no relays, before asking", async () => {
  const fetch = () => assert.fail("it asked");
  for (const round of [0, -1, 1.5, NaN]) {
    await assert.rejects(fetchBeacon(round, { relays: ["http://a"], network, fetch }), RangeError);
  }
  await assert.rejects(fetchBeacon(1, { relays: [], network, fetch }), /at least one relay/);
});

Deno.test("fetchBeacon() asks quicknet's relays below its chain hash and verifies their answer", async () => {
  const urls: string[] = [];
  const signature = toHex(ROUNDS.get(1_000)!).slice(2);
  const fetch = (url: string | URL | Request) => {
    urls.push(String(url));
    return Promise.resolve(Response.json({ round: 1_000, randomness: "ignored", signature }));
  };
  const beacon = await fetchBeacon(1_000, { relays: QUICKNET_RELAYS, network: QUICKNET, fetch });
  assert.deepEqual(beacon.signature, ROUNDS.get(1_000));
  assert.deepEqual(urls, [
    "https://api.drand.sh/52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971/public/1000",
  ]);
});
