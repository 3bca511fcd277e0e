import assert from "node:assert/strict";
import { fromHex, toHex } from "../protocol/codec.ts";
import { seededRandom } from "../protocol/testing/random.ts";
import type { Hex } from "../protocol/types.ts";
import { readPayload, readPayloads } from "./payload.ts";
import type { Provider } from "./provider.ts";
import { readSnapshot } from "./snapshot.ts";
import { startChain, type TestChain } from "./testing/chain.ts";
import { TestCompetition } from "./testing/competition.ts";
import { serveChain } from "./testing/http.ts";
import type { Call } from "./types.ts";
import { appendModelCall, submitModelCall } from "./writes.ts";

const OPEN = { id: 0, participants: 6, miners: 3, maxPerParticipant: 8 } as const;

async function submissionsOf({ provider, contract }: TestChain) {
  return (await readSnapshot(provider, { contract, id: 0 })).submissions;
}

/** Sends all calls into one block, in their order. */
async function sendTogether(chain: TestChain, calls: { from: Hex; call: Call }[]): Promise<void> {
  const request = (method: string, ...params: unknown[]) =>
    chain.provider.request({ method, params });
  await request("evm_setAutomine", false);
  for (const { from, call: { to, data } } of calls) {
    await request("eth_sendTransaction", { from, to, data, gas: "0x100000" });
  }
  await request("evm_mine");
  await request("evm_setAutomine", true);
}

Deno.test("payloads come back byte by byte, whatever their chunks", async () => {
  await using chain = await startChain();
  const competition = await TestCompetition.open(chain, OPEN);
  const random = seededRandom(41);
  const payloads: Uint8Array[] = [];
  for (const max of [1, 7, 100, 999, 1_000, 5_000]) {
    const payload = random.bytes(max === 1 ? 12 : 1_000);
    payloads.push(payload);
    await competition.submit(random.pick(competition.cast.participants), payload, { max });
  }
  const key = { contract: chain.contract, id: 0 };
  const submissions = await submissionsOf(chain);
  for (const submission of submissions) {
    const payload = await readPayload(chain.provider, { ...key, submission });
    assert.deepEqual(payload, payloads[submission.number]);
  }
  const read = await readPayloads(chain.provider, { ...key, submissions });
  assert.equal(read.failures.size, 0);
  assert.deepEqual([...read.payloads].sort(([a], [b]) => a - b), [...payloads.entries()]);
});

Deno.test("chunks in one block, of several authors and several uploads, are told apart", async () => {
  await using chain = await startChain();
  const { contract } = chain;
  const { participants: [anna, ben] } = (await TestCompetition.open(chain, OPEN)).cast as {
    participants: Hex[];
  } as { participants: [Hex, Hex] };
  const start = (size: number, data: Uint8Array) =>
    submitModelCall(contract, { id: 0, epoch: 0, size, data });
  const go = (offset: number, data: Uint8Array) =>
    appendModelCall(contract, { id: 0, offset, data });
  const bytes = (...values: number[]) => Uint8Array.from(values);
  await sendTogether(chain, [
    { from: anna, call: start(9, bytes(9, 9)) }, // Dropped by the next one.
    { from: anna, call: start(6, bytes(1)) },
    { from: ben, call: start(4, bytes(7, 7)) },
    { from: anna, call: go(1, bytes(2, 3)) },
  ]);
  await sendTogether(chain, [
    { from: anna, call: go(3, bytes(4)) },
    { from: ben, call: go(2, bytes(8)) },
    { from: anna, call: go(4, bytes(5, 6)) }, // Complete, and another one begins.
    { from: ben, call: go(3, bytes(9)) },
    { from: anna, call: start(2, bytes(5, 5)) },
  ]);
  const submissions = await submissionsOf(chain);
  const { payloads } = await readPayloads(chain.provider, { contract, id: 0, submissions });
  assert.deepEqual(submissions.map(({ author, upload }) => [author, upload]), [
    [anna, 2],
    [ben, 1],
    [anna, 3],
  ]);
  assert.deepEqual(payloads.get(0), bytes(1, 2, 3, 4, 5, 6));
  assert.deepEqual(payloads.get(1), bytes(7, 7, 8, 9));
  assert.deepEqual(payloads.get(2), bytes(5, 5));
});

