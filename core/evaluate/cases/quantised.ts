/** Parts of quantised models. */
import { DataType } from "../../model/onnx/codec.ts";
import type { Sheet } from "./case.ts";

const { UINT8 } = DataType;

/** Positive scales, one for each channel. */
export function scales(g: Sheet, length: number): string {
  return g.floats(...Array.from({ length }, (_, i) => 0.004 + 0.001 * (i % 7)));
}

/** A zero point of int8. */
export function zero8(g: Sheet, value = 0): string {
  return g.constant([], Int8Array.of(value));
}

/** A zero point of uint8. */
export function zeroU8(g: Sheet, value = 128): string {
  return g.constant([], Uint8Array.of(value));
}

/** x as uint8 or int8. */
export function quantised(g: Sheet, to: number): string {
  return g.op("QuantizeLinear", [g.x, g.scalar(0.015625), to === UINT8 ? zeroU8(g) : zero8(g)]);
}

/** To quantised values and back. */
export function roundTrip(g: Sheet, name: string): string {
  const scale = g.scalar(0.02);
  return g.op("DequantizeLinear", [
    g.op("QuantizeLinear", [name, scale, zeroU8(g)]),
    scale,
    zeroU8(g),
  ]);
}

/** A constant of numbers of 4 bits, two in a byte. */
export function int4(g: Sheet, dims: readonly [number, number]): string {
  const name = g.uint8([dims[0], dims[1] / 2]);
  const constant = g.constants.at(-1)!;
  constant.dims = [...dims];
  constant.dataType = DataType.INT4;
  return name;
}
