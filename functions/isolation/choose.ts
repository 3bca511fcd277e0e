/** Which level of isolation a platform gets. */
import { type Backend, CannotIsolate, type Isolation } from "./backend.ts";
import { InProcessBackend, type RuntimeStarts } from "./in_process.ts";
import type { OneShotOptions } from "./one_shot.ts";
import type { ProcessOptions } from "./process_backend.ts";

/** A level, or the best one that works. */
export type IsolationChoice = Isolation | "auto";

/** What is chosen, and how its parts start. */
export interface BackendOptions {
  /** The level; "auto" unless told: a process, else Workers, else nothing. */
  isolation?: IsolationChoice | undefined;
  /** Hears which level it is, and why not a better one. */
  onIsolation?: ((level: Isolation, refused: readonly string[]) => void) | undefined;
  /** Stops a start. */
  signal?: AbortSignal | undefined;
  /** How processes start. */
  process?: ProcessOptions | undefined;
  /** How Workers start. */
  worker?: Partial<OneShotOptions> | undefined;
  /** How runtimes of this process start. */
  runtime?: RuntimeStarts | undefined;
}

const LEVELS: readonly Isolation[] = ["process", "worker", "none"];

/**
 * Opens the level that was asked for.
 *
 * @throws {CannotIsolate} if the platform does not allow it
 * @throws {LocalFailure} if it did not start now
 */
export async function chooseBackend(options: BackendOptions = {}): Promise<Backend> {
  const { isolation = "auto", onIsolation } = options;
  if (isolation !== "auto") {
    const backend = await open(isolation, options);
    onIsolation?.(isolation, []);
    return backend;
  }
  const refused: string[] = [];
  for (const level of LEVELS) {
    try {
      const backend = await open(level, options);
      onIsolation?.(level, refused);
      return backend;
    } catch (error) {
      if (!(error instanceof CannotIsolate)) throw error;
      refused.push(`${level}: ${error.message}`);
    }
  }
  throw new CannotIsolate(refused.join("; "));
}

async function open(level: Isolation, options: BackendOptions): Promise<Backend> {
  if (level === "none") return new InProcessBackend(options.runtime);
  if (level === "worker") {
    const { WorkerBackend } = await import("./worker_backend.ts");
    return new WorkerBackend(options.worker);
  }
  const { ProcessBackend } = await import("./process_backend.ts");
  const backend = new ProcessBackend(options.process);
  await backend.start(options.signal);
  return backend;
}
