/** A miner that is in the middle of an evaluation which hangs; prints the number of its process. */
import { ProcessBackend } from "../process_backend.ts";
import { tinyDataset } from "./datasets.ts";
import { trick } from "./tricks.ts";

const backend = new ProcessBackend({ script: new URL("tricky_child.ts", import.meta.url) });
await backend.start();
const hanging = backend.evaluate(trick("hang"), await tinyDataset(), {});
console.log(backend.pid);
await hanging;
