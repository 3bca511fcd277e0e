import assert from "node:assert/strict";
import { fromHalf, toHalf } from "./half.ts";

Deno.test("toHalf() gives back every one of the 65,536 halves", () => {
  for (let bits = 0; bits < 65_536; bits++) {
    const value = fromHalf(bits);
    if (Number.isNaN(value)) assert.equal(toHalf(value) & 0x7c00, 0x7c00);
    else assert.equal(toHalf(value), bits, String(value));
  }
});

Deno.test("toHalf() rounds to the nearest, ties to even, between all halves", () => {
  for (let bits = 0; bits < 0x7bff; bits++) {
    const [low, high] = [fromHalf(bits), fromHalf(bits + 1)];
    const middle = (low + high) / 2;
    assert.equal(toHalf(middle), bits + (bits & 1), String(middle));
    assert.equal(toHalf(low + (high - low) * 0.499), bits);
    assert.equal(toHalf(-(low + (high - low) * 0.501)), 0x8000 | (bits + 1));
  }
});

Deno.test("toHalf() agrees with the engine's own Float16Array, where there is one", () => {
  if (!("Float16Array" in globalThis)) return;
  for (const value of [65_504, 65_519.99, 65_520, 1e9, -1e9, 1e-9, 2 ** -25, -(2 ** -24), 0.1]) {
    const [rounded] = Float16Array.of(Math.fround(value));
    assert.equal(fromHalf(toHalf(value)), rounded, String(value));
  }
});
