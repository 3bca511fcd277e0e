import * as defaultOrt from "onnxruntime-web/wasm";
import type { InvalidCode } from "../model/invalid.ts";
import { classify } from "./classify.ts";
import { LocalFailure } from "./failure.ts";
import { goldenModel } from "./golden.ts";
import { KNOWN_RUNTIMES, type RuntimePin, sameRuntime } from "./known_runtimes.ts";
import { withBoundedMemory, withCompiled } from "./memory.ts";

/** The module onnxruntime-web/wasm: one instance of the runtime, which starts at most once. */
export type OrtModule = typeof defaultOrt;

/** A dense array: what goes into a model and comes out of it. */
export interface ArrayValue {
  /** Element type by ONNX Runtime's name, such as "float32" or "int64". */
  type: string;
  /** Shape. */
  dims: readonly number[];
  /** Elements in row-major order; a plain array for texts. */
  data: ArrayLike<unknown>;
}

/** A model that is loaded and ready to run. */
export interface Session {
  /**
   * Feeds `data` (float32, row-major, of shape `dims`) to the input and returns one output.
   *
   * @throws {InvalidModel} `run-failed`
   * @throws {LocalFailure} `allocation` or `crash`; the runtime is spent then
   */
  run(feed: Feed): Promise<ArrayValue>;
  /** Gives its memory back to the runtime. Must be called once; never throws if the runtime is spent. */
  release(): Promise<void>;
}

/** One run of a session. */
export interface Feed {
  /** Name of the model's input. */
  input: string;
  /** Its elements in row-major order. */
  data: Float32Array;
  /** Its shape, batch dimension first. */
  dims: readonly number[];
  /** Name of the output to return. */
  output: string;
}

const SESSION_OPTIONS = {
  executionProviders: ["wasm"],
  graphOptimizationLevel: "all",
  logSeverityLevel: 4,
} as const;
const RUN_OPTIONS = { logSeverityLevel: 4 } as const;

/** Stands where the runtime wants a .wasm file, when there is a compiled one. */
const NO_FILE = new Uint8Array(8);

/** One start per module: it cannot be started again, nor with other bytes. */
const started = new WeakMap<object, Promise<Runtime>>();

/**
 * A runtime's .wasm file, checked and compiled: what a Worker gets instead of the file, to start in a third of the
 * time. It can be posted, and is as trustworthy as who posts it.
 */
export interface CompiledRuntime {
  /** Which one it is. */
  pin: RuntimePin;
  /** The compiled file. */
  module: WebAssembly.Module;
}

/**
 * Checks and compiles a .wasm file once, for many runtimes; about 0.1 s.
 *
 * @param wasm the bytes of ort-wasm-simd-threaded.wasm
 * @throws {LocalFailure} `unknown-runtime` or `wrong-wasm`
 */
export async function compileRuntime(
  wasm: Uint8Array<ArrayBuffer>,
  { ort = defaultOrt }: { ort?: OrtModule } = {},
): Promise<CompiledRuntime> {
  return { pin: await identify(wasm, ort), module: await WebAssembly.compile(wasm) };
}

/**
 * Starts onnxruntime-web's plain WASM build as PROTOCOL.md section 7 wants it: the pinned version and
 * .wasm file, one thread (no workers), at most 256 MiB of memory. The globals of the engine stay as
 * they are. Starting again gives the same runtime; 0.3 to 0.6 s the first time.
 *
 * The protocol's "fresh runtime for each submission" takes a realm of its own for each: a module starts once
 * and keeps its memory, so a caller gives every submission a new Worker or process (or a copy of the
 * module, `ort`), and starts a runtime in it that scores that submission alone. A runtime that is used for several, one session
 * after the other, gives equal results as well, since a session keeps all of its state in itself and a
 * self-test with a known answer runs before each; what it lacks is empty memory, and walls between a hostile
 * model and the next. So the first failed allocation or crash makes a runtime `spent`: it scores nothing any more.
 *
 * @param wasm the bytes of ort-wasm-simd-threaded.wasm, or what {@link compileRuntime} made of them
 * @param options `ort`: another copy of the module onnxruntime-web/wasm
 * @throws {LocalFailure} `unknown-runtime`, `wrong-wasm` or `start-failed`
 */
export async function startRuntime(
  wasm: Uint8Array<ArrayBuffer> | CompiledRuntime,
  { ort = defaultOrt }: { ort?: OrtModule } = {},
): Promise<Runtime> {
  const pin = wasm instanceof Uint8Array ? await identify(wasm, ort) : recognize(wasm.pin, ort);
  let starting = started.get(ort.env);
  if (starting === undefined) {
    starting = start(wasm, { ort, pin });
    started.set(ort.env, starting);
  }
  return await starting;
}

/** A started runtime. It runs one submission at a time: see {@link Runtime.exclusive}. */
export class Runtime {
  #spent: LocalFailure | undefined;
  #last: Promise<unknown> = Promise.resolve();

