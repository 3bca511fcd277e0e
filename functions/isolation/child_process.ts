/** The miner's side of one evaluating process. */
import type { Dataset } from "../../core/dataset/dataset.ts";
import type { Outcome } from "../../core/evaluate/evaluate.ts";
import { LocalFailure } from "../../core/evaluate/failure.ts";
import { BATCH_ROWS } from "../../core/evaluate/task.ts";
import { bounded, CannotIsolate, failureOf, RunFailure } from "./backend.ts";
import { childCommand } from "./child_command.ts";
import { encodeFrame, FrameReader } from "./frames.ts";
import { type Answer, MAX_ANSWER_BYTES, parseAnswer, type Request } from "./messages.ts";

/** Longest that a process may take to be ready, in ms; it takes less than one second. */
const START_MS = 30_000;
/** Most bytes that a process may print for one model; what it says last is told. */
const MAX_STDERR = 2 ** 18;
const TOLD_STDERR = 400;
/** How long a process that has closed its pipes may take to end, in ms. */
const ENDING_MS = 1_000;
/** Bytes that are written at a time: other work gets a turn between them. */
const WRITE_BYTES = 2 ** 22;

/** One evaluation for a process. */
export interface ProcessJob {
  /** The packed model. */
  packed: Uint8Array;
  /** What it is scored on; sent if the process does not have it. */
  dataset: Dataset;
  /** Milliseconds that are left; undefined: as many as it takes. Asked for when the data set is there. */
  remaining: () => number | undefined;
  /** Told how many rows are done. */
  onProgress: (done: number) => void;
}

/** A process that evaluates models, one after the other. After any failure it is to be ended. */
export class EvaluationProcess {
  readonly #child: Deno.ChildProcess;
  readonly #answers: FrameReader;
  readonly #requests: WritableStreamDefaultWriter<Uint8Array>;
  readonly #printed: Promise<void>;
  #stderr = "";
  #stderrBytes = 0;
  #dataset: Dataset | undefined;
  #evaluations = 0;
  /** What ended it while it should have answered. */
  #killedBy: Deno.Signal | null = null;

  private constructor(child: Deno.ChildProcess) {
    this.#child = child;
    this.#answers = new FrameReader(child.stdout);
    this.#requests = child.stdin.getWriter();
    this.#printed = this.#listen();
  }

  /**
   * Starts one and waits until it is ready; about 0.4 s.
   *
   * @param options `script`: another one, for tests
   * @throws {CannotIsolate} if the platform does not allow it
   * @throws {LocalFailure} `start-failed`, `wrong-wasm`, `unknown-runtime`
   */
  static async start(
    { script = new URL("serve.ts", import.meta.url), signal }: {
      script?: URL | undefined;
      signal?: AbortSignal | undefined;
    } = {},
  ): Promise<EvaluationProcess> {
    const started = new EvaluationProcess(spawn(script));
    try {
      const late = () => new LocalFailure("start-failed", "process: not ready within 30 s");
      const answer = await bounded(started.#hear(), { ms: START_MS, late, signal });
      if (answer.kind === "failed") throw new LocalFailure(answer.code, answer.message);
      if (answer.kind === "ready") return started;
      throw new LocalFailure("start-failed", `process: expected it ready, got "${answer.kind}"`);
    } catch (error) {
      await started.end();
      if (!(error instanceof RunFailure)) throw error;
      // What ends by itself before it says a word does not run here, now or later; what was killed may.
      const { message } = error;
      if (started.#killedBy !== null) {
        throw new LocalFailure("start-failed", message, { cause: error });
      }
      throw new CannotIsolate(message, { cause: error });
    }
  }

  /** Its number in the system. */
  get pid(): number {
    return this.#child.pid;
  }

  /**
   * Has a model scored; undefined if the process wants to be replaced first.
   *
   * @throws {LocalFailure} if it failed here, {@link RunFailure} if that may be the model's doing
   */
  async run({ packed, dataset, remaining, onProgress }: ProcessJob): Promise<Outcome | undefined> {
    const id = ++this.#evaluations;
    this.#stderrBytes = 0;
    await this.#sendDataset(dataset);
    const left = remaining() ?? null;
    await this.#send({ kind: "evaluate", id, bytes: packed.length, remaining: left }, packed);
    let done = 0;
    for (;;) {
      const answer = await this.#hear();
      if (!("id" in answer) || answer.id !== id) {
        throw strange(`an answer about evaluation ${id}, got "${answer.kind}"`);
      }
      if (answer.kind === "outcome") return answer.outcome;
      if (answer.kind === "retire") return undefined;
      if (answer.kind === "local") throw failureOf(answer);
      // Each must tell of another batch: so there is an end to them.
      const least = Math.min(done + BATCH_ROWS, dataset.rows);
      if (answer.done < least || answer.done > dataset.rows) {
        throw strange(`progress of ${least} to ${dataset.rows} rows, got ${answer.done}`);
      }
      done = answer.done;
      onProgress(done);
    }
  }

  /** Kills it; when this returns, it is gone. */
  async end(): Promise<void> {
    this.#kill();
    await this.#child.status;
    await this.#printed;
    // What was not sent or read goes with the process.
    await Promise.allSettled([this.#requests.abort(), this.#answers.cancel()]);
  }

  async #sendDataset(dataset: Dataset): Promise<void> {
    if (this.#dataset === dataset) return;
    const { manifest, values, labels } = dataset;
    await this.#send(
      {
        kind: "dataset",
        manifest,
        values: {
          type: values instanceof Uint8Array ? "uint8" : "float64",
          bytes: values.byteLength,
        },
        labels: {
          type: labels instanceof Int32Array ? "int32" : "float64",
          bytes: labels.byteLength,
        },
      },
      values,
      labels,
    );
    this.#dataset = dataset;
  }

  async #send(request: Request, ...parts: ArrayBufferView[]): Promise<void> {
    try {
      for (const { buffer, byteOffset, byteLength } of [encodeFrame(request), ...parts]) {
        for (let at = 0; at < byteLength; at += WRITE_BYTES) {
          const length = Math.min(WRITE_BYTES, byteLength - at);
          await this.#requests.write(new Uint8Array(buffer, byteOffset + at, length));
        }
      }
    } catch (cause) {
      throw await this.#gone(cause);
    }
  }

  /** The next answer. @throws {RunFailure} `crash` if there is none, or it is not one */
  async #hear(): Promise<Answer> {
    let value: unknown;
    try {
      value = await this.#answers.head(MAX_ANSWER_BYTES);
      if (value !== undefined) return parseAnswer(value);
    } catch (error) {
      throw strange("an answer", error);
    }
    throw await this.#gone();
  }

