/**
 * The verified reader among gateways that lie, break off, hang or answer nonsense, over real HTTP: it never
 * delivers a wrong byte, finishes wherever one gateway is honest, and otherwise says who did what.
 */
import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { writeCar } from "./car.ts";
import type { Cid } from "./cid.ts";
import { gateway } from "./gateway.ts";
import { seededBytes, seededRandom, serve, stored, type TestServer } from "./testing.ts";
import { cat, type GatewayEvent, read, type ReadOptions, RetrievalError } from "./read.ts";
import type { MemoryStore } from "./store.ts";

const FILE = seededBytes("wanted", 7_000_000);
const OTHER = seededBytes("not wanted", 3_000_000);
const LIMITS = { maxBytes: FILE.length };
/** Where a gateway is silent: short, so that the test is, and too short for a busy machine elsewhere. */
const IMPATIENT = { idleMs: 300, blockMs: 600 };
const CAR = "application/vnd.ipld.car; version=1; order=dfs; dups=y";
const RAW = "application/vnd.ipld.raw";

interface Fixture {
  cid: Cid;
  honest: (request: Request) => Promise<Response>;
  other: { cid: Cid; store: MemoryStore };
}

type Handler = (request: Request) => Response | Promise<Response>;

interface BadGateway {
  name: string;
  /** What the events say of it. */
  kind: "lied" | "failed";
  detail: RegExp;
  /** Whether it takes a time limit to get past it. */
  slow?: boolean;
  make: (fixture: Fixture) => Handler;
}

const asksCar = (request: Request) => request.url.includes("format=car");

/** A body whose pieces go through `change`, which may also end or break it. */
function altered(
  response: Response,
  change: (piece: Uint8Array, at: number) => Uint8Array | "end" | "break",
): Response {
  const body = response.body!.getReader();
  let at = 0;
  const stream = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await body.read();
      if (done) return controller.close();
      const piece = change(value, at);
      at += value.length;
      if (piece === "break") controller.error(new Error("broken on purpose"));
      else if (piece === "end") controller.close();
      else controller.enqueue(piece);
    },
    cancel: (reason) => body.cancel(reason),
  });
  const headers = new Headers(response.headers);
  headers.delete("content-length");
  return new Response(stream, { status: response.status, headers });
}

function flipped(piece: Uint8Array, index: number): Uint8Array {
  const copy = piece.slice();
  copy[index] = copy[index]! ^ 0x10;
  return copy;
}

/** Bytes without end; `sent` counts them. */
function flood(
  start: Uint8Array,
  piece: () => Uint8Array | Promise<Uint8Array>,
  sent?: { bytes: number },
) {
  let first = true;
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const next = first ? start : await piece();
      first = false;
      if (sent) sent.bytes += next.length;
      controller.enqueue(next);
    },
  });
}

const GIGABYTES = Uint8Array.from([1, 0, 0x80, 0xde, 0xa0, 0xcb, 0x05]); // a header, then "1.5 GB follow"

