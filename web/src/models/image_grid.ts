/** How the rows of a data set are shown as a grid of pictures: shape, order and place. All pure. */
import type { Manifest } from "../../../core/dataset/manifest.ts";

/** A row as a picture. */
export interface ImageShape {
  /** Pixels. */
  width: number;
  /** Pixels. */
  height: number;
  /** 1 for shades of grey, 3 for red, green and blue. */
  channels: 1 | 3;
  /** Whether a channel's values stand together (channels first), not a pixel's. */
  planar: boolean;
}

/** Pictures are at least this wide and high, and at most this: anything else is no picture for people. */
const MIN_SIDE = 4;
const MAX_SIDE = 512;

/** How a row can be seen as a picture; undefined if none of its shapes is one. */
export function imageShape({ shape, altShapes = [] }: Manifest["input"]): ImageShape | undefined {
  for (const candidate of [shape, ...altShapes]) {
    const found = asImage(candidate);
    if (found !== undefined) return found;
  }
  return undefined;
}

function asImage(shape: readonly number[]): ImageShape | undefined {
  const [a, b, c] = shape;
  const fits = (side: number | undefined) =>
    side !== undefined && side >= MIN_SIDE && side <= MAX_SIDE;
  if (shape.length === 2 && fits(a) && fits(b)) {
    return { height: a!, width: b!, channels: 1, planar: false };
  }
  if (shape.length !== 3) return undefined;
  if ((a === 1 || a === 3) && fits(b) && fits(c)) {
    return { height: b!, width: c!, channels: a, planar: true };
  }
  if ((c === 1 || c === 3) && fits(a) && fits(b)) {
    return { height: a!, width: b!, channels: c, planar: false };
  }
  return undefined;
}

/** Writes a row's picture as RGBA; `scale` takes the largest value to 255. */
export function paint(
  values: ArrayLike<number>,
  { shape, scale, into }: {
    shape: ImageShape;
    scale: number;
    into: Uint8ClampedArray;
  },
): void {
  const { width, height, channels, planar } = shape;
  const pixels = width * height;
  for (let pixel = 0; pixel < pixels; pixel++) {
    for (let channel = 0; channel < 3; channel++) {
      const c = channels === 1 ? 0 : channel;
      const at = planar ? c * pixels + pixel : pixel * channels + c;
      into[pixel * 4 + channel] = values[at]! * scale;
    }
    into[pixel * 4 + 3] = 255;
  }
}

/** The place of the pictures in a grid, in CSS pixels. */
export interface GridLayout {
  /** Cells side by side. */
  columns: number;
  /** Rows of cells. */
  rows: number;
  /** Width of a cell; it holds the picture and a gap. */
  cell: number;
  /** Height of a cell, with its label. */
  pitch: number;
  /** Height of everything. */
  height: number;
}

const GAP = 10;
const LABEL = 20;
const TARGET = 72;

/** Lays `count` pictures out in as many columns as fit into `width`. */
export function layOut(count: number, { width }: { width: number }): GridLayout {
  const columns = Math.max(1, Math.floor(width / TARGET));
  const cell = Math.max(1, width / columns);
  const pitch = cell + LABEL;
  const rows = Math.ceil(count / columns);
  return { columns, rows, cell, pitch, height: rows * pitch + GAP };
}

/** Side of the square that a picture fits in. */
export function pictureSide({ cell }: GridLayout): number {
  return Math.max(1, cell - GAP);
}

/** The places from `start` to before `end` that show in a window onto the grid. */
export function visiblePlaces(
  { columns, rows, pitch }: GridLayout,
  { top, height, count }: { top: number; height: number; count: number },
): { start: number; end: number } {
  const first = Math.max(0, Math.floor(top / pitch));
  const last = Math.min(rows, Math.ceil((top + height) / pitch));
  return { start: first * columns, end: Math.min(count, last * columns) };
}

/** Numbers of the rows with a label, all for undefined. */
export function rowsOf(labels: ArrayLike<number>, label: number | undefined): Uint32Array {
  const rows = new Uint32Array(labels.length);
  let count = 0;
  for (let row = 0; row < labels.length; row++) {
    if (label === undefined || labels[row] === label) rows[count++] = row;
  }
  return rows.subarray(0, count);
}

/** How many rows each class has. */
export function classCounts(labels: ArrayLike<number>, classes: number): number[] {
  const counts = new Array<number>(classes).fill(0);
  for (let row = 0; row < labels.length; row++) counts[labels[row]!]!++;
  return counts;
}

/** The largest value, at least 1. */
export function largest(values: ArrayLike<number>): number {
  let max = 1;
  for (let i = 0; i < values.length; i++) if (values[i]! > max) max = values[i]!;
  return max;
}
