import { CALL_EVAL } from "../advice.ts";
import { DataType } from "../../onnx/codec.ts";
import type { Effect, Operation, Operators, Value } from "../operation.ts";
import {
  axisOf,
  broadcast,
  operatorsOf,
  REAL,
  shaped,
  SINGLE,
  sizeOf,
  typed,
  writes,
} from "./checks.ts";

/** Work of one element scaled and shifted. */
const SCALED = 12;
/** Work of one element whose mean and variance are taken too. */
const NORMALISED = 40;
/** The same in LayerNormalization, which also shifts it. */
const LAYERED = 110;
/** Work of one element of a normalisation that the runtime takes apart into a dozen operators. */
const TAKEN_APART = 160;
/** Work of one element that is divided by a power of its neighbours' sum. */
const NEIGHBOURED = 400;
/** Work of one 0 that stands for a neighbour before the first or after the last channel. */
const SQUARED = 60;
/** Work of one group of elements that share a mean. */
const GROUP = 600;
/** Work of one channel of an image where it is scaled and shifted apart from the others. */
const CHANNEL = 1200;

/** Operators that shift and scale values by their mean and variance. */
export const NORMALISATION: Operators = operatorsOf({
  BatchNormalization: batchNormalization,
  InstanceNormalization: instanceNormalization,
  LayerNormalization: { since: 17, rule: layerNormalization },
  GroupNormalization: { since: 18, rule: groupNormalization },
  RMSNormalization: { since: 23, rule: rmsNormalization },
  LRN: lrn,
  LpNormalization: lpNormalization,
  MeanVarianceNormalization: { since: 9, rule: meanVarianceNormalization },
});

function batchNormalization(operation: Operation): Effect {
  const x = image(operation, REAL);
  if (operation.int("training_mode", 0) !== 0 || operation.int("spatial", 1) !== 1) {
    throw operation.refuse(
      "inference, a mean for each channel",
      `training_mode or spatial=0; ${CALL_EVAL}`,
    );
  }
  for (let output = 1; output < operation.node.output.length; output++) {
    if (operation.writes(output)) throw operation.refuse("one output", "those of training");
  }
  for (const index of [1, 2, 3, 4]) {
    operation.input(index);
    shaped(operation, index, { dims: [x.dims[1]!], types: REAL });
  }
  return writes(x, x.dims, { work: sizeOf(x.dims) * SCALED + planes(x) * GROUP });
}

function instanceNormalization(operation: Operation): Effect {
  const x = image(operation, SINGLE, 3);
  for (const index of [1, 2]) {
    operation.input(index);
    shaped(operation, index, { dims: [x.dims[1]!], types: new Set([x.type]) });
  }
  return writes(x, x.dims, { work: sizeOf(x.dims) * NORMALISED + planes(x) * GROUP });
}

function layerNormalization(operation: Operation): Effect {
  const x = typed(operation, 0, REAL);
  const { groups, axis } = normalisedFrom(operation, x);
  const stash = operation.int("stash_type", 1);
  if (stash !== DataType.FLOAT) throw operation.refuse("stash_type 1", String(stash));
  fits(operation, x, { index: 1, required: true });
  fits(operation, x, { index: 2, required: false });
  const kept = { type: DataType.FLOAT, dims: x.dims.map((dim, i) => i < axis ? dim : 1) };
  const outputs = [{ type: x.type, dims: x.dims }, kept, kept];
  return { outputs, work: sizeOf(x.dims) * LAYERED + groups * GROUP, scratch: 8 * groups };
}

function rmsNormalization(operation: Operation): Effect {
  const x = typed(operation, 0, REAL);
  const { groups } = normalisedFrom(operation, x);
  const stash = operation.int("stash_type", 1);
  if (stash !== DataType.FLOAT) throw operation.refuse("stash_type 1", String(stash));
  fits(operation, x, { index: 1, required: true });
  return writes(x, x.dims, { work: sizeOf(x.dims) * NORMALISED + groups * GROUP });
}