  /** Use {@link startRuntime}. */
  constructor(readonly pin: RuntimePin, readonly ort: OrtModule) {}

  /** The failure after which this runtime must not be trusted any more; undefined while all is well. */
  get spent(): LocalFailure | undefined {
    return this.#spent;
  }

  /** Marks the runtime as not to be trusted any more, for the first reason given. */
  spend(reason: LocalFailure): void {
    this.#spent ??= reason;
  }

  /**
   * Runs `work` when all work given before has ended. The runtime's stack is shared between calls, so
   * two submissions must not be interleaved.
   *
   * @throws {LocalFailure} `spent`, and whatever `work` throws
   */
  exclusive<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(() => {
      if (this.#spent === undefined) return work();
      const reason = this.#spent.message;
      throw new LocalFailure("spent", `runtime: expected a sound one, but earlier: ${reason}`);
    });
    this.#last = turn.catch(() => {}); // The caller gets it from `turn`.
    return turn;
  }

  /**
   * Loads a model. Only inside {@link Runtime.exclusive}.
   *
   * @throws {InvalidModel} `create-failed`
   * @throws {LocalFailure} `allocation` or `crash`; the runtime is spent then
   */
  async open(onnx: Uint8Array): Promise<Session> {
    const { InferenceSession, Tensor } = this.ort;
    const session = await this.#guarded(
      "create-failed",
      () => InferenceSession.create(onnx, SESSION_OPTIONS),
    );
    return {
      run: ({ input, data, dims, output }) =>
        this.#guarded("run-failed", async () => {
          const feeds = { [input]: new Tensor("float32", data, dims) };
          const { type, dims: shape, data: values } = (await session.run(
            feeds,
            [output],
            RUN_OPTIONS,
          ))[output]!;
          return { type, dims: shape, data: values };
        }),
      release: async () => {
        // After a crash its memory may be in any state: better left alone.
        if (this.#spent === undefined) await this.#guarded("run-failed", () => session.release());
      },
    };
  }

  async #guarded<T>(code: InvalidCode, call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (error) {
      const failure = classify(error, code);
      if (failure instanceof LocalFailure) this.spend(failure);
      throw failure;
    }
  }
}

/** @throws {LocalFailure} `unknown-runtime` */
function knownPin(version: string): RuntimePin {
  const pin = KNOWN_RUNTIMES.find((known) => known.version === version);
  if (pin !== undefined) return pin;
  const known = KNOWN_RUNTIMES.map((runtime) => runtime.version).join(" or ");
  throw new LocalFailure(
    "unknown-runtime",
    `runtime: expected onnxruntime-web ${known}, got ${version}`,
  );
}

/** The pin of a compiled file, which must be that of this module. */
function recognize(pin: RuntimePin, ort: OrtModule): RuntimePin {
  const own = knownPin(ort.env.versions.web ?? "none");
  if (sameRuntime(pin, own)) return own;
  throw new LocalFailure(
    "wrong-wasm",
    `runtime: expected the compiled file of onnxruntime-web ${own.version}, got that of ${pin.version}`,
  );
}

async function identify(wasm: Uint8Array<ArrayBuffer>, ort: OrtModule): Promise<RuntimePin> {
  const pin = knownPin(ort.env.versions.web ?? "none");
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", wasm));
  const got = Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
  if (got !== pin.wasm) {
    throw new LocalFailure(
      "wrong-wasm",
      `runtime: expected ort-wasm-simd-threaded.wasm with SHA-256 ${pin.wasm}, got ${got}`,
    );
  }
  return pin;
}

async function start(
  wasm: Uint8Array<ArrayBuffer> | CompiledRuntime,
  { ort, pin }: { ort: OrtModule; pin: RuntimePin },
): Promise<Runtime> {
  const { env } = ort;
  env.logLevel = "fatal";
  env.wasm.numThreads = 1;
  env.wasm.proxy = false;
  const compiled = wasm instanceof Uint8Array ? undefined : wasm.module;
  env.wasm.wasmBinary = wasm instanceof Uint8Array ? wasm : NO_FILE.slice();
  let narrowed = 0;
  async function openFirst(): Promise<void> {
    const session = await ort.InferenceSession.create(goldenModel(), SESSION_OPTIONS);
    await session.release();
  }
  try {
    // The runtime starts with its first session.
    narrowed = await withBoundedMemory(() =>
      compiled === undefined ? openFirst() : withCompiled(compiled, openFirst)
    );
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new LocalFailure("start-failed", `runtime: did not start: "${why}"`, { cause });
  } finally {
    delete env.wasm.wasmBinary; // 14 MB that nothing needs any more.
  }
  if (narrowed !== 1) {
    const bound = "expected one memory of at most 256 MiB";
    throw new LocalFailure("start-failed", `runtime: ${bound}, got ${narrowed} bounded`);
  }
  return new Runtime(pin, ort);
}
