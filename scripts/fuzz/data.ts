/** Data sets that changed models are scored on. */
import { Dataset } from "../../core/dataset/dataset.ts";
import type { Manifest } from "../../core/dataset/manifest.ts";
import { KNOWN_RUNTIMES } from "../../core/evaluate/known_runtimes.ts";
import { seededRandom } from "../demo/random.ts";

/** A full batch and a shorter one. */
export const ROWS = 120;

const FILE = { cid: "bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy", bytes: 1 };

/** What models are to do. */
export interface Task {
  /** Shapes of a row, the preferred one first; at least one. */
  readonly shapes: readonly (readonly number[])[];
  /** Number of classes; undefined for regression. */
  readonly classes: number | undefined;
}

/** 120 rows of numbers from -2 to 2. */
export function datasetOf({ shapes: [shape = [], ...altShapes], classes }: Task): Dataset {
  const random = seededRandom(1, "fuzz data");
  const features = shape.reduce((product, dim) => product * dim, 1);
  const values = Float64Array.from({ length: ROWS * features }, () => random.between(-2, 2));
  const manifest: Manifest = {
    version: 1,
    name: "fuzz",
    mode: "open",
    task: classes === undefined ? "regression" : "classification",
    ...(classes === undefined
      ? {}
      : { classes: Array.from({ length: classes }, (_, i) => `${i}`) }),
    input: {
      shape: [...shape],
      altShapes: altShapes.map((dims) => [...dims]),
      dtype: "float64",
      scale: 1,
      offset: 0,
    },
    metric: { name: classes === undefined ? "r2" : "accuracy" },
    runtime: KNOWN_RUNTIMES.at(-1)!,
    test: { format: "csv", rows: ROWS, table: FILE, csv: { header: false, label: 0 } },
  };
  const labels = classes === undefined
    ? Float64Array.from({ length: ROWS }, () => random.normal())
    : Int32Array.from({ length: ROWS }, (_, row) => row % classes);
  return new Dataset(manifest, { values, labels });
}
