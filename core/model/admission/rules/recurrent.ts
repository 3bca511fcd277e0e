import { DataType } from "../../onnx/codec.ts";
import type { Effect, Operation, Operators } from "../operation.ts";
import { operatorsOf, shaped, SINGLE, sizeOf, typed } from "./checks.ts";
import { macsOf, productWork } from "./products.ts";

/** Work of one gate of one unit: values combined, an activation computed; by the C library where it is chosen. */
const GATE = 80;
const GATE_PLAIN = 160;
const GATE_CHOSEN = 250;
/** Work of one row of a step. */
const ROW = 1200;
/** Work of one step of a sequence in one direction. */
const STEP = 12_000;

/** What differs between the recurrent operators. */
interface Cell {
  /** Gates of a unit. */
  readonly gates: number;
  /** Activations of a direction. */
  readonly activations: number;
  /** Where the initial states are among the inputs; the second one is LSTM's. */
  readonly states: readonly number[];
}

const LSTM: Cell = { gates: 4, activations: 3, states: [5, 6] };
const GRU: Cell = { gates: 3, activations: 2, states: [5] };
const RNN: Cell = { gates: 1, activations: 1, states: [5] };

const INT32: ReadonlySet<number> = new Set([DataType.INT32]);

/** Activations with elementwise definitions of bounded cost, as the operators' definitions write them. */
const ACTIVATIONS: ReadonlySet<string> = new Set([
  "relu",
  "tanh",
  "sigmoid",
  "affine",
  "leakyrelu",
  "thresholdedrelu",
  "scaledtanh",
  "hardsigmoid",
  "elu",
  "softsign",
  "softplus",
]);

/** Operators that go through sequences step by step. */
export const RECURRENT: Operators = operatorsOf({
  LSTM: (operation) => recurrent(operation, LSTM),
  GRU: (operation) => recurrent(operation, GRU),
  RNN: (operation) => recurrent(operation, RNN),
});

function recurrent(operation: Operation, cell: Cell): Effect {
  const { type, length, batch, directions, hidden, features } = sizesOf(operation, cell);
  const rows = cell.gates * hidden;
  const fed = { type, count: directions, m: length * batch, k: features, n: rows };
  const back = { type, count: directions * length, m: batch, k: hidden, n: rows };
  const gates = directions * length * batch * rows;
  const last = { type, dims: [directions, batch, hidden] };
  return {
    outputs: [{ type, dims: [length, directions, batch, hidden] }, ...cell.states.map(() => last)],
    macs: macsOf(fed) + macsOf(back),
    work: productWork(fed) + productWork(back) + gates * gateWork(operation, cell) +
      directions * length * (STEP + batch * ROW),
    // Gates of all steps of a direction, the sequence turned round, and the outputs of two directions.
    scratch: 4 *
      (2 * length * batch * (rows + features + directions * hidden) +
        8 * directions * batch * rows),
  };
}

function gateWork(operation: Operation, cell: Cell): number {
  if (operation.texts("activations")?.length) return GATE_CHOSEN;
  return cell === RNN ? GATE_PLAIN : GATE;
}

function sizesOf(operation: Operation, cell: Cell) {
  const x = typed(operation, 0, SINGLE);
  const { type } = x;
  const types = new Set([type]);
  if (x.dims.length !== 3) throw operation.refuse("3 dimensions", `shape [${x.dims}]`);
  if (operation.int("layout", 0) !== 0) throw operation.refuse("layout 0", "another");
  const [length, batch, features] = x.dims as [number, number, number];
  // GRU aborts the runtime where there are no features; the others are kept alike.
  if (sizeOf(x.dims) === 0) throw operation.refuse("a sequence of some size", `[${x.dims}]`);
  const direction = operation.text("direction", "forward");
  if (!["forward", "reverse", "bidirectional"].includes(direction)) {
    throw operation.refuse("direction forward, reverse or bidirectional", "another");
  }
  const directions = direction === "bidirectional" ? 2 : 1;
  const hidden = operation.int("hidden_size") ?? 0;
  if (hidden < 1) throw operation.refuse("a hidden_size from 1", String(hidden));
  const rows = cell.gates * hidden;
  operation.input(1);
  operation.input(2);
  shaped(operation, 1, { dims: [directions, rows, features], types });
  shaped(operation, 2, { dims: [directions, rows, hidden], types });
  shaped(operation, 3, { dims: [directions, 2 * rows], types });
  shaped(operation, 4, { dims: [batch], types: INT32 });
  for (const state of cell.states) {
    shaped(operation, state, { dims: [directions, batch, hidden], types });
  }
  if (cell === LSTM) shaped(operation, 7, { dims: [directions, 3 * hidden], types });
  checkActivations(operation, cell.activations * directions);
  return { type, length, batch, directions, hidden, features };
}

function checkActivations(operation: Operation, count: number): void {
  const names = operation.texts("activations") ?? [];
  const known = names.every((name) => ACTIVATIONS.has(name.toLowerCase()));
  if (known && (names.length === 0 || names.length === count)) return;
  throw operation.refuse(`${count} activations that the operator defines`, "others");
}
