/** Runs the hostile suite in a Worker, as the site runs models; the bytes of the runtime come as its first message. */
import {
  findingOf,
  hostileDataset,
  hostiles,
  scoreOfHonest,
} from "../../../core/evaluate/hostile/suite.ts";
import { startRuntime } from "../../../core/evaluate/runtime.ts";

/** What the Worker answers: each payload's verdict and message, then what a good model got. */
export interface HostileAnswer {
  verdicts: Record<string, { verdict: string | number; ms: number }>;
  honest: string | number;
}

globalThis.onmessage = async ({ data: wasm }: MessageEvent<Uint8Array<ArrayBuffer>>) => {
  const runtime = await startRuntime(wasm);
  const dataset = hostileDataset();
  const verdicts: HostileAnswer["verdicts"] = {};
  for (const hostile of hostiles()) {
    const { name, verdict, ms } = await findingOf(hostile, { runtime, dataset });
    verdicts[name] = { verdict, ms };
  }
  const honest = await scoreOfHonest({ runtime, dataset });
  (globalThis as unknown as Worker).postMessage({ verdicts, honest } satisfies HostileAnswer);
};
