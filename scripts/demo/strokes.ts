/** How the ten digits are written: pen strokes on a sheet from (0, 0), top left, to (1, 1), bottom right. */

/** A point on the sheet. */
export type Point = readonly [x: number, y: number];

/** Points that the pen joins by straight lines without leaving the paper. */
export type Stroke = readonly Point[];

/** Part of an ellipse; angles in turns, clockwise from the right, since y grows downwards. */
function arc(
  [x, y]: Point,
  [rx, ry]: Point,
  { from, to }: { from: number; to: number },
): Point[] {
  const steps = Math.max(3, Math.ceil(Math.abs(to - from) * 14));
  return Array.from({ length: steps + 1 }, (_, i): Point => {
    const angle = 2 * Math.PI * (from + (to - from) * i / steps);
    return [x + rx * Math.cos(angle), y + ry * Math.sin(angle)];
  });
}

const FULL = { from: -0.25, to: 0.75 };

/** For each digit the ways in which people write it. */
export const DIGITS: readonly (readonly Stroke[])[][] = [
  [
    [arc([0.5, 0.5], [0.3, 0.4], FULL)],
    [arc([0.5, 0.5], [0.2, 0.4], FULL)],
  ],
  [
    [[[0.5, 0.1], [0.5, 0.9]]],
    [[[0.32, 0.28], [0.52, 0.1], [0.52, 0.9]]],
    [[[0.32, 0.28], [0.52, 0.1], [0.52, 0.9]], [[0.32, 0.9], [0.72, 0.9]]],
  ],
  [
    [[...arc([0.5, 0.33], [0.27, 0.23], { from: -0.45, to: 0.1 }), [0.22, 0.9], [0.8, 0.9]]],
    [[
      ...arc([0.5, 0.32], [0.26, 0.22], { from: -0.45, to: 0.12 }),
      ...arc([0.34, 0.8], [0.12, 0.1], { from: 0.5, to: 1.1 }),
      [0.8, 0.88],
    ]],
  ],
  [
    [[
      ...arc([0.48, 0.3], [0.25, 0.2], { from: -0.42, to: 0.25 }),
      ...arc([0.48, 0.7], [0.28, 0.2], { from: -0.25, to: 0.42 }),
    ]],
    [[
      [0.24, 0.1],
      [0.74, 0.1],
      [0.46, 0.42],
      ...arc([0.46, 0.67], [0.28, 0.24], { from: -0.2, to: 0.42 }),
    ]],
  ],
  [
    [[[0.62, 0.1], [0.2, 0.62], [0.82, 0.62]], [[0.62, 0.1], [0.62, 0.92]]],
    [[[0.26, 0.1], [0.24, 0.5], [0.74, 0.5]], [[0.72, 0.12], [0.66, 0.92]]],
  ],
  [
    [[
      [0.74, 0.1],
      [0.3, 0.1],
      [0.27, 0.46],
      ...arc([0.48, 0.66], [0.27, 0.24], { from: -0.3, to: 0.42 }),
    ]],
    [[[0.32, 0.12], [0.28, 0.46], ...arc([0.46, 0.67], [0.26, 0.23], { from: -0.3, to: 0.4 })], [
      [0.32, 0.12],
      [0.76, 0.12],
    ]],
  ],
  [
    [[[0.66, 0.1], [0.4, 0.32], ...arc([0.5, 0.68], [0.24, 0.22], { from: -0.5, to: 0.5 })]],
    [[
      ...arc([0.55, 0.5], [0.28, 0.4], { from: -0.15, to: -0.6 }),
      ...arc([0.5, 0.7], [0.23, 0.2], { from: 0.45, to: -0.5 }),
    ]],
  ],
  [
    [[[0.22, 0.12], [0.78, 0.12], [0.42, 0.9]]],
    [[[0.22, 0.12], [0.78, 0.12], [0.42, 0.9]], [[0.4, 0.5], [0.74, 0.5]]],
  ],
  [
    [arc([0.5, 0.3], [0.21, 0.2], FULL), arc([0.5, 0.7], [0.26, 0.21], FULL)],
    [[
      ...arc([0.5, 0.3], [0.22, 0.2], { from: -0.1, to: -0.75 }),
      ...arc([0.5, 0.7], [0.25, 0.2], { from: -0.25, to: 0.75 }),
      [0.7, 0.2],
    ]],
  ],
  [
    [arc([0.48, 0.32], [0.24, 0.22], FULL), [[0.72, 0.32], [0.68, 0.9]]],
    [[
      ...arc([0.48, 0.32], [0.23, 0.22], { from: 0, to: -1 }),
      [0.7, 0.6],
      ...arc([0.48, 0.68], [0.22, 0.22], { from: 0.05, to: 0.4 }),
    ]],
  ],
];
