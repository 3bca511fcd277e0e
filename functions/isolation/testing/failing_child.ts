/** A process whose runtime is not the pinned one. */
import { encodeFrame } from "../frames.ts";

const frame = encodeFrame({ kind: "failed", code: "wrong-wasm", message: "runtime: wrong" });
Deno.stdout.writeSync(frame);
