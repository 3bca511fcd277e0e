/** What one unit of counted work takes here and now, and how much memory the runtime has. */
import { admitModel } from "../../core/model/admission/admit.ts";
import { graph, model, node, tensor, value } from "../../core/model/onnx/build.ts";
import { encodeModel } from "../../core/model/onnx/codec.ts";
import type { Runtime } from "../../core/evaluate/runtime.ts";

const SIDE = 512;
const ROWS = 100;
const LAYERS = 3;
const REPEATS = 3;

/** Milliseconds of a unit of work: the best of a few runs of large matrix products. Only inside `runtime.exclusive`. */
export async function unitOf(runtime: Runtime): Promise<number> {
  const onnx = products();
  const { work } = admitModel(onnx, { shapes: [[SIDE]], classes: SIDE, batch: ROWS });
  const session = await runtime.open(onnx);
  let best = Infinity;
  try {
    const feed = {
      input: "x",
      data: new Float32Array(ROWS * SIDE).fill(0.5),
      dims: [ROWS, SIDE],
      output: "y",
    };
    for (let i = 0; i < REPEATS; i++) {
      const startedAt = performance.now();
      await session.run(feed);
      best = Math.min(best, performance.now() - startedAt);
    }
  } finally {
    await session.release();
  }
  return best / (work * ROWS);
}

let built: Uint8Array | undefined;

function products(): Uint8Array {
  const weights = new Float32Array(SIDE * SIDE).fill(1 / SIDE);
  const name = (i: number) => i === 0 ? "x" : i === LAYERS ? "y" : `h${i}`;
  return built ??= encodeModel(model(
    graph({
      inputs: [value("x", ["N", SIDE])],
      outputs: [value("y", ["N", SIDE])],
      nodes: Array.from(
        { length: LAYERS },
        (_, i) => node("MatMul", [name(i), "w"], [name(i + 1)]),
      ),
      initializers: [tensor("w", [SIDE, SIDE], weights)],
    }),
    { opset: 17 },
  ));
}

/** Watches WebAssembly memories that are made from now on. @returns what tells the bytes of the largest */
export function watchMemory(): () => number {
  const memories: WebAssembly.Memory[] = [];
  const Memory = WebAssembly.Memory;
  WebAssembly.Memory = class extends Memory {
    constructor(descriptor: WebAssembly.MemoryDescriptor) {
      super(descriptor);
      memories.push(this);
    }
  };
  return () => Math.max(0, ...memories.map(({ buffer }) => buffer.byteLength));
}
