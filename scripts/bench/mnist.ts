/** The data of the benchmarks: MNIST's 10,000 test images where ../shared/data has them, else drawn by chance. */
import { gzipSync } from "node:zlib";
import { type Dataset, loadDataset } from "../../core/dataset/dataset.ts";
import type { Manifest } from "../../core/dataset/manifest.ts";
import { KNOWN_RUNTIMES, type RuntimePin } from "../../core/evaluate/known_runtimes.ts";

/** Where models made by other tools lie on machines that have them. */
export const MODELS_FOLDER = new URL("../../../shared/models/", import.meta.url);
const DATA_FOLDER = new URL("../../../shared/data/mnist/", import.meta.url);

const ROWS = 10_000;
const CID = "bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy";

/** Two IDX.gz files: 10,000 images of 28 x 28 bytes, and their labels. */
export interface MnistFiles {
  /** Header 0x803, 10000, 28, 28. */
  images: Uint8Array<ArrayBuffer>;
  /** Header 0x801, 10000. */
  labels: Uint8Array<ArrayBuffer>;
}

/** Reads both files, or draws them where they are not. */
export async function mnistFiles(): Promise<MnistFiles> {
  try {
    return {
      images: await Deno.readFile(new URL("t10k-images-idx3-ubyte.gz", DATA_FOLDER)),
      labels: await Deno.readFile(new URL("t10k-labels-idx1-ubyte.gz", DATA_FOLDER)),
    };
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    return { images: drawn([ROWS, 28, 28]), labels: drawn([ROWS]) };
  }
}

/** A manifest for those files. */
export function mnistManifest(files: MnistFiles): Manifest {
  return {
    version: 1,
    name: "MNIST",
    mode: "open",
    task: "classification",
    classes: Array.from("0123456789"),
    input: {
      shape: [1, 28, 28],
      altShapes: [[28, 28, 1], [784]],
      dtype: "uint8",
      scale: 0.00392156862745098,
      offset: 0,
    },
    metric: { name: "accuracy" },
    runtime: KNOWN_RUNTIMES.at(-1) as RuntimePin,
    test: {
      format: "idx.gz",
      rows: ROWS,
      inputs: { cid: CID, bytes: files.images.length },
      labels: { cid: CID, bytes: files.labels.length },
    },
  };
}

/** Both files, loaded. */
export async function loadMnist(given?: MnistFiles): Promise<Dataset> {
  const files = given ?? await mnistFiles();
  const order = [files.labels, files.images].values();
  return await loadDataset(mnistManifest(files), {
    part: "test",
    read: async function* () {
      const { value } = order.next();
      if (value !== undefined) yield value;
    },
  });
}

/** A zipped IDX file: mostly zeros, as digits are, the rest from a seeded generator; labels 0..9. */
function drawn(sizes: number[]): Uint8Array<ArrayBuffer> {
  const length = sizes.reduce((all, size) => all * size, 1);
  const header = 4 + 4 * sizes.length;
  const file = new Uint8Array(header + length);
  const view = new DataView(file.buffer);
  view.setUint32(0, 0x0800 + sizes.length);
  sizes.forEach((size, i) => view.setUint32(4 + 4 * i, size));
  let state = 1;
  for (let i = header; i < file.length; i++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const byte = state >>> 24;
    file[i] = sizes.length === 1 ? byte % 10 : Math.max(0, byte * 5 - 1020);
  }
  return new Uint8Array(gzipSync(file));
}
