import assert from "node:assert/strict";
import { type Caller, createCaller, type Handlers, type Port, serve } from "./rpc.ts";

interface Jobs {
  double: { input: number; output: number };
  fill: { input: number; output: { bytes: Uint8Array } };
  fail: { input: string; output: never };
  wait: { input: undefined; output: string };
}

/** Both ends, connected by a real channel. */
async function connected(
  handlers: Partial<Handlers<Jobs>>,
  work: (call: Caller<Jobs>) => Promise<void>,
): Promise<void> {
  const { port1, port2 } = new MessageChannel();
  port1.start();
  port2.start();
  serve<Jobs>(port1 as unknown as Port, handlers as Handlers<Jobs>);
  try {
    await work(createCaller<Jobs>(port2 as unknown as Port));
  } finally {
    port1.close();
    port2.close();
  }
}

Deno.test("calls get their own answers, whatever the order", async () => {
  const double = async (value: number) => {
    if (value === 1) await new Promise((resolve) => setTimeout(resolve, 5));
    return value * 2;
  };
  await connected({ double }, async (call) => {
    const answers = Promise.all([1, 2, 3].map((value) => call("double", value)));
    assert.deepEqual(await answers, [2, 4, 6]);
  });
});

Deno.test("arrays come over without a copy, progress before the answer", async () => {
  const shares: number[] = [];
  let kept: Uint8Array | undefined;
  const fill: Handlers<Jobs>["fill"] = (length, { progress }) => {
    progress(0.5);
    return { bytes: kept = new Uint8Array(length).fill(7) };
  };
  await connected({ fill }, async (call) => {
    const { bytes } = await call("fill", 3, { onProgress: (share) => shares.push(share) });
    assert.deepEqual([...bytes], [7, 7, 7]);
    assert.equal(kept!.length, 0, "its buffer has changed hands");
    assert.deepEqual(shares, [0.5]);
  });
});

Deno.test("failures keep their name and message", async () => {
  const fail = (message: string) => {
    throw new RangeError(message);
  };
  await connected({ fail }, async (call) => {
    await assert.rejects(call("fail", "too large"), { name: "RangeError", message: "too large" });
  });
});

Deno.test("a cancelled call rejects at once, and the worker hears of it", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const wait: Handlers<Jobs>["wait"] = (_input, { signal }) =>
    new Promise((answer) => {
      signal.addEventListener("abort", () => {
        resolve();
        answer("late");
      });
    });
  await connected({ wait }, async (call) => {
    const abort = new AbortController();
    const waiting = call("wait", undefined, { signal: abort.signal });
    abort.abort(new DOMException("left", "AbortError"));
    await assert.rejects(waiting, { name: "AbortError" });
    await promise;
    assert.throws(() => abort.signal.throwIfAborted());
    await assert.rejects(call("wait", undefined, { signal: abort.signal }), { name: "AbortError" });
  });
});

Deno.test("calls of a worker that breaks reject instead of waiting for ever", async () => {
  const port = new EventTarget() as EventTarget & { postMessage(message: unknown): void };
  port.postMessage = () => {};
  const call = createCaller<Jobs>(port as Port);
  const waiting = [call("double", 1), call("wait", undefined)];
  port.dispatchEvent(new Event("error"));
  for (const result of waiting) {
    await assert.rejects(result, /worker broke: it could not be loaded/);
  }
  const later = call("double", 2);
  port.dispatchEvent(new ErrorEvent("error", { message: "out of memory" }));
  await assert.rejects(later, /worker broke: out of memory/);
});
