import assert from "node:assert/strict";
import {
  classCounts,
  imageShape,
  largest,
  layOut,
  paint,
  rowsOf,
  visiblePlaces,
} from "./image_grid.ts";

const INPUT = { dtype: "uint8", scale: 1, offset: 0 } as const;

Deno.test("imageShape() finds the picture among the shapes", () => {
  const grey = { channels: 1, planar: false };
  const cases: [number[], number[][], unknown][] = [
    [[28, 28], [], { height: 28, width: 28, ...grey }],
    [[784], [[1, 28, 20]], { height: 28, width: 20, channels: 1, planar: true }],
    [[3, 32, 16], [], { height: 32, width: 16, channels: 3, planar: true }],
    [[32, 16, 3], [], { height: 32, width: 16, channels: 3, planar: false }],
    [[784], [], undefined],
    [[4, 3], [], undefined],
    [[2, 28, 28], [], undefined],
    [[1000, 28], [], undefined],
  ];
  for (const [shape, altShapes, found] of cases) {
    assert.deepEqual(imageShape({ ...INPUT, shape, altShapes }), found, String(shape));
  }
});

Deno.test("paint() turns values into pixels, channels first or last", () => {
  const base = { width: 2, height: 1 };
  const drawn = (values: number[], shape: object, scale = 1) => {
    const into = new Uint8ClampedArray(8);
    paint(values, { shape: { ...base, ...shape } as never, scale, into });
    return [...into];
  };
  assert.deepEqual(drawn([1, 2], { channels: 1, planar: false }, 10), [
    10,
    10,
    10,
    255,
    20,
    20,
    20,
    255,
  ]);
  assert.deepEqual(drawn([1, 2, 3, 4, 5, 6], { channels: 3, planar: false }), [
    1,
    2,
    3,
    255,
    4,
    5,
    6,
    255,
  ]);
  assert.deepEqual(drawn([1, 2, 3, 4, 5, 6], { channels: 3, planar: true }), [
    1,
    3,
    5,
    255,
    2,
    4,
    6,
    255,
  ]);
});

Deno.test("layOut() fills the width, and visiblePlaces() covers exactly what shows", () => {
  const layout = layOut(1000, { width: 400 });
  assert.equal(layout.columns, 5);
  assert.equal(layout.rows, 200);
  const { pitch } = layout;
  const shown = (top: number) => visiblePlaces(layout, { top, height: 2 * pitch, count: 1000 });
  assert.deepEqual(shown(0), { start: 0, end: 10 });
  assert.deepEqual(shown(pitch / 2), { start: 0, end: 15 });
  assert.deepEqual(shown(199 * pitch), { start: 995, end: 1000 });
  assert.deepEqual(visiblePlaces(layOut(7, { width: 400 }), { top: 0, height: 999, count: 7 }), {
    start: 0,
    end: 7,
  });
  assert.equal(layOut(3, { width: 0 }).columns, 1);
});

Deno.test("rowsOf(), classCounts() and largest() look at all rows", () => {
  const labels = Int32Array.of(2, 0, 2, 1);
  assert.deepEqual([...rowsOf(labels, 2)], [0, 2]);
  assert.deepEqual([...rowsOf(labels, undefined)], [0, 1, 2, 3]);
  assert.deepEqual(classCounts(labels, 3), [1, 1, 2]);
  assert.equal(largest(Float64Array.of(3, 16, -1)), 16);
  assert.equal(largest(Uint8Array.of(0, 0)), 1);
});
