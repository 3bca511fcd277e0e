/** Runs changed models in processes that are watched: one that hangs or dies is ended, and the rest goes on in another. */
import { TextLineStream } from "./lines.ts";
import type { Line, Order } from "./child.ts";

/** How long a process may be silent, in ms. */
const SILENCE_MS = 30_000;
/** Models in one process. */
const CHUNK = 400;
/** Every so many models, one runs again in another process. */
const AGAIN = 25;

const CHILD = new URL("child.ts", import.meta.url);

/** What came of one number: a line of the process, or of what became of it. */
export interface Result
  extends Pick<Line, "index" | "verdict" | "admitted" | "problems" | "story" | "times"> {
  /** Whether it ran before: it is not counted then. */
  readonly again?: boolean;
}

/**
 * Runs numbers `from` .. `from + count - 1`, some of them twice, each result once it is there.
 *
 * @param options `onResult` is told each; `stop` says whether to begin no more
 */
export async function runChunk(
  { seed, folder, from, count }: { seed: number; folder: string; from: number; count: number },
  { onResult, stop }: { onResult: (result: Result) => void; stop: () => boolean },
): Promise<void> {
  const indices = Array.from({ length: count }, (_, i) => from + i);
  const digests = new Map<number, string>();
  for await (const line of lines({ seed, folder, indices }, stop)) {
    if ("digest" in line) digests.set(line.index, line.digest);
    onResult(line);
  }
  const again = [...digests.keys()].filter((index) => index % AGAIN === 0).reverse();
  if (again.length === 0 || stop()) return;
  for await (const line of lines({ seed, folder, indices: again }, stop)) {
    const before = digests.get(line.index);
    if (!("digest" in line) || line.digest === before) continue;
    onResult({
      ...line,
      again: true,
      problems: [`disagreement between processes: ${before}, then ${line.digest}`],
    });
  }
}

/** Numbers of the chunks of a campaign. */
export function chunksOf(runs: number): { from: number; count: number }[] {
  const chunks = [];
  for (let from = 0; from < runs; from += CHUNK) {
    chunks.push({ from, count: Math.min(CHUNK, runs - from) });
  }
  return chunks;
}

/** Lines of as many processes as it takes. */
async function* lines(
  { seed, folder, indices }: Order,
  stop: () => boolean,
): AsyncGenerator<Line | Result> {
  let waiting = [...indices];
  while (waiting.length > 0 && !stop()) {
    await using child = start({ seed, folder, indices: waiting });
    let done = 0;
    for await (const line of child.lines()) {
      done++;
      yield line;
    }
    if (done === 0 || (child.silent && done < waiting.length)) {
      const what = child.silent
        ? `hang: nothing for ${SILENCE_MS / 1000} s`
        : `died: ${await child.error()}`;
      yield {
        index: waiting[done]!,
        verdict: "local",
        admitted: true,
        problems: [what],
        story: [],
        times: 0,
      };
      done++;
    }
    waiting = waiting.slice(done);
  }
}

interface Child extends AsyncDisposable {
  /** Whether it had to be ended. */
  readonly silent: boolean;
  lines(): AsyncGenerator<Line>;
  /** Last of what it said went wrong. */
  error(): Promise<string>;
}

function start(order: Order): Child {
  const process = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", CHILD.href, JSON.stringify(order)],
    stdout: "piped",
    stderr: "piped",
    env: { NO_COLOR: "1" },
  }).spawn();
  const stderr = new Response(process.stderr).text();
  let silent = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const watch = () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      silent = true;
      kill(process);
    }, SILENCE_MS);
  };
  return {
    get silent() {
      return silent;
    },
    async *lines() {
      watch();
      for await (const text of process.stdout.pipeThrough(new TextLineStream())) {
        watch();
        yield JSON.parse(text);
      }
    },
    error: async () => (await stderr).trim().split("\n").slice(0, 5).join(" "),
    async [Symbol.asyncDispose]() {
      clearTimeout(timer);
      kill(process);
      await stderr;
      await process.status;
    },
  };
}

function kill(process: Deno.ChildProcess): void {
  try {
    process.kill("SIGKILL");
  } catch (error) {
    // It has ended by itself.
    if (!(error instanceof TypeError) && !(error instanceof Deno.errors.NotFound)) throw error;
  }
}