const BAD: BadGateway[] = [
  {
    name: "a flipped bit in every block",
    kind: "lied",
    detail: /sent bytes that are not block/,
    make: ({ honest }) => async (request) =>
      altered(await honest(request), (piece) => flipped(piece, piece.length - 1)),
  },
  {
    name: "a flipped bit in every fifth block",
    kind: "lied",
    detail: /sent bytes that are not block/,
    make: ({ honest }) => {
      let pieces = 0;
      return async (request) =>
        altered(await honest(request), (piece) => ++pieces % 5 === 0 ? flipped(piece, 100) : piece);
    },
  },
  {
    name: "a stream that breaks",
    kind: "failed",
    detail: /./,
    make: ({ honest }) => async (request) =>
      altered(
        await honest(request),
        (piece, at) => at > 0 ? "break" : piece.subarray(0, piece.length >> 1),
      ),
  },
  {
    name: "an archive that ends early but cleanly",
    kind: "failed",
    detail: /CAR ended early|HTTP 500/,
    make: ({ honest }) => async (request) =>
      asksCar(request)
        ? altered(await honest(request), (piece, at) => at > 2_500_000 ? "end" : piece)
        : new Response("no blocks today", { status: 500 }),
  },
  {
    name: "a section of 1.5 GB",
    kind: "lied",
    detail: /announces a length over/,
    make: () => () =>
      new Response(flood(GIGABYTES, () => new Uint8Array(65_536)), {
        headers: { "content-type": CAR },
      }),
  },
  {
    name: "a block without end",
    kind: "lied",
    detail: /sent over 2097152 bytes/,
    make: () => (request) =>
      asksCar(request)
        ? new Response(null, { status: 406 })
        : new Response(flood(new Uint8Array(1), () => new Uint8Array(65_536)), {
          headers: { "content-type": RAW },
        }),
  },
  {
    name: "a block of 1.5 GB by its Content-Length",
    kind: "lied",
    detail: /sent over 2097152 bytes/,
    make: () => (request) => {
      if (asksCar(request)) return new Response(null, { status: 406 });
      const headers = { "content-type": RAW, "content-length": "1500000000" };
      // Silent after the first byte: it must be refused for what it announces.
      return new Response(flood(new Uint8Array(1), () => new Promise(() => {})), { headers });
    },
  },
  {
    name: "a flood of good blocks that nobody asked for",
    kind: "failed",
    detail: /the CAR has block ba\w+ where/,
    make: ({ other }) => (request) => {
      if (!asksCar(request)) return new Response(null, { status: 404 });
      const one = () => new Response(writeCar(other.cid, other.store)).bytes();
      return new Response(flood(new Uint8Array(0), one), { headers: { "content-type": CAR } });
    },
  },
  {
    name: "the archive of another file",
    kind: "lied",
    detail: /sent bytes that are not block/,
    make: ({ other }) => {
      const theirs = gateway(other.store);
      return (request) =>
        theirs(new Request(request.url.replace(/ipfs\/\w+/, `ipfs/${other.cid}`)));
    },
  },
  {
    name: "the right CIDs over the wrong bytes",
    kind: "lied",
    detail: /sent bytes that are not block/,
    make: ({ honest }) => async (request) =>
      altered(await honest(request), (piece) => {
        const copy = piece.slice();
        if (piece.length > 1000) copy.fill(0, 200);
        return copy;
      }),
  },
  {
    name: "an HTML page with status 200",
    kind: "failed",
    detail: /answered with text\/html/,
    make: () => () => new Response("<h1>Log in</h1>", { headers: { "content-type": "text/html" } }),
  },
  {
    name: "an HTML page that claims to be what was asked",
    kind: "lied",
    detail: /./,
    make: () => (request) =>
      new Response("<h1>Log in</h1>", {
        headers: { "content-type": asksCar(request) ? CAR : RAW },
      }),
  },
  {
    name: "silence",
    kind: "failed",
    detail: /sent nothing for 300 ms/,
    slow: true,
    make: () => () => new Promise(() => {}),
  },
  {
    name: "silence in the midst of a block",
    kind: "failed",
    detail: /sent nothing for 300 ms/,
    slow: true,
    make: ({ honest }) => async (request) => {
      const body = new Uint8Array(await (await honest(request)).arrayBuffer());
      const half = body.subarray(0, body.length >> 1);
      const stream = flood(half, () => new Promise<Uint8Array>(() => {}));
      return new Response(stream, { headers: { "content-type": asksCar(request) ? CAR : RAW } });
    },
  },
  {
    name: "a trickle that is never silent",
    kind: "failed",
    detail: /took over 600 ms for a block/,
    slow: true,
    make: () => (request) => {
      const drop = () =>
        new Promise<Uint8Array>((done) => setTimeout(() => done(new Uint8Array(1)), 50));
      const start = Uint8Array.from([1, 0, 0xff, 0xff, 0x3f]); // a section of 1 MiB
      return new Response(flood(start, drop), {
        headers: { "content-type": asksCar(request) ? CAR : RAW },
      });
    },
  },
  {
    name: "429 Too Many Requests",
    kind: "failed",
    detail: /HTTP 429/,
    make: () => () => new Response("slow down", { status: 429 }),
  },
  {
    name: "an empty answer",
    kind: "failed",
    detail: /./,
    make: () => (request) =>
      asksCar(request)
        ? new Response(new Uint8Array(0), { headers: { "content-type": CAR } })
        : new Response(null, { status: 204 }),
  },
];

async function fixture(): Promise<Fixture> {
  const { cid, store } = await stored(FILE);
  return { cid, honest: gateway(store), other: await stored(OTHER) };
}

