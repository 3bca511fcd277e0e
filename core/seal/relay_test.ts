import assert from "node:assert/strict";
import { toHex } from "../protocol/codec.ts";
import { QUICKNET } from "./quicknet.ts";
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

/** What a relay may do instead of giving the beacon, by name. */
const BAD_RELAYS: Record<string, Handler> = {
  "a signature of another key": json({ round: 5, signature: toHex(ROUNDS.get(1)!).slice(2) }),
  "a signature of another round": json({ ...answer(6), round: 5 }),
  "a negated signature": json({
    round: 5,
    signature: toHex(BEACON.sign(5).signature.with(0, BEACON.sign(5).signature[0]! ^ 0x20)).slice(
      2,
    ),
  }),
  "infinity": json({ round: 5, signature: `c0${"00".repeat(47)}` }),
  "another round": json(answer(6)),
  "the round as text": json({ ...answer(5), round: "5" }),
  "a page of HTML with status 200": () =>
    new Response("<!doctype html><title>Sign in</title>", {
      headers: { "content-type": "text/html" },
    }),
  "JSON with more behind it": () => new Response(`${JSON.stringify(answer(5))}<!-- -->`),
  "an answer in another encoding": () =>
    new Response(Uint8Array.from(`\ufeff${JSON.stringify(answer(5))}`, (c) => c.charCodeAt(0))),
  "an answer that is too large": () => new Response(JSON.stringify(answer(5)).padEnd(4_097)),
  "an answer that breaks off": () =>
    new Response(JSON.stringify(answer(5)).slice(0, -1), { headers: { connection: "close" } }),
  "no content": () => new Response(null, { status: 204 }),
  "too many requests": () => new Response("slow down", { status: 429 }),
};

function answer(round: number): { round: number; signature: string } {
  return { round, signature: toHex(BEACON.sign(round).signature).slice(2) };
}

Deno.test("fetchBeacon() takes the next relay's answer after any bad one", async () => {
  for (const [name, bad] of Object.entries(BAD_RELAYS)) {
    let asked = 0;
    const counted: Handler = (request) => {
      asked++;
      return bad(request);
    };
    await withRelays([counted, honest], async (relays) => {
      assert.deepEqual(await fetchBeacon(5, { relays, network }), BEACON.sign(5), name);
      await assert.rejects(fetchBeacon(5, { relays: [relays[0]!], network }), AggregateError, name);
    });
    assert.equal(asked, 2, name);
  }
});

Deno.test("fetchBeacon() takes the next relay's answer after one that never ends", async () => {
  const asked: string[] = [];
  const fetch: typeof globalThis.fetch = (url, init) => {
    asked.push(String(url));
    if (asked.length > 1) return Promise.resolve(Response.json(answer(5)));
    const { promise, reject } = Promise.withResolvers<Response>();
    init!.signal!.addEventListener("abort", () => reject(init!.signal!.reason));
    return promise;
  };
  const relays = ["http://a", "http://b", "http://c"];
  const beacon = await fetchBeacon(5, { relays, network, timeoutMs: 20, fetch });
  assert.deepEqual(beacon, BEACON.sign(5));
  assert.deepEqual(asked, ["http://a/public/5", "http://b/public/5"]);
});

Deno.test("fetchBeacon() follows no redirect, not even to a good answer", async () => {
  let asked = 0;
  const target: Handler = (request) => {
    asked++;
    return honest(request);
  };
  await withRelays([target], async ([base]) => {
    for (const status of [301, 302, 303, 307, 308]) {
      const redirect = () => Response.redirect(`${base}/public/5`, status);
      await withRelays([redirect], async (relays) => {
        await assert.rejects(fetchBeacon(5, { relays, network }), /redirect/i);
      });
    }
  });
  assert.equal(asked, 0);
});

Deno.test("fetchBeacon() gives each relay's whole answer no more than its time, however it trickles", async () => {
  const stop = new AbortController();
  const trickling: Handler = () =>
    new Response(
      new ReadableStream({
        async pull(controller) {
          await new Promise((resolve) => setTimeout(resolve, 10));
          if (stop.signal.aborted) return controller.close();
          controller.enqueue(Uint8Array.of(0x20));
        },
      }),
    );
  await withRelays([trickling], async (relays) => {
    await assert.rejects(
      fetchBeacon(5, { relays, network, timeoutMs: 100 }),
      /no whole answer within 100 ms$/,
    );
    stop.abort();
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