Deno.test("the requests for payloads follow the longest chain of chunks, not their number", async () => {
  await using chain = await startChain();
  const competition = await TestCompetition.open(chain, OPEN);
  await using served = serveChain(chain.provider);
  const key = { contract: chain.contract, id: 0 };
  const posts: number[] = [];
  for (const count of [1, 19]) {
    for (let i = 0; i < count; i++) {
      const author = competition.cast.participants[i % 6]!;
      await competition.submit(author, Uint8Array.of(1, 2, i), { max: i === 0 ? 1 : 2 });
    }
    const submissions = await submissionsOf(chain);
    const before = served.posts.length;
    const progress: number[] = [];
    const read = await readPayloads(served.connect(), {
      ...key,
      submissions,
      onProgress: ({ done, total }) => {
        assert.equal(total, submissions.length);
        progress.push(done);
      },
    });
    assert.equal(read.payloads.size, submissions.length);
    assert.equal(progress.at(-1), submissions.length);
    assert.ok(progress.every((done, i) => i === 0 || done >= progress[i - 1]!));
    posts.push(served.posts.length - before);
  }
  assert.deepEqual(posts, [3, 3]);
});

Deno.test("large payloads are asked for in groups", async () => {
  await using chain = await startChain();
  const byteLimit = 2 ** 20;
  const competition = await TestCompetition.open(chain, { ...OPEN, byteLimit });
  const [author] = competition.cast.participants as [Hex];
  await competition.submit(author, new Uint8Array(1_000).fill(7));
  const [submission] = await submissionsOf(chain);
  // Only their sizes matter here: all of them have the same event.
  const submissions = Array.from({ length: 4 }, (_, number) => ({ ...submission!, number }));
  const sized = submissions.map((submission) => ({ ...submission, size: 5 * 2 ** 20 }));
  await using served = serveChain(chain.provider);
  const key = { contract: chain.contract, id: 0 };
  await readPayloads(served.connect(), { ...key, submissions });
  assert.equal(served.posts.length, 1);
  const { failures } = await readPayloads(served.connect(), { ...key, submissions: sized });
  assert.equal(served.posts.length, 5);
  assert.equal(failures.size, 4);
});

interface RawLog {
  data: Hex;
  topics: Hex[];
  blockNumber: Hex;
  logIndex: Hex;
  address: Hex;
  removed: boolean;
}

/** A node whose logs are changed by the test. */
function changing(provider: Provider, change: (logs: RawLog[]) => unknown): Provider {
  return {
    async request(call) {
      const answer = await provider.request(call);
      return call.method === "eth_getLogs" ? change(structuredClone(answer as RawLog[])) : answer;
    },
  };
}

/** Replaces byte `at` of a log's data. */
function poke(log: RawLog, at: number, value: number): RawLog {
  const bytes = fromHex(log.data, { max: 10_000 });
  bytes[at] = value;
  return { ...log, data: toHex(bytes) };
}

