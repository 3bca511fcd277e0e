import assert from "node:assert/strict";
import { type EndablePort, oneShotCaller } from "./one_shot.ts";
import { serve } from "./rpc.ts";

interface Jobs {
  double: { input: number; output: number };
  work: { input: number; output: string };
  hang: { input: undefined; output: never };
}

/** Both ends of a real channel as a worker, and how many were ended. */
function workers() {
  const ended: number[] = [];
  let started = 0;
  const start = (): EndablePort => {
    const number = started++;
    const { port1, port2 } = new MessageChannel();
    port1.start();
    port2.start();
    serve<Jobs>(port1 as unknown as EndablePort, {
      double: (value) => value * 2,
      async work(steps, { progress }) {
        for (let i = 1; i <= steps; i++) {
          await new Promise((resolve) => setTimeout(resolve, 400));
          progress(i / steps);
        }
        return "done";
      },
      hang: () => new Promise<never>(() => {}),
    });
    const terminate = () => {
      ended.push(number);
      port1.close();
      port2.close();
    };
    return Object.assign(port2 as unknown as EndablePort, { terminate });
  };
  return { start, ended };
}

Deno.test("each call has a worker of its own, which ends with it", async () => {
  const { start, ended } = workers();
  const call = oneShotCaller<Jobs>(start);
  assert.deepEqual(await Promise.all([call("double", 1), call("double", 2)]), [2, 4]);
  assert.deepEqual(ended.sort(), [0, 1]);
});

Deno.test("a worker that hangs is ended; one that shows progress may take its time", async () => {
  const { start, ended } = workers();
  const call = oneShotCaller<Jobs>(start, { patienceMs: 1000 });
  await assert.rejects(call("hang", undefined), {
    name: "RangeError",
    message: /nothing happened/,
  });
  assert.deepEqual(ended, [0]);
  assert.equal(await call("work", 3), "done");
  assert.deepEqual(ended, [0, 1]);
});

Deno.test("cancelling ends the worker at once; what is cancelled before never starts one", async () => {
  const { start, ended } = workers();
  const call = oneShotCaller<Jobs>(start);
  const abort = new AbortController();
  const waiting = call("hang", undefined, { signal: abort.signal });
  abort.abort();
  await assert.rejects(waiting, { name: "AbortError" });
  assert.deepEqual(ended, [0]);
  await assert.rejects(call("double", 1, { signal: abort.signal }), { name: "AbortError" });
  assert.deepEqual(ended, [0]);
});