/** Reads by `cat` and checks each piece on arrival; returns how many bytes came, and the error if any. */
async function readChecked(cid: Cid, gateways: string[], options: Partial<ReadOptions> = {}) {
  let at = 0;
  try {
    for await (const piece of cat(cid, { gateways, ...LIMITS, ...options })) {
      deepEqual(piece, FILE.subarray(at, at + piece.length), "a wrong byte came out");
      at += piece.length;
    }
    return { at, error: undefined };
  } catch (error) {
    return { at, error };
  }
}

for (const { name, kind, detail, slow, make } of BAD) {
  Deno.test(`read() alone with ${name}: one error that says so`, async () => {
    const parts = await fixture();
    await using bad = serve(make(parts));
    const { error } = await readChecked(parts.cid, [bad.url], slow ? IMPATIENT : {});
    ok(error instanceof RetrievalError, `${error}`);
    match(
      error.message,
      new RegExp(`^Cannot read (block ba\\w+ of )?${parts.cid} from IPFS: ${bad.url} `),
    );
    ok(
      error.events.some((event) => event.kind === kind && detail.test(event.detail)),
      error.message,
    );
    ok(error.events.every((event) => event.gateway === bad.url));
    ok(detail.test(error.message), error.message);
    ok(!error.message.includes("\n"), error.message);
  });

  Deno.test(`read() past ${name}: an honest gateway behind it delivers`, async () => {
    const parts = await fixture();
    await using bad = serve(make(parts));
    await using good = serve(parts.honest);
    const events: GatewayEvent[] = [];
    const { at, error } = await readChecked(parts.cid, [bad.url, good.url], {
      ...(slow && IMPATIENT),
      onEvent: (event) => events.push(event),
    });
    equal(error, undefined);
    equal(at, FILE.length);
    ok(events.some((event) => event.gateway === bad.url && event.kind !== "served"));
    const lies = events.filter((event) =>
      event.gateway === bad.url && event.kind === "lied"
    ).length;
    ok(lies <= 1, "a liar is not asked again");
    // Unless the limits are so short that a busy machine could break them.
    const blamed = events.some((event) => event.gateway === good.url && event.kind !== "served");
    equal(blamed && !slow, false);
  });
}

Deno.test("read() finds the one honest gateway among all the bad ones", async () => {
  const parts = await fixture();
  const servers: TestServer[] = BAD.map(({ make }) => serve(make(parts)));
  await using good = serve(parts.honest);
  try {
    const gateways = [...servers.map(({ url }) => url), good.url];
    deepEqual(await read(parts.cid, { gateways, ...LIMITS, ...IMPATIENT }), FILE);
  } finally {
    await Promise.all(servers.map((server) => server[Symbol.asyncDispose]()));
  }
});

Deno.test("read() among all the bad ones alone ends in one error that names each", async () => {
  const parts = await fixture();
  // Without the ones whose honest part would add up to the whole file.
  const servers = BAD.filter(({ name }) => !/fifth|early/.test(name)).map(({ make }) =>
    serve(make(parts))
  );
  try {
    const gateways = servers.map(({ url }) => url);
    await rejects(read(parts.cid, { gateways, ...LIMITS, ...IMPATIENT }), (error: unknown) => {
      ok(error instanceof RetrievalError);
      for (const url of gateways) ok(error.message.includes(`${url} `), `${url} is missing`);
      ok(!error.message.includes("was not asked"));
      return true;
    });
  } finally {
    await Promise.all(servers.map((server) => server[Symbol.asyncDispose]()));
  }
});

/** A listener that accepts and hangs up: at once, or after the first line of an answer. */
function hangUp(greeting: string): { url: string } & Disposable {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  (async () => {
    for await (const connection of listener) {
      if (greeting !== "") {
        await connection.read(new Uint8Array(4096));
        await connection.write(new TextEncoder().encode(greeting));
      }
      connection.close();
    }
  })();
  return {
    url: `http://127.0.0.1:${listener.addr.port}`,
    [Symbol.dispose]: () => listener.close(),
  };
}

for (
  const [name, greeting] of [
    ["a closing socket", ""],
    ["a socket that closes within the headers", "HTTP/1.1 200 OK\r\ncontent-type: appl"],
    ["something that is not HTTP", "220 smtp.example ESMTP\r\n"],
    [
      "a socket that closes within the body",
      `HTTP/1.1 200 OK\r\ncontent-type: ${CAR}\r\ncontent-length: 9000\r\n\r\n\x01\x00`,
    ],
  ] as const
) {
  Deno.test(`read() past ${name}`, async () => {
    const { cid, honest } = await fixture();
    using bad = hangUp(greeting);
    await using good = serve(honest);
    const alone = await readChecked(cid, [bad.url]);
    ok(alone.error instanceof RetrievalError, `${alone.error}`);
    ok(alone.error.message.includes(`${bad.url} failed: `), alone.error.message);
    deepEqual(await readChecked(cid, [bad.url, good.url]), { at: FILE.length, error: undefined });
  });
}