Deno.test("a node that lies about chunks is found out", async () => {
  await using chain = await startChain();
  const competition = await TestCompetition.open(chain, OPEN);
  const [author] = competition.cast.participants as [Hex];
  await competition.submit(author, seededRandom(42).bytes(100), { max: 60 });
  const [submission] = await submissionsOf(chain);
  const other: Hex = "0x00000000000000000000000000000000000000aa";
  const byte = (at: number, value: number) => (logs: RawLog[]) =>
    logs.map((log) => poke(log, at, value));
  const lies: [(logs: RawLog[]) => unknown, RegExp][] = [
    [() => [], /block \d+ has no chunks, of upload 1 of 0x/],
    [() => null, /at most 100 ModelChunk logs, not no list/],
    [([log]) => Array(101).fill(log), /at most 100 ModelChunk logs, not 101 logs/],
    [() => [7], /expected a log from the chain node/],
    [([log]) => [log, log], /has a chunk at 60 that does not end at 60/],
    [byte(4 * 32, 0), /the hash 0x[0-9a-f]{64}, but the contract recorded 0x/],
    [byte(31, 59), /has a chunk at 59 that does not end at 100/],
    [byte(63, 200), /names block 200 for the chunk before/],
    [byte(63, 0), /names block 0 for the chunk before/],
    [byte(95, 0x61), /expected bytes at 97 of a log/],
    [byte(95, 0xe0), /expected word 7, but there are/],
    [byte(96 + 31, 200), /expected bytes at 96 of a log, but it has 192 bytes/],
    [byte(96, 200), /up to 2\^53 - 1 in a log/],
    [([log]) => [{ ...log, address: other }], /a log that was not asked for/],
    [([log]) => [{ ...log, removed: true }], /a log that was not asked for/],
    [([log]) => [{ ...log, blockNumber: "0x1" }], /a log that was not asked for/],
    [([log]) => [{ ...log, topics: log!.topics.slice(0, 3) }], /a log that was not asked for/],
    [([log]) => [{ ...log, topics: Array(5).fill(log!.topics[0]) }], /at most four topics/],
    [([log]) => [{ ...log, topics: ["0x12"] }], /expected 32 bytes/],
    [([log]) => [{ ...log, data: `0x${"00".repeat(10_000)}` }], /expected at most 256 bytes/],
    [([log]) => [{ ...log, data: "0xzz" }], /hexadecimal digits/],
    [([log]) => [{ ...log, logIndex: undefined }], /index of a log/],
  ];
  const key = { contract: chain.contract, id: 0, submission: submission! };
  assert.equal((await readPayload(changing(chain.provider, (logs) => logs), key)).length, 100);
  for (const [lie, message] of lies) {
    await assert.rejects(
      readPayload(changing(chain.provider, lie), key),
      { message },
      `${message}`,
    );
  }
});

Deno.test("a payload that cannot be read stops no other", async () => {
  await using chain = await startChain();
  const competition = await TestCompetition.open(chain, OPEN);
  const [anna, ben] = competition.cast.participants as [Hex, Hex];
  await competition.submit(anna, Uint8Array.of(1, 2, 3));
  await competition.submit(ben, Uint8Array.of(4, 5, 6), { max: 1 });
  const submissions = await submissionsOf(chain);
  const failing = changing(chain.provider, (logs) => {
    if (logs[0]!.topics[2]!.endsWith(anna.slice(2))) throw new Error("no such luck");
    return logs;
  });
  const key = { contract: chain.contract, id: 0 };
  const { payloads, failures } = await readPayloads(failing, { ...key, submissions });
  assert.deepEqual([...payloads.keys()], [1]);
  assert.match(`${failures.get(0)}`, /no such luck/);
});

Deno.test("reading ends when its signal says so, with what is complete by then", async () => {
  await using chain = await startChain();
  const competition = await TestCompetition.open(chain, OPEN);
  const [anna, ben] = competition.cast.participants as [Hex, Hex];
  await competition.submit(anna, Uint8Array.of(1, 2, 3));
  await competition.submit(ben, Uint8Array.of(4, 5, 6), { max: 1 });
  const key = { contract: chain.contract, id: 0, submissions: await submissionsOf(chain) };
  const controller = new AbortController();
  const { payloads, failures } = await readPayloads(chain.provider, {
    ...key,
    signal: controller.signal,
    onProgress: () => controller.abort(new Error("no time left")),
  });
  assert.deepEqual([...payloads.keys()], [0]);
  assert.deepEqual([...failures].map(([number, { message }]) => [number, message]), [
    [1, "no time left"],
  ]);
});

Deno.test("a payload in more blocks than are read for one ends with an error", async () => {
  const author: Hex = "0x00000000000000000000000000000000000000aa";
  let asked = 0;
  // A node that has one byte in each block, for ever.
  const endless: Provider = {
    request({ params }) {
      asked++;
      const [{ fromBlock, topics, address }] = params as [
        { fromBlock: Hex; topics: Hex[]; address: Hex },
      ];
      const left = Number(fromBlock) - 1;
      const words = [left, left, 96, 1].map((value) => value.toString(16).padStart(64, "0"));
      const data = `0x${words.join("")}07${"00".repeat(31)}`;
      const log = { address, topics, data, blockNumber: fromBlock, logIndex: "0x0" };
      return Promise.resolve([log]);
    },
  };
  const submission = { author, upload: 1, size: 5_000, lastBlock: 5_000, hash: author };
  const key = { contract: author, id: 0, submission };
  await assert.rejects(readPayload(endless, key), /the last of 256 that are read/);
  assert.equal(asked, 256);
});
