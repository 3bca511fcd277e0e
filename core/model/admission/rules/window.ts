/** Windows that move over an image: what convolutions and poolings share. */
import type { Operation } from "../operation.ts";

/** Largest size, stride, dilation or padding along an axis: what a float32 counts exactly. */
const LARGEST = 2 ** 24;

/** How a window moves, axis by axis. */
export interface Window {
  /** Elements. */
  readonly kernel: readonly number[];
  /** Steps. */
  readonly strides: readonly number[];
  /** Distances between its elements. */
  readonly dilations: readonly number[];
  /** Elements added before each axis, then after each axis. */
  readonly pads: readonly number[];
  /** NOTSET (pads count), VALID, SAME_UPPER or SAME_LOWER. */
  readonly auto: string;
}

/** The attributes of a window. @throws {InvalidModel} `shape` for sizes that make no sense */
export function windowOf(operation: Operation, kernel: readonly number[]): Window {
  const rank = kernel.length;
  const list = (name: string, { length, least }: { length: number; least: number }) => {
    const values = operation.ints(name);
    if (values === undefined) return Array<number>(length).fill(least);
    if (values.length === length && values.every((v) => v >= least && v <= LARGEST)) return values;
    throw operation.refuse(
      `${length} ${name} from ${least} to ${LARGEST}`,
      `[${values.slice(0, 20)}]`,
    );
  };
  if (kernel.some((size) => size < 1 || size > LARGEST)) {
    throw operation.refuse(`a kernel of sizes from 1 to ${LARGEST}`, `[${kernel}]`);
  }
  const auto = operation.text("auto_pad", "NOTSET") || "NOTSET";
  if (!["NOTSET", "VALID", "SAME_UPPER", "SAME_LOWER"].includes(auto)) {
    throw operation.refuse("auto_pad NOTSET, VALID, SAME_UPPER or SAME_LOWER", "another");
  }
  return {
    kernel,
    strides: list("strides", { length: rank, least: 1 }),
    dilations: list("dilations", { length: rank, least: 1 }),
    pads: list("pads", { length: 2 * rank, least: 0 }),
    auto,
  };
}

/**
 * How many positions a window takes along each axis of an image (onnx Conv and pooling operators). With `ceil`, a
 * last position that reaches beyond the padded image counts too, unless it begins in the padding at the end.
 *
 * @throws {InvalidModel} `shape` if the window does not fit
 */
export function positions(
  operation: Operation,
  { window, image, ceil = false }: { window: Window; image: readonly number[]; ceil?: boolean },
): number[] {
  return image.map((size, axis) => {
    const stride = window.strides[axis]!;
    const reach = (window.kernel[axis]! - 1) * window.dilations[axis]! + 1;
    if (size > LARGEST) throw operation.refuse(`images of at most ${LARGEST}`, String(size));
    if (window.auto.startsWith("SAME")) {
      if (window.dilations[axis] !== 1) {
        throw operation.refuse(`dilations of 1 with ${window.auto}`, `${window.dilations}`);
      }
      return size === 0 ? never(operation, [size, reach]) : Math.ceil(size / stride);
    }
    const padded = window.auto === "VALID" ? [0, 0] : [
      window.pads[axis]!,
      window.pads[axis + image.length]!,
    ];
    const room = size + padded[0]! + padded[1]! - reach;
    if (size === 0 || room < 0) return never(operation, [size, reach]);
    if (!ceil) return Math.floor(room / stride) + 1;
    const count = Math.ceil(room / stride) + 1;
    return (count - 1) * stride >= size + padded[0]! ? count - 1 : count;
  });
}

function never(operation: Operation, [size, reach]: readonly [number, number]): never {
  throw operation.refuse("windows that fit the padded image", `${reach} over ${size}`);
}
