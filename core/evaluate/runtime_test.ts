import assert from "node:assert/strict";
import { node, value } from "../model/onnx/build.ts";
import { DataType } from "../model/onnx/codec.ts";
import { inflateModel } from "../model/packing/inflate.ts";
import { evaluate } from "./evaluate.ts";
import { LocalFailure } from "./failure.ts";
import { goldenDigest, selfTest } from "./golden.ts";
import { isKnownRuntime, KNOWN_RUNTIMES } from "./known_runtimes.ts";
import { MAX_MEMORY_PAGES, withBoundedMemory, withCompiled } from "./memory.ts";
import { compileRuntime, type OrtModule, Runtime, startRuntime } from "./runtime.ts";
import { firstThree, packedOf, tableOf } from "./testing.ts";

const wasm = await Deno.readFile(
  new URL(import.meta.resolve("onnxruntime-web/ort-wasm-simd-threaded.wasm")),
);

function isLocal(code: string): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof LocalFailure, String(error));
    assert.equal(error.code, code, error.message);
    return true;
  };
}

Deno.test("startRuntime() refuses another .wasm file", async () => {
  const other = wasm.slice();
  other[1000]! ^= 1;
  await assert.rejects(startRuntime(other), isLocal("wrong-wasm"));
  await assert.rejects(startRuntime(new Uint8Array(0)), isLocal("wrong-wasm"));
});

Deno.test("startRuntime() refuses a version that it does not know", async () => {
  const ort = { env: { versions: { web: "1.19.0" } } } as unknown as OrtModule;
  await assert.rejects(startRuntime(wasm, { ort }), isLocal("unknown-runtime"));
});

Deno.test("compileRuntime() compiles the pinned .wasm file and no other", async () => {
  const other = wasm.slice();
  other[1000]! ^= 1;
  await assert.rejects(compileRuntime(other), isLocal("wrong-wasm"));
  const { pin, module } = await compileRuntime(wasm);
  assert.deepEqual(pin, KNOWN_RUNTIMES.at(-1));
  assert.ok(module instanceof WebAssembly.Module);
  const strange = { module, pin: { ...pin, wasm: "00".repeat(32) } };
  await assert.rejects(startRuntime(strange), isLocal("wrong-wasm"));
});

Deno.test("withCompiled() gives the module to the first who asks, also when starting fails", async () => {
  const { instantiate } = WebAssembly;
  const module = new WebAssembly.Module(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0));
  await withCompiled(module, async () => {
    const first = await WebAssembly.instantiate(new Uint8Array(8));
    assert.equal(first.module, module);
    assert.ok(first.instance instanceof WebAssembly.Instance);
    assert.equal(WebAssembly.instantiate, instantiate);
  });
  await assert.rejects(withCompiled(module, () => Promise.reject(new Error("no"))), /no/);
  assert.equal(WebAssembly.instantiate, instantiate);
});

Deno.test("startRuntime() leaves the globals as they were, and starts once", async () => {
  const before = new Map(Reflect.ownKeys(globalThis).map((key) => [key, globalOf(key)]));
  const Memory = WebAssembly.Memory;
  const [runtime, again] = await Promise.all([startRuntime(wasm), startRuntime(wasm)]);
  assert.equal(again, runtime);
  assert.equal(WebAssembly.Memory, Memory);
  assert.deepEqual(new Set(Reflect.ownKeys(globalThis)), new Set(before.keys()));
  for (const [key, value] of before) assert.ok(Object.is(globalOf(key), value), String(key));
  assert.deepEqual(runtime.pin, KNOWN_RUNTIMES[0]);
  assert.equal(runtime.spent, undefined);
});

Deno.test("withBoundedMemory() narrows the runtime's memory and no other, also when starting fails", async () => {
  const Memory = WebAssembly.Memory;
  const narrowed = await withBoundedMemory(() => {
    const own = new WebAssembly.Memory({ initial: 256, maximum: 65_536, shared: true });
    assert.throws(() => own.grow(MAX_MEMORY_PAGES - 255));
    own.grow(1);
    new WebAssembly.Memory({ initial: 1, maximum: 8000 }).grow(5000);
    return Promise.resolve();
  });
  assert.equal(narrowed, 1);
  await assert.rejects(withBoundedMemory(() => Promise.reject(new Error("no"))), /no/);
  assert.equal(WebAssembly.Memory, Memory);
});

