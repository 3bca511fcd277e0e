import type { Manifest } from "../dataset/manifest.ts";
import type { ModelTask } from "../model/admission/signature.ts";

/** Rows in one run; the last batch of a data set may be shorter (PROTOCOL.md section 7). */
export const BATCH_ROWS = 100;

/** What a competition asks of models, for `admitModel`. */
export function modelTask(
  { input, classes, test, limits }: Manifest,
): ModelTask & { rows: number } {
  const { shape, altShapes = [] } = input;
  return {
    shapes: [shape, ...altShapes],
    batch: BATCH_ROWS,
    rows: test.rows,
    classes: classes?.length,
    ...(limits === undefined ? {} : { limits }),
  };
}