Deno.test("read() past a gateway that nobody runs", async () => {
  const { cid, honest } = await fixture();
  await using good = serve(honest);
  // After the honest one, which could get its port otherwise.
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const dead = `http://127.0.0.1:${listener.addr.port}`;
  listener.close();
  deepEqual(await readChecked(cid, [dead, good.url]), { at: FILE.length, error: undefined });
  ok((await readChecked(cid, [dead])).error instanceof RetrievalError);
});

for (const type of [CAR, RAW]) {
  Deno.test(`read() hangs up on a liar at once, whatever it would still send as ${type.slice(0, 24)}`, async () => {
    const { cid, honest } = await fixture();
    const sent = { bytes: 0 };
    await using liar = serve((request) =>
      asksCar(request) === (type === CAR)
        ? new Response(flood(GIGABYTES, () => new Uint8Array(65_536), sent), {
          headers: { "content-type": type },
        })
        : new Response(null, { status: 406 })
    );
    await using blocksOnly = serve((request) =>
      asksCar(request) ? new Response(null, { status: 406 }) : honest(request)
    );
    deepEqual(await readChecked(cid, [liar.url, blocksOnly.url]), {
      at: FILE.length,
      error: undefined,
    });
    // What fits into the buffers of two sockets, no more.
    ok(sent.bytes > 0 && sent.bytes < 32_000_000, `${sent.bytes} bytes were taken`);
  });
}

Deno.test("read() does not ask a liar again", async () => {
  const { cid, honest } = await fixture();
  await using liar = serve(async (request) =>
    altered(await honest(request), (piece) => flipped(piece, piece.length - 1))
  );
  const { error } = await readChecked(cid, [liar.url]);
  ok(error instanceof RetrievalError && error.events.length === 1);
  equal(liar.requests.length, 1);
});

Deno.test("read() asks those that failed last", async () => {
  const { cid, honest } = await fixture();
  await using bad = serve(() => new Response(null, { status: 429 }));
  await using blocksOnly = serve((request) =>
    asksCar(request) ? new Response(null, { status: 406 }) : honest(request)
  );
  deepEqual(await readChecked(cid, [bad.url, blocksOnly.url]), {
    at: FILE.length,
    error: undefined,
  });
  equal(bad.requests.length, 2, "one archive and one block");
});

Deno.test("read() keeps its time limits where fetch does not hear of an abort", async () => {
  const { cid, honest } = await fixture();
  const deaf = async (url: string | URL | Request, init?: RequestInit) => {
    const request = new Request(url as string, { headers: init!.headers! });
    if (request.url.startsWith("http://never.example")) {
      return await new Promise<Response>(() => {});
    }
    const response = await honest(request);
    if (!request.url.startsWith("http://half.example")) return response;
    const body = await response.bytes();
    const stream = flood(body.subarray(0, body.length >> 1), () => new Promise(() => {}));
    return new Response(stream, { headers: response.headers });
  };
  const options = { idleMs: 100, fetch: deaf as typeof fetch };
  const bad = ["http://never.example", "http://half.example"];
  deepEqual(await readChecked(cid, [...bad, "http://good.example"], options), {
    at: FILE.length,
    error: undefined,
  });
  const { error } = await readChecked(cid, bad, options);
  ok(error instanceof RetrievalError, `${error}`);
});

Deno.test("read() delivers no wrong byte wherever in the answers bits flip", async () => {
  const { cid, honest } = await fixture();
  const random = seededRandom(99);
  for (let i = 0; i < 12; i++) {
    const share = random();
    await using bad = serve(async (request) =>
      altered(
        await honest(request),
        (piece) => random() < share ? flipped(piece, Math.floor(random() * piece.length)) : piece,
      )
    );
    await using good = serve(honest);
    deepEqual(await readChecked(cid, [bad.url, good.url]), { at: FILE.length, error: undefined });
    const alone = await readChecked(cid, [bad.url]);
    ok(
      alone.error === undefined ? alone.at === FILE.length : alone.error instanceof RetrievalError,
    );
  }
});
