import assert from "node:assert/strict";
import { type AttributeValue } from "../../onnx/build.ts";
import { DataType } from "../../onnx/codec.ts";
import { RECURRENT } from "./recurrent.ts";
import { agree, type Case, effectOf, fed, type Given, refuse } from "./testing.ts";

const GATES = { LSTM: 4, GRU: 3, RNN: 1 } as const;
const ACTIVATIONS = { LSTM: 3, GRU: 2, RNN: 1 } as const;
const OPERATORS = ["LSTM", "GRU", "RNN"] as const;
const [LENGTH, BATCH, FEATURES, HIDDEN] = [5, 2, 3, 4];

function weights(operator: keyof typeof GATES, { directions = 1, type = 1 } = {}): Given[] {
  const rows = GATES[operator] * HIDDEN;
  return [
    fed([LENGTH, BATCH, FEATURES], type),
    fed([directions, rows, FEATURES], type),
    fed([directions, rows, HIDDEN], type),
  ];
}

function recurrent(
  operator: keyof typeof GATES,
  inputs: (Given | undefined)[],
  { version = 14, outputs, ...attributes }: {
    version?: number;
    outputs?: boolean[];
    [attribute: string]: AttributeValue | boolean[] | undefined;
  } = {},
): Case {
  const all = operator === "LSTM" ? [true, true, true] : [true, true];
  return {
    operator,
    version,
    inputs,
    attributes: { hidden_size: HIDDEN, ...attributes } as Record<string, AttributeValue>,
    outputs: outputs ?? all,
  };
}

Deno.test("LSTM, GRU, RNN: types and shapes are the runtime's", async () => {
  const cases: Case[] = [];
  for (const operator of OPERATORS) {
    for (const version of [7, 14, 22]) {
      for (const direction of ["forward", "reverse", "bidirectional", "sideways"]) {
        const directions = direction === "bidirectional" ? 2 : 1;
        const plain = weights(operator, { directions });
        const rows = GATES[operator] * HIDDEN;
        const start = fed([directions, BATCH, HIDDEN]);
        const lengths = fed([BATCH], DataType.INT32);
        const full = [...plain, fed([directions, 2 * rows]), lengths, start];
        const options = { version, direction };
        cases.push(
          recurrent(operator, plain, options),
          recurrent(operator, full, options),
          recurrent(operator, [...plain, undefined, undefined, start], {
            ...options,
            outputs: [false, true],
          }),
          recurrent(operator, [...plain, fed([directions, rows])], options),
          recurrent(operator, [...plain, undefined, fed([BATCH + 1], DataType.INT32)], options),
          recurrent(operator, [...plain, undefined, undefined, fed([directions, 1, HIDDEN])], {
            ...options,
          }),
        );
      }
    }
    cases.push(
      recurrent(operator, weights(operator), { hidden_size: 5 }),
      recurrent(operator, weights(operator), { layout: 1 }),
      recurrent(operator, weights(operator, { type: DataType.FLOAT16 })),
      recurrent(operator, weights(operator, { type: DataType.DOUBLE })),
    );
  }
  cases.push(recurrent("GRU", weights("GRU"), { linear_before_reset: 1 }));
  cases.push(recurrent("LSTM", weights("LSTM"), { input_forget: 1 }));
  const state = fed([1, BATCH, HIDDEN]);
  cases.push(recurrent("LSTM", [
    ...weights("LSTM"),
    fed([1, 8 * HIDDEN]),
    undefined,
    state,
    state,
    fed([1, 3 * HIDDEN]),
  ]));
  await agree(RECURRENT, cases);
});

Deno.test("LSTM, GRU, RNN: activations are those that the operators define", async () => {
  const names = [
    "Relu",
    "Tanh",
    "Sigmoid",
    "Affine",
    "LeakyRelu",
    "ThresholdedRelu",
    "ScaledTanh",
    "HardSigmoid",
    "Elu",
    "Softsign",
    "Softplus",
    "Other",
  ];
  const cases: Case[] = [];
  for (const operator of OPERATORS) {
    for (const name of names) {
      const activations = Array<string>(ACTIVATIONS[operator]).fill(name);
      cases.push(recurrent(operator, weights(operator), { activations }));
    }
  }
  await agree(RECURRENT, cases);
  const activations = Array<string>(4).fill("Tanh");
  refuse(RECURRENT, /activations that/, [
    recurrent("LSTM", weights("LSTM"), { activations }),
    recurrent("GRU", weights("GRU"), { activations }),
  ]);
});

Deno.test("LSTM: multiply-accumulates are exact, long sequences cost by step", () => {
  const { macs, work, scratch } = effectOf(RECURRENT, recurrent("LSTM", weights("LSTM")));
  assert.equal(macs, LENGTH * BATCH * 4 * HIDDEN * (FEATURES + HIDDEN));
  assert.ok(work! > macs! + 1000 * LENGTH && scratch! > 0);
});
