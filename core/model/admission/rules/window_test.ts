import assert from "node:assert/strict";
import type { AttributeValue } from "../../onnx/build.ts";
import type { Operators } from "../operation.ts";
import { CONVOLUTION } from "./convolution.ts";
import { POOLING } from "./pooling.ts";
import { actual, type Case, expected, fed } from "./testing.ts";

/** Numbers below a bound, the same ones each time. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = Math.imul(state, 1664525) + 1013904223 | 0;
    return (state >>> 8) % below;
  };
}

/** A window with attributes drawn at random, sensible or not. */
function draw(next: (below: number) => number, { rank, ceil = false }: {
  rank: number;
  ceil?: boolean;
}) {
  const axes = Array.from({ length: rank });
  const image = axes.map(() => 1 + next(8));
  const kernel = axes.map(() => 1 + next(4));
  const attributes: Record<string, AttributeValue> = {};
  if (next(2) > 0) attributes.strides = axes.map(() => 1 + next(4));
  if (next(2) > 0) attributes.pads = [...axes, ...axes].map(() => next(3));
  if (next(3) === 0) {
    attributes.auto_pad = ["VALID", "SAME_UPPER", "SAME_LOWER", "NOTSET"][next(4)]!;
    if (next(2) > 0) delete attributes.pads;
  }
  if (next(3) === 0) attributes.dilations = axes.map(() => 1 + next(3));
  if (ceil && next(2) > 0) attributes.ceil_mode = next(2);
  return { image, kernel, attributes };
}

/** Asserts that where rule and runtime both take a case they give the same, and that this is often so. */
async function neverOther(operators: Operators, cases: Case[], least: number): Promise<void> {
  let both = 0;
  for (const given of cases) {
    const rule = expected(operators, given);
    const real = await actual(given);
    if ("refused" in rule || "refused" in real) continue;
    both++;
    assert.deepEqual(rule, real, JSON.stringify(given));
  }
  assert.ok(both >= least, `${both} of ${cases.length} run`);
}

Deno.test("poolings: 250 windows drawn at random give the runtime's shapes", async () => {
  const next = numbers(7);
  const cases = Array.from({ length: 250 }, () => {
    const operator = ["MaxPool", "AveragePool", "LpPool"][next(3)]!;
    const version = [7, 8, 10, 11, 12, 18, 19, 22, 25][next(9)]!;
    const { image, kernel, attributes } = draw(next, { rank: 1 + next(3), ceil: true });
    const inputs = [fed([2, 1, ...image])];
    return { operator, version, inputs, attributes: { ...attributes, kernel_shape: kernel } };
  });
  await neverOther(POOLING, cases, 50);
});

Deno.test("convolutions: 250 filters drawn at random give the runtime's shapes", async () => {
  const next = numbers(11);
  const cases = Array.from({ length: 250 }, () => {
    const operator = next(3) === 0 ? "Conv" : "ConvTranspose";
    const version = [7, 11, 22][next(3)]!;
    const { image, kernel, attributes } = draw(next, { rank: 1 + next(3) });
    const group = 1 + next(2);
    const channels = group * (1 + next(2));
    const filters = 1 + next(3);
    if (group > 1) attributes.group = group;
    if (next(2) > 0) attributes.kernel_shape = kernel;
    if (operator === "ConvTranspose") {
      if (next(3) === 0) attributes.output_padding = image.map(() => next(3));
      if (next(4) === 0) attributes.output_shape = image.map(() => 1 + next(12));
    }
    const w = operator === "Conv"
      ? [filters * group, channels / group, ...kernel]
      : [channels, filters, ...kernel];
    return { operator, version, inputs: [fed([2, channels, ...image]), fed(w)], attributes };
  });
  await neverOther(CONVOLUTION, cases, 75);
});
