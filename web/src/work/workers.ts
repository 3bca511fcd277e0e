/** Starts the page's workers when they are first needed. */
import type { DataJobs } from "./data_worker.ts";
import type { ModelJobs } from "./model_worker.ts";
import { oneShotCaller } from "./one_shot.ts";
import { type Caller, createCaller } from "./rpc.ts";
import type { ScoreJobs } from "./score_worker.ts";

/** Calls of the worker that reads from IPFS; one worker serves the whole visit, unless it breaks. */
export function createDataCaller(): Caller<DataJobs> {
  let caller: Caller<DataJobs> | undefined;

  function start(): Caller<DataJobs> {
    const worker = new Worker(new URL("./data_worker.ts", import.meta.url), { type: "module" });
    worker.addEventListener("error", () => {
      worker.terminate();
      caller = undefined;
    });
    return createCaller(worker);
  }
  return (...call) => {
    caller ??= start();
    return caller(...call);
  };
}

/** Calls of the worker that prepares and seals models; each has one of its own. */
export function createModelCaller(): Caller<ModelJobs> {
  return oneShotCaller<ModelJobs>(() =>
    new Worker(new URL("./model_worker.ts", import.meta.url), { type: "module" })
  );
}

/** Calls of the worker that scores models; each has one of its own, with a fresh runtime. */
export function createScoreCaller(): Caller<ScoreJobs> {
  return oneShotCaller<ScoreJobs>(() =>
    new Worker(new URL("./score_worker.ts", import.meta.url), { type: "module" })
  );
}