Deno.test("selfTest() passes, and finds one changed bit", async () => {
  const runtime = await startRuntime(wasm);
  await runtime.exclusive(() => selfTest(runtime));
  const bent = new Runtime(runtime.pin, bend(runtime.ort));
  await assert.rejects(bent.exclusive(() => selfTest(bent)), isLocal("self-test"));
  assert.equal(bent.spent?.code, "self-test");
  const dataset = tableOf([1, 0, 0, 0], [0]);
  await assert.rejects(evaluate(firstThree(), dataset, { runtime: bent }), isLocal("spent"));
  const again = new Runtime(runtime.pin, bend(runtime.ort));
  await assert.rejects(evaluate(firstThree(), dataset, { runtime: again }), isLocal("self-test"));
});

Deno.test("exclusive() runs one after the other, also after a failure", async () => {
  const runtime = await startRuntime(wasm);
  const events: string[] = [];
  const slow = runtime.exclusive(async () => {
    events.push("a starts");
    await new Promise((resolve) => setTimeout(resolve, 5));
    events.push("a fails");
    throw new Error("a");
  });
  const next = runtime.exclusive(() => {
    events.push("b");
    return Promise.resolve(1);
  });
  await assert.rejects(slow, /^Error: a$/);
  assert.equal(await next, 1);
  assert.deepEqual(events, ["a starts", "a fails", "b"]);
});

Deno.test("isKnownRuntime() compares version and digest", () => {
  const [pin] = KNOWN_RUNTIMES;
  assert.ok(pin && isKnownRuntime({ ...pin }));
  assert.ok(!isKnownRuntime({ ...pin, version: "1.30.1" }));
  assert.ok(!isKnownRuntime({ ...pin, wasm: "00".repeat(32) }));
});

// The last test of this file: afterwards this process has no sound runtime.
Deno.test("a failed allocation is LOCAL at 256 MiB, and spends the runtime", async () => {
  const runtime = await startRuntime(wasm);
  const before = await runtime.exclusive(() => goldenDigest(runtime));
  assert.equal(await runtime.exclusive(() => goldenDigest(runtime)), before);
  // 100 rows of 4 float32 values, doubled 18 times: 400 MiB, where 4 GiB would do.
  const nodes = Array.from({ length: 18 }, (_, i) => {
    const input = i === 0 ? "x" : `t${i}`;
    return node("Concat", [input, input], [i === 17 ? "y" : `t${i + 1}`], { axis: 0 });
  });
  const outputs = [{ name: "y", type: { tensorType: { elemType: DataType.FLOAT } } }];
  const dataset = tableOf(Array(400).fill(0), Array(100).fill(0));
  const packed = packedOf(nodes, { outputs, inputs: [value("x", ["N", 4])] });
  const refused = await evaluate(packed, dataset, { runtime });
  assert.ok("invalid" in refused, "no such model is admitted");
  const run = async () => {
    const session = await runtime.open(inflateModel(packed));
    const data = new Float32Array(400);
    await session.run({ input: "x", data, dims: [100, 4], output: "y" });
  };
  await assert.rejects(runtime.exclusive(run), isLocal("allocation"));
  assert.equal(runtime.spent?.code, "allocation");
  await assert.rejects(evaluate(firstThree(), dataset, { runtime }), isLocal("spent"));
  assert.equal(await startRuntime(wasm), runtime);
});

function globalOf(key: string | symbol): unknown {
  const descriptor = Reflect.getOwnPropertyDescriptor(globalThis, key);
  return descriptor?.get ?? descriptor?.value;
}

/** The same module, but the last bit of every output is flipped. */
function bend(ort: OrtModule): OrtModule {
  const { InferenceSession } = ort;
  const create = async (bytes: Uint8Array, options: object) => {
    const session = await InferenceSession.create(bytes, options);
    return {
      release: () => session.release(),
      run: async (...call: Parameters<typeof session.run>) => {
        const outputs = await session.run(...call);
        for (const { data } of Object.values(outputs)) {
          new Uint8Array((data as Float32Array).buffer)[0]! ^= 1;
        }
        return outputs;
      },
    };
  };
  return { ...ort, InferenceSession: { create } } as unknown as OrtModule;
}
