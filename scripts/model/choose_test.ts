import assert from "node:assert/strict";
import type { Precision } from "../../core/model/packing/weights.ts";
import { choose, type Tried } from "./choose.ts";

function tried(precision: Precision, bytes: number, score?: number): Tried {
  return { precision, onnx: new Uint8Array(1), packed: new Uint8Array(bytes), score };
}

Deno.test("choose() takes the smallest that loses at most 0.1 points", () => {
  const all = [
    tried("float32", 400, 97_010),
    tried("int8", 100, 96_910),
    tried("6", 80, 96_909),
    tried("5", 60, 90_000),
  ];
  assert.equal(choose(all).precision, "int8");
  assert.equal(choose([...all, tried("4", 50, 97_500)]).precision, "4");
  assert.equal(
    choose([tried("float32", 400, 97_010), tried("int8", 500, 97_010)]).precision,
    "float32",
  );
});

Deno.test("choose() passes over candidates that are INVALID", () => {
  assert.equal(choose([tried("float32", 400, 1), tried("int8", 100)]).precision, "float32");
});

Deno.test("choose() takes int8 where nothing was scored, else the last there is", () => {
  assert.equal(
    choose([tried("float32", 400), tried("int8", 100), tried("3", 50)]).precision,
    "int8",
  );
  assert.equal(choose([tried("float32", 400), tried("float16", 200)]).precision, "float16");
  assert.throws(() => choose([]), RangeError);
});
