/** Draws the visible part of a grid of pictures on a canvas. */
import {
  type GridLayout,
  type ImageShape,
  layOut,
  paint,
  pictureSide,
  visiblePlaces,
} from "../models/image_grid.ts";

/** What a grid shows. */
export interface GridContent {
  /** How a row is a picture. */
  shape: ImageShape;
  /** Values of all rows of the data set, one row after the other. */
  values: Uint8Array | Float64Array;
  /** What takes the largest value to 255. */
  scale: number;
  /** Numbers of the rows that are shown, in order. */
  rows: Uint32Array;
  /** Text below a row's picture. */
  labelOf(row: number): string;
}

const LABEL_FONT = "12px system-ui, sans-serif";
const LABEL_HEIGHT = 15;

/** The grid's height in CSS pixels for a width. */
export function gridHeight({ rows }: GridContent, width: number): number {
  return layOut(rows.length, { width }).height;
}

/** Draws what shows of the grid when it is scrolled down by `top` CSS pixels. */
export function drawGrid(
  canvas: HTMLCanvasElement,
  content: GridContent,
  { top, ratio }: { top: number; ratio: number },
): void {
  const { clientWidth: width, clientHeight: height } = canvas;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  const context = canvas.getContext("2d");
  if (context === null || width === 0) return;
  context.scale(ratio, ratio);
  context.imageSmoothingEnabled = false;
  context.fillStyle = getComputedStyle(canvas).color;
  context.font = LABEL_FONT;
  context.textAlign = "center";
  const layout = layOut(content.rows.length, { width });
  const count = content.rows.length;
  const { start, end } = visiblePlaces(layout, { top, height, count });
  const stamp = new OffscreenCanvas(content.shape.width, content.shape.height);
  for (let place = start; place < end; place++) {
    drawCell(context, stamp, { content, layout, place, top });
  }
}

function drawCell(
  context: CanvasRenderingContext2D,
  stamp: OffscreenCanvas,
  { content, layout, place, top }: {
    content: GridContent;
    layout: GridLayout;
    place: number;
    top: number;
  },
): void {
  const row = content.rows[place]!;
  const { width, height } = fit(content.shape, pictureSide(layout));
  const centre = (place % layout.columns + 0.5) * layout.cell;
  const y = Math.floor(place / layout.columns) * layout.pitch - top + (layout.cell - height);
  drawPicture(stamp, content, row);
  context.drawImage(stamp, centre - width / 2, y, width, height);
  context.fillText(content.labelOf(row), centre, y + height + LABEL_HEIGHT, layout.cell);
}

function drawPicture(stamp: OffscreenCanvas, { shape, values, scale }: GridContent, row: number) {
  const { width, height, channels } = shape;
  const size = width * height * channels;
  const image = new ImageData(width, height);
  paint(values.subarray(row * size, (row + 1) * size), { shape, scale, into: image.data });
  stamp.getContext("2d")!.putImageData(image, 0, 0);
}

function fit({ width, height }: ImageShape, side: number): { width: number; height: number } {
  const scale = side / Math.max(width, height);
  return { width: width * scale, height: height * scale };
}
