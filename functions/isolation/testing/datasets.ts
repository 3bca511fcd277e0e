/** Data sets for the tests of isolation. */
import { Dataset } from "../../../core/dataset/dataset.ts";
import { type Manifest, parseManifest } from "../../../core/dataset/manifest.ts";
import { MemoryStore } from "../../../core/ipfs/store.ts";
import { addDataset } from "../../testing/models.ts";

const SIDE = 28;

/** The manifest of the small data set. */
export async function smallManifest(): Promise<Manifest> {
  const store = new MemoryStore();
  return parseManifest((await store.get(await addDataset(store)))!);
}

/** Two rows; `goodModel()` of functions/testing is right on both. */
export async function tinyDataset(): Promise<Dataset> {
  const values = Uint8Array.from([200, 0, 0, 0, 0, 200, 0, 0]);
  return new Dataset(await smallManifest(), { values, labels: Int32Array.from([0, 1]) });
}

/** So many rows with values that look like none, and labels that `goodModel()` gets right now and then. */
export async function wideDataset(rows: number): Promise<Dataset> {
  const values = new Uint8Array(4 * rows);
  for (let i = 0; i < values.length; i++) values[i] = (i * 7919 + (i >> 3) * 31) % 251;
  const labels = new Int32Array(rows);
  for (let i = 0; i < rows; i++) labels[i] = (i * 13 + (i >> 2)) % 3;
  return new Dataset(await smallManifest(), { values, labels });
}

/** So many images of 28 x 28 bytes that show nothing, in ten classes. */
export async function wave(rows: number): Promise<Dataset> {
  const manifest: Manifest = {
    ...await smallManifest(),
    classes: Array.from({ length: 10 }, (_, i) => `${i}`),
    input: {
      shape: [1, SIDE, SIDE],
      altShapes: [[SIDE * SIDE], [SIDE, SIDE, 1]],
      dtype: "uint8",
      scale: 1 / 255,
      offset: 0,
    },
  };
  const values = new Uint8Array(rows * SIDE * SIDE);
  for (let i = 0; i < values.length; i++) values[i] = (i % SIDE) * (i % 97) + (i >> 5) * 7;
  const labels = Int32Array.from({ length: rows }, (_, i) => (i * 7) % 10);
  return new Dataset(manifest, { values, labels });
}
