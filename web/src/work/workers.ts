/** Starts the page's workers when they are first needed. */
import type { DataJobs } from "./data_worker.ts";
import type { ModelJobs } from "./model_worker.ts";
import { type Caller, createCaller } from "./rpc.ts";

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

/** Calls of the worker that packs models. Each call has a worker of its own, which ends with it, even if it hangs. */
export function createModelCaller(): Caller<ModelJobs> {
  return async (name, input, options = {}) => {
    const worker = new Worker(new URL("./model_worker.ts", import.meta.url), { type: "module" });
    try {
      return await createCaller<ModelJobs>(worker)(name, input, options);
    } finally {
      worker.terminate();
    }
  };
}
