/** The evaluating process with tricky Workers. */
import { serveEvaluations } from "../serve.ts";

await serveEvaluations({ worker: new URL("tricky_worker.ts", import.meta.url) });
