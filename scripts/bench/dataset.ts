/**
 * What reading data costs: IDX.gz to float32 over bare decompression, and how many times as fast as
 * `readTextFile` and `split(",")` the CSV reader is. 10,000 MNIST images; medians of 5.
 */
import { readCsv } from "../../core/dataset/csv.ts";
import type { Dataset } from "../../core/dataset/dataset.ts";
import { comparePairs } from "./measure.ts";
import { loadMnist, mnistFiles } from "./mnist.ts";

const CHUNK_BYTES = 256 * 1024;

/**
 * `dataset.idxGzOverDecompression` (at most 1.8 is the aim) and `dataset.csvSpeedup` over
 * `readTextFile` and `split` (at least 1.5 is the aim).
 */
export async function benchDataset(): Promise<Record<string, number>> {
  return {
    "dataset.idxGzOverDecompression": await benchIdx(),
    "dataset.csvSpeedup": await benchCsv(),
  };
}

async function benchIdx(): Promise<number> {
  const files = await mnistFiles();
  return await comparePairs({
    ours: async () => (await loadMnist(files)).inputs,
    bare: async () => {
      for (const zipped of [files.labels, files.images]) {
        const stream = new Blob([zipped]).stream().pipeThrough(new DecompressionStream("gzip"));
        for await (const _ of stream);
      }
    },
  });
}

async function benchCsv(): Promise<number> {
  const dataset = await loadMnist();
  const folder = await Deno.makeTempDir();
  const path = `${folder}/mnist.csv`;
  try {
    await Deno.writeTextFile(path, asCsv(dataset));
    const shape = {
      rows: dataset.rows,
      features: dataset.features,
      dtype: "uint8" as const,
      classes: Array.from("0123456789"),
      header: true,
      label: "label",
      what: "mnist.csv",
    };
    const ratio = await comparePairs({
      ours: () => readCsv(fileChunks(path), shape),
      bare: () => splitCsv(path),
    });
    return 1 / ratio;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** The usual way: the whole text, its lines, their cells; the numbers not even read yet. */
async function splitCsv(path: string): Promise<string[][]> {
  const text = await Deno.readTextFile(path);
  return text.split("\n").map((line) => line.split(","));
}

async function* fileChunks(path: string): AsyncGenerator<Uint8Array> {
  using file = await Deno.open(path);
  for (;;) {
    const chunk = new Uint8Array(CHUNK_BYTES);
    const length = await file.read(chunk);
    if (length === null) return;
    yield chunk.subarray(0, length);
  }
}

function asCsv({ rows, features, values, labels }: Dataset): string {
  const names = Array.from({ length: features }, (_, i) => `pixel${i}`);
  const lines = [["label", ...names].join()];
  for (let row = 0; row < rows; row++) {
    const cells = values.subarray(row * features, (row + 1) * features).join();
    lines.push(`${labels[row]},${cells}`);
  }
  return lines.join("\n") + "\n";
}

if (import.meta.main) {
  const ratios = await benchDataset();
  // deno-lint-ignore no-console
  console.log(JSON.stringify(ratios, null, 2));
}
