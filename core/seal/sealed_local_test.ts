/** What opening takes from the machine it runs on: WebCrypto, and nothing else. */
import assert from "node:assert/strict";
import { QUICKNET } from "./quicknet.ts";
import { InvalidSeal, payloadContext, seal, unseal } from "./sealed.ts";
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

Deno.test("where WebCrypto does not decrypt, the tag tells whether the bytes open", async () => {
  await withCrypto("decrypt", [FAULT], async () => {
    assert.deepEqual(await unseal(SEALED_PAYLOAD, { signature, context }), PLAIN);
  });
  const empty = await seal(new Uint8Array(0), { round: ROUND, publicKey, context });
  await withCrypto("decrypt", [FAULT], async () => {
    assert.equal((await unseal(empty, { signature, context })).length, 0);
  });
  for (const at of [177, SEALED_PAYLOAD.length - 17, SEALED_PAYLOAD.length - 16, -1]) {
    const altered = SEALED_PAYLOAD.with(at, SEALED_PAYLOAD.at(at)! ^ 0x80);
    await assert.rejects(unseal(altered, { signature, context }), InvalidSeal, `byte ${at}`);
  }
});

Deno.test("bytes are not refused while WebCrypto fails to seal them again", async () => {
  for (const error of [FAULT, new RangeError("Array buffer allocation failed")]) {
    await withCrypto("encrypt", [error], async () => {
      await assert.rejects(unseal(ALTERED, { signature, context }), (e) => e === error);
    });
  }
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
