import assert from "node:assert/strict";
import { DataType } from "../../onnx/codec.ts";
import { CONVOLUTION } from "./convolution.ts";
import { agree, type Case, effectOf, fed, refuse } from "./testing.ts";

function conv(x: number[], w: number[], attributes = {}, operator = "Conv"): Case {
  return { operator, version: 11, inputs: [fed(x), fed(w)], attributes };
}

Deno.test("Conv and ConvTranspose: types and shapes are the runtime's", async () => {
  const cases: Case[] = [
    conv([1, 4, 6], [8, 4, 3]),
    conv([2, 4, 6, 5], [8, 4, 3, 2], { pads: [1, 0, 0, 2], strides: [2, 1] }),
    conv([1, 2, 4, 5, 6], [3, 2, 2, 2, 2], { dilations: [2, 1, 3] }),
    conv([1, 2, 2, 2, 2, 2], [3, 2, 1, 1, 1, 1, 1]),
    conv([1, 4, 6, 6], [4, 1, 3, 3], { group: 4, auto_pad: "SAME_UPPER" }),
    conv([1, 4, 6, 6], [6, 2, 3, 3], { group: 2, strides: [], kernel_shape: [3, 3] }),
    conv([1, 4, 6, 6], [6, 2, 3, 3], { group: 2, kernel_shape: [3, 2] }),
    conv([1, 4, 6, 6], [6, 2, 3, 3]),
    conv([1, 4, 6, 6], [5, 2, 3, 3], { group: 2 }),
    conv([1, 4, 6, 6], [4, 4, 7, 7]),
    conv([1, 4, 6, 6], [4, 4, 3, 3], { strides: [1] }),
    conv([1, 4, 6, 6], [4, 4, 3]),
    conv([1, 4], [4, 4]),
    conv([2, 4, 5, 5], [4, 3, 3, 3], { strides: [2, 2], output_padding: [1, 0] }, "ConvTranspose"),
    conv([2, 4, 5, 5], [4, 3, 3, 3], { group: 2, pads: [1, 1, 1, 0] }, "ConvTranspose"),
    conv([2, 4, 5], [4, 3, 3], { strides: [3], output_shape: [14] }, "ConvTranspose"),
    conv([2, 4, 5, 5], [4, 3, 3, 3], { strides: [2, 2], auto_pad: "SAME_UPPER" }, "ConvTranspose"),
    conv([2, 4, 5, 5], [3, 4, 3, 3], {}, "ConvTranspose"),
  ];
  for (const operator of ["Conv", "ConvTranspose"]) {
    for (const version of [7, 11, 22]) {
      for (const bias of [[3], [1], [4]]) {
        const inputs = [fed([1, 3, 5, 5]), fed([3, 3, 2, 2]), fed(bias)];
        cases.push({ operator, version, inputs });
      }
    }
    for (const type of [DataType.FLOAT16, DataType.DOUBLE, DataType.INT32]) {
      const inputs = [fed([1, 3, 5, 5], type), fed([3, 3, 2, 2], type)];
      cases.push({ operator, version: 11, inputs });
    }
  }
  await agree(CONVOLUTION, cases);
});

Deno.test("convolutions: absurd sizes are refused before anything is computed from them", () => {
  const w = [3, 4, 3, 3];
  refuse(CONVOLUTION, /expected .*, got/, [
    conv([1, 4, 6, 6], w, { strides: [0, 1] }),
    conv([1, 4, 6, 6], w, { strides: [2 ** 40, 1] }),
    conv([1, 4, 6, 6], w, { pads: [-1, 0, 0, 0] }),
    conv([1, 4, 6, 6], w, { pads: [2 ** 30, 0, 0, 0] }),
    conv([1, 4, 6, 6], w, { dilations: [2 ** 30, 1] }),
    conv([1, 4, 6, 6], w, { group: 0 }),
    conv([1, 4, 6, 6], w, { group: -4 }),
    conv([1, 4, 6, 6], w, { auto_pad: "OTHER" }),
    conv([1, 4, 6, 6], [3, 4, 0, 3]),
    conv([1, 4, 6, 6], [4, 3, 3, 3], { output_shape: [0, 8] }, "ConvTranspose"),
    conv([1, 4, 6, 6], [4, 3, 3, 3], { output_padding: [2 ** 30, 0] }, "ConvTranspose"),
  ]);
});

Deno.test("convolutions: multiply-accumulates are exact, memory grows with what is unfolded", () => {
  const plain = effectOf(CONVOLUTION, conv([2, 4, 6, 5], [8, 4, 3, 2]));
  assert.equal(plain.macs, 2 * 8 * 4 * 4 * (4 * 3 * 2));
  const grouped = effectOf(CONVOLUTION, conv([2, 4, 6, 6], [8, 1, 3, 3], { group: 4 }));
  assert.equal(grouped.macs, 2 * 8 * 4 * 4 * 9);
  assert.ok(grouped.work! > 2 * grouped.macs!);
  const wide = effectOf(CONVOLUTION, conv([2, 4, 5, 5], [4, 8, 3, 3], {}, "ConvTranspose"));
  assert.equal(wide.macs, 2 * 4 * 25 * 8 * 9);
  assert.equal(wide.scratch, 4 * 25 * 8 * 9);
  const few = effectOf(CONVOLUTION, conv([1, 64, 4, 4], [256, 64, 3, 3]));
  assert.ok(few.scratch! >= 4 * 64 * 9 * 4);
});
