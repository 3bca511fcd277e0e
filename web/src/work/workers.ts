/** Starts the page's workers when they are first needed. */
import type { DataJobs } from "./data_worker.ts";
import type { ModelJobs } from "./model_worker.ts";
import { type Caller, createCaller } from "./rpc.ts";

/** Calls of the worker that reads from IPFS; one worker serves the whole visit. */
export function createDataCaller(): Caller<DataJobs> {
  let caller: Caller<DataJobs> | undefined;
  return (...call) => {
    caller ??= createCaller(
      new Worker(new URL("./data_worker.ts", import.meta.url), { type: "module" }),
    );
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
