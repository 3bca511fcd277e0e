/** What opening takes from the machine it runs on: WebCrypto, and nothing else. */
import assert from "node:assert/strict";
import { QUICKNET } from "./quicknet.ts";
import { InvalidSeal, payloadContext, unseal } from "./sealed.ts";
import { ROUNDS } from "./testing/points.ts";
import { OWNER, PLAIN, ROUND, SEALED_PAYLOAD } from "./testing/vectors.ts";

const { publicKey } = QUICKNET;
const signature = ROUNDS.get(ROUND)!;
const context = payloadContext(OWNER);

/** Runs while the next calls of one of WebCrypto's functions fail, each with its error. */
async function withCrypto(
  name: "importKey" | "decrypt" | "encrypt",
  errors: Error[],
  run: () => Promise<void>,
): Promise<void> {
  const { subtle } = crypto;
  const original = subtle[name] as (...args: unknown[]) => Promise<unknown>;
  const left = [...errors];
  const failing = (...args: unknown[]) => {
    const error = left.shift();
    return error === undefined ? original.apply(subtle, args) : Promise.reject(error);
  };
  Object.defineProperty(subtle, name, { value: failing, configurable: true });
  try {
    await run();
    assert.equal(left.length, 0, `${name} was not called so often`);
  } finally {
    Reflect.deleteProperty(subtle, name);
  }
}

const ALTERED = SEALED_PAYLOAD.with(-1, SEALED_PAYLOAD.at(-1)! ^ 1);
const FAULT = new DOMException("of this machine", "OperationError");

Deno.test("a failure of WebCrypto itself is no verdict on the bytes", async () => {
  const cases: ["importKey" | "decrypt", Error][] = [
    ["importKey", FAULT],
    ["decrypt", new DOMException("local", "QuotaExceededError")],
    ["decrypt", new DOMException("local", "NotSupportedError")],
    ["decrypt", new TypeError("local")],
  ];
  for (const [name, error] of cases) {
    for (const sealed of [SEALED_PAYLOAD, ALTERED]) {
      await withCrypto(name, [error], async () => {
        await assert.rejects(unseal(sealed, { signature, context }), (e) => e === error);
      });
    }
  }
});

Deno.test("bytes are refused only where WebCrypto opens others", async () => {
  for (const sealed of [SEALED_PAYLOAD, ALTERED]) {
    await withCrypto("decrypt", [FAULT, FAULT], async () => {
      await assert.rejects(unseal(sealed, { signature, context }), {
        name: "Error",
        message: /^WebCrypto does not open what it has just sealed/,
      });
    });
  }
  await withCrypto("encrypt", [FAULT], async () => {
    await assert.rejects(unseal(ALTERED, { signature, context }), (e) => e === FAULT);
  });
});

Deno.test("a passing failure of WebCrypto changes nothing", async () => {
  await withCrypto("decrypt", [FAULT], async () => {
    assert.deepEqual(await unseal(SEALED_PAYLOAD, { signature, context }), PLAIN);
  });
  await withCrypto("decrypt", [FAULT], async () => {
    await assert.rejects(unseal(ALTERED, { signature, context }), InvalidSeal);
  });
});

Deno.test("opening takes no clock and no network", async () => {
  const { fetch } = globalThis;
  const { now } = Date;
  const fails = () => assert.fail("it was asked");
  try {
    globalThis.fetch = fails;
    Date.now = fails;
    assert.deepEqual(await unseal(SEALED_PAYLOAD, { signature, context }), PLAIN);
  } finally {
    globalThis.fetch = fetch;
    Date.now = now;
  }
});

Deno.test("a worker opens and seals alike", async () => {
  const worker = new Worker(new URL("./testing/unseal_worker.ts", import.meta.url), {
    type: "module",
  });
  try {
    const answer = Promise.withResolvers<Uint8Array>();
    worker.onmessage = ({ data }) => answer.resolve(data);
    worker.onerror = (event) => {
      event.preventDefault();
      answer.reject(new Error(event.message));
    };
    worker.postMessage({ sealed: SEALED_PAYLOAD, signature, context, round: ROUND, publicKey });
    const sealed = await answer.promise;
    assert.notDeepEqual(sealed, SEALED_PAYLOAD);
    assert.deepEqual(await unseal(sealed, { signature, context }), PLAIN);
  } finally {
    worker.terminate();
  }
});