  /** Why it does not answer any more. */
  async #gone(cause?: unknown): Promise<RunFailure> {
    const ending = setTimeout(() => this.#kill(), ENDING_MS);
    const { code, signal } = await this.#child.status;
    clearTimeout(ending);
    this.#killedBy = signal;
    await this.#printed;
    const last = this.#stderr.trim().slice(-TOLD_STDERR);
    const message = `process: expected an answer, but it ended with ${
      signal ?? `exit code ${code}`
    }`;
    return new RunFailure("crash", last === "" ? message : `${message}: ${last}`, { cause });
  }

  /** Keeps the end of what it prints; nobody prints without end. */
  async #listen(): Promise<void> {
    const decoder = new TextDecoder();
    for await (const chunk of this.#child.stderr) {
      this.#stderrBytes += chunk.length;
      if (this.#stderrBytes > MAX_STDERR) this.#kill();
      this.#stderr = (this.#stderr + decoder.decode(chunk, { stream: true })).slice(-TOLD_STDERR);
    }
  }

  #kill(): void {
    try {
      this.#child.kill("SIGKILL");
    } catch (error) {
      // It has ended already.
      if (!(error instanceof TypeError || error instanceof Deno.errors.NotFound)) throw error;
    }
  }
}

/** What keeps a process from starting for a while: too many of them, too little memory, too many open files. */
const PASSING = new Set<unknown>(["EAGAIN", "ENOMEM", "EMFILE", "ENFILE"]);

/**
 * @throws {CannotIsolate} if this platform has no processes for us
 * @throws {LocalFailure} `start-failed` if it has none now
 */
function spawn(script: URL): Deno.ChildProcess {
  try {
    const command = Deno.execPath();
    const { state } = Deno.permissions.querySync({ name: "run", command });
    if (state !== "granted") throw new Deno.errors.NotCapable("no permission to run Deno");
    return childCommand(script).spawn();
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    const message = `process: cannot be started here: ${why}`;
    if (PASSING.has((cause as { code?: unknown } | null)?.code)) {
      throw new LocalFailure("start-failed", message, { cause });
    }
    throw new CannotIsolate(message, { cause });
  }
}

function strange(expected: string, cause?: unknown): RunFailure {
  const why = cause instanceof Error ? ` (${cause.message})` : "";
  return new RunFailure("crash", `process: expected ${expected}${why}`, { cause });
}
