/** Whether a model whose batch was made symbolic computes what it did: tried on random rows. */
import type { Runtime } from "../../core/evaluate/runtime.ts";
import { encodeModel, type ModelProto } from "../../core/model/onnx/codec.ts";
import { seededRandom } from "../demo/random.ts";

/** Runs of the fixed batch that are compared. */
const RUNS = 3;
/** Most that two results may differ, over the larger of 1 and their size: sums may be ordered otherwise. */
const TOLERANCE = 1e-4;

/** The number of rows that a model's only input is fixed to; undefined if it varies. */
export function fixedRows({ graph }: ModelProto): number | undefined {
  const rows = graph?.input[0]?.type?.tensorType?.shape?.dim[0]?.dimValue;
  return typeof rows === "number" ? rows : undefined;
}

/**
 * Runs both models on the same random rows, the fixed one batch by batch, the open one all at once.
 *
 * @param models `fixed` and `open`, of the same input and outputs
 * @throws {Error} if an output differs: rows are mixed where the shapes do not show it
 */
export async function checkBatch(
  { fixed, open }: { fixed: ModelProto; open: ModelProto },
  runtime: Runtime,
): Promise<void> {
  const rows = fixedRows(fixed) ?? 0;
  const [input] = fixed.graph?.input ?? [];
  const output = open.graph?.output[0]?.name ?? "";
  const sizes = input?.type?.tensorType?.shape?.dim.slice(1).map(({ dimValue }) =>
    Number(dimValue)
  );
  if (input?.name === undefined || sizes === undefined) return;
  const features = sizes.reduce((all, size) => all * size, 1);
  const random = seededRandom(1, "rows");
  const data = Float32Array.from({ length: RUNS * rows * features }, () => random.next());
  const name = input.name;
  await runtime.exclusive(async () => {
    const [one, all] = [
      await runtime.open(encodeModel(fixed)),
      await runtime.open(encodeModel(open)),
    ];
    try {
      const feed = (count: number) => ({ input: name, output, dims: [count, ...sizes] });
      const whole = await all.run({ ...feed(RUNS * rows), data });
      for (let run = 0; run < RUNS; run++) {
        const part = data.subarray(run * rows * features, (run + 1) * rows * features);
        const { data: values } = await one.run({ ...feed(rows), data: part });
        compare(values, whole.data, run * values.length);
      }
    } finally {
      await one.release();
      await all.release();
    }
  });
}

function compare(values: ArrayLike<unknown>, whole: ArrayLike<unknown>, start: number): void {
  for (let i = 0; i < values.length; i++) {
    const [a, b] = [Number(values[i]), Number(whole[start + i])];
    if (Math.abs(a - b) <= TOLERANCE * Math.max(1, Math.abs(a)) || Object.is(a, b)) continue;
    throw new Error(
      `model: with another batch it computes ${b} where it was ${a}: its rows depend on each other; ` +
        "export it with a batch that varies (dynamic_shapes, dynamic_axes)",
    );
  }
}