function groupNormalization(operation: Operation): Effect {
  const x = image(operation, REAL, 3);
  const channels = x.dims[1]!;
  const groups = operation.int("num_groups") ?? 0;
  if (groups < 1 || channels % groups !== 0) {
    throw operation.refuse(`num_groups that divide ${channels} channels`, String(groups));
  }
  for (const index of [1, 2]) {
    operation.input(index);
    const dims = [operation.version < 21 ? groups : channels];
    shaped(operation, index, { dims, types: new Set([x.type]) });
  }
  const size = sizeOf(x.dims);
  // The runtime takes it apart: reshaped, normalised in float32, scaled and shifted, each into a tensor of its own.
  return writes(x, x.dims, {
    work: size * TAKEN_APART + x.dims[0]! * groups * GROUP + planes(x) * CHANNEL,
    scratch: size * 16,
  });
}

function lrn(operation: Operation): Effect {
  const x = typed(operation, 0, SINGLE);
  const size = operation.int("size") ?? 0;
  if (size < 1 || size % 2 === 0) throw operation.refuse("an odd size", String(size));
  if (x.dims.length !== 4) throw operation.refuse("4 dimensions", `shape [${x.dims}]`);
  const elements = sizeOf(x.dims);
  const plane = sizeOf(x.dims.slice(1));
  return writes(x, x.dims, {
    work: elements * NEIGHBOURED + planes(x) * GROUP +
      x.dims[0]! * (size - 1) * sizeOf(x.dims.slice(2)) * SQUARED,
    // The sums of squares of all, and one image squared, with room for neighbours at its ends.
    scratch: 4 * (elements + plane + (size - 1) * sizeOf(x.dims.slice(2))),
  });
}

function lpNormalization(operation: Operation): Effect {
  const x = typed(operation, 0, REAL);
  axisOf(operation, operation.int("axis", -1), x.dims.length);
  const power = operation.int("p", 2);
  if (power !== 1 && power !== 2) throw operation.refuse("p of 1 or 2", String(power));
  return writes(x, x.dims, { work: sizeOf(x.dims) * (NORMALISED + SCALED) });
}

function meanVarianceNormalization(operation: Operation): Effect {
  const x = typed(operation, 0, SINGLE);
  const axes = operation.ints("axes") ?? [0, 2, 3];
  const found = new Set(axes.map((axis) => axisOf(operation, axis, x.dims.length)));
  if (axes.length === 0 || found.size !== axes.length) {
    throw operation.refuse("different axes, at least one", `[${axes}]`);
  }
  const size = sizeOf(x.dims);
  return writes(x, x.dims, { work: size * TAKEN_APART, scratch: size * 12 });
}

function normalisedFrom(operation: Operation, x: Value): { groups: number; axis: number } {
  const axis = axisOf(operation, operation.int("axis", -1), x.dims.length);
  return { groups: sizeOf(x.dims.slice(0, axis)), axis };
}

/** Scale and shift broadcast to the input, and to no more. */
function fits(
  operation: Operation,
  x: Value,
  { index, required }: { index: number; required: boolean },
): void {
  if (!required && operation.inputs[index] === undefined) return;
  const { dims } = typed(operation, index, new Set([x.type]));
  if (`${broadcast(operation, [x.dims, dims])}` === `${x.dims}`) return;
  throw operation.refuse(`input ${index} that broadcasts to [${x.dims}]`, `[${dims}]`);
}

function image(operation: Operation, types: ReadonlySet<number>, least = 2): Value {
  const x = typed(operation, 0, types);
  if (x.dims.length >= least) return x;
  throw operation.refuse(`at least ${least} dimensions`, `shape [${x.dims}]`);
}

function planes(x: Value): number {
  return sizeOf(x.dims.slice(0, 2));
}
