import { activationName } from "../activations.ts";
import { parseLayer } from "../architecture.ts";
import { transpose, type Value } from "../graph.ts";
import type { Converters, Layer } from "../layer.ts";
import type { Part, StoredArray, WeightReader } from "../weights.ts";

/** Recurrent layers, and the wrappers around layers. */
export const RECURRENT: Converters = {
  LSTM: (layer) => recurrent(layer, "LSTM"),
  GRU: (layer) => recurrent(layer, "GRU"),
  SimpleRNN: (layer) => recurrent(layer, "RNN"),
  Bidirectional: bidirectional,
};

type Kind = "LSTM" | "GRU" | "RNN";

/** Gates in ONNX's order, by their places in Keras': i f c o to i o f c; z r h stay. */
const GATES = { LSTM: [0, 3, 1, 2], GRU: [0, 1, 2], RNN: [0] } as const;
const CLASSES: ReadonlyMap<string, Kind> = new Map([
  ["LSTM", "LSTM"],
  ["GRU", "GRU"],
  ["SimpleRNN", "RNN"],
]);
const CELL: Part = { attributes: ["cell"], names: [] };

/** One direction of a recurrent layer: what to emit, from its config. */
interface Direction {
  readonly kind: Kind;
  readonly layer: Layer;
  readonly weights: WeightReader;
  /** Distinguishes its constants within the layer. */
  readonly prefix: string;
  /** Whether it starts at the end. */
  readonly backwards: boolean;
  /** Whether it gives every step, or the last that it makes. */
  readonly sequences: boolean;
}

function recurrent(layer: Layer, kind: Kind): Value {
  start(layer);
  const { config, graph, input } = layer;
  const units = config.int("units");
  const sequences = config.flag("return_sequences", false);
  const backwards = config.flag("go_backwards", false);
  const weights = layer.weights.part(CELL);
  const name = run({ kind, layer, weights, prefix: "", backwards, sequences });
  if (!sequences) return layer.result(name, [units]);
  const steps = input.dims[0] as number;
  // Keras gives the steps in the order in which it made them.
  const ordered = backwards ? reversed(layer, name) : name;
  return graph.value(ordered, [steps, units]);
}

/** Two copies of a layer, one from each end; steps of the second come back in the order of time. */
function bidirectional(layer: Layer): Value {
  start(layer);
  const { config, graph, input } = layer;
  const forward = wrapped(layer, "layer");
  const given = config.get("backward_layer") === undefined ? undefined : "backward_layer";
  const sequences = forward.config.flag("return_sequences", false);
  const first = forward.config.flag("go_backwards", false);
  const backward = given === undefined ? forward : wrapped(layer, given);
  const second = given === undefined ? !first : backward.config.flag("go_backwards", false);
  if (backward.config.flag("return_sequences", false) !== sequences || second === first) {
    throw layer.refuse("expected two layers of one kind that go in opposite directions");
  }
  const mode = config.get("merge_mode") ?? null;
  const halves = [
    { wrapped: forward, attribute: "forward_layer", prefix: "forward", backwards: first },
    { wrapped: backward, attribute: "backward_layer", prefix: "backward", backwards: second },
  ].map(({ wrapped, attribute, prefix, backwards }, i) => {
    const kind = CLASSES.get(wrapped.spec.className);
    if (kind === undefined) throw layer.refuse("it wraps what is neither LSTM, GRU nor SimpleRNN");
    // Keras 3 writes the name with the prefix, Keras 2 and TensorFlow.js without.
    const [own, other] = [wrapped, forward].map(({ spec }) => spec.name.replace(/^forward_/, ""));
    const names = [`${prefix}_${other}`, `${prefix}_${own}`, wrapped.spec.name];
    const weights = layer.weights.part({ attributes: [attribute], names }).part(CELL);
    const name = run({ kind, layer: wrapped, weights, prefix: `${prefix} `, backwards, sequences });
    wrapped.finish();
    // Keras turns the second round, whatever its direction.
    const turned = sequences && (i === 0 ? backwards : !backwards) ? reversed(layer, name) : name;
    return { name: turned, units: wrapped.config.int("units") };
  });
  const { name, units } = merged(layer, halves, mode);
  return graph.value(name, sequences ? [input.dims[0] as number, units] : [units]);
}

function merged(
  layer: Layer,
  halves: readonly { name: string; units: number }[],
  mode: unknown,
): { name: string; units: number } {
  const names = halves.map(({ name }) => name);
  const [units, other] = halves.map(({ units }) => units) as [number, number];
  if (mode === "concat") {
    return { name: layer.op("Concat", names, { axis: -1 }), units: units + other };
  }
  if (units !== other) throw layer.refuse("expected two layers of equally many units");
  switch (mode) {
    case "sum":
      return { name: layer.op("Add", names), units };
    case "mul":
      return { name: layer.op("Mul", names), units };
    case "ave":
      return {
        name: layer.op("Mul", [layer.op("Add", names), layer.graph.scalar(0.5)]),
        units,
      };
    default:
      throw layer.config.wrong(
        "merge_mode",
        '"concat", "sum", "mul" or "ave" (null gives two results)',
      );
  }
}

/** The layer in a wrapper's config, with the wrapper's input. */
function wrapped(layer: Layer, field: string): Layer {
  const spec = parseLayer(layer.config.get(field), { depth: 0 });
  const inner = layer.around(spec);
  start(inner);
  return inner;
}

function start(layer: Layer): void {
  layer.refuseMask();
  layer.onlyArguments();
  layer.inputOfRank(3);
  const { config } = layer;
  for (const field of ["return_state", "stateful", "time_major"]) {
    if (config.flag(field, false)) throw layer.refuse(`${field}=True is not supported`);
  }
}

/** Emits the operator and returns all its steps [batch, steps, units] in the order of time, or the last [batch, units]. */
function run({ kind, layer, weights, prefix, backwards, sequences }: Direction): string {
  const { config, graph } = layer;
  const units = config.int("units");
  const useBias = config.flag("use_bias", true);
  const gates = GATES[kind];
  const width = gates.length * units;
  const [kernel, recurrent] = [
    weights.take("kernel", [layer.channels, width]),
    weights.take("recurrent_kernel", [units, width]),
  ];
  const bias = useBias ? takeBias(layer, { kind, weights, units }) : undefined;
  weights.finish();
  const constant = (name: string, dims: readonly number[], make: () => Float32Array) =>
    layer.constant(`${prefix}${name}`, dims, make);
  const sorted = ({ dims, values }: StoredArray) => {
    const rows = transpose(values(), dims, [1, 0]);
    return byGate(rows, gates, units * (dims[0] as number));
  };
  const operands = [
    constant("kernel", [1, width, layer.channels], () => sorted(kernel)),
    constant("recurrent", [1, width, units], () => sorted(recurrent)),
    ...(bias === undefined ? [] : [constant("bias", [1, 2 * width], () => bothBiases(bias, kind))]),
  ];
  const time = layer.op("Transpose", [graph.last(layer.input)], { perm: [1, 0, 2] });
  const resetAfter = kind === "GRU" && takesResetAfter(layer, bias);
  const hints = sequences ? [layer.path] : ["", layer.path];
  const outputs = graph.ops(kind, [time, ...operands], {
    hidden_size: units,
    direction: backwards ? "reverse" : "forward",
    ...functions(layer, kind),
    ...(resetAfter ? { linear_before_reset: 1 } : {}),
  }, hints);
  if (!sequences) return layer.op("Squeeze", [outputs[1] as string, graph.ints([0])]);
  const steps = layer.op("Squeeze", [outputs[0] as string, graph.ints([1])]);
  return layer.op("Transpose", [steps], { perm: [1, 0, 2] });
}

/** GRU's reset_after has a second bias, for the recurrent part. Before Keras 2.3 there was no such choice. */
function takesResetAfter(layer: Layer, bias: StoredArray | undefined): boolean {
  return layer.config.flag("reset_after", bias?.dims.length === 2);
}

function takeBias(
  layer: Layer,
  { kind, weights, units }: { kind: Kind; weights: WeightReader; units: number },
): StoredArray {
  const width = GATES[kind].length * units;
  const both = kind === "GRU" && takesResetAfter(layer, weights.peek());
  return weights.take("bias", both ? [2, width] : [width]);
}

/** ONNX adds two biases, for the input and for the recurrent part. */
function bothBiases({ dims, values }: StoredArray, kind: Kind): Float32Array<ArrayBuffer> {
  const given = values();
  const width = dims.at(-1) as number;
  const gates = GATES[kind];
  const result = new Float32Array(2 * width);
  for (let i = 0; i * width < given.length; i++) {
    const part = given.subarray(i * width, (i + 1) * width);
    result.set(byGate(part, gates, width / gates.length), i * width);
  }
  return result;
}

/** Blocks of `size` elements in another order. */
function byGate(
  values: Float32Array,
  gates: readonly number[],
  size: number,
): Float32Array<ArrayBuffer> {
  const result = new Float32Array(values.length);
  gates.forEach((gate, i) => result.set(values.subarray(gate * size, (gate + 1) * size), i * size));
  return result;
}

/**
 * Functions of the gates and of the rest, as the operator names them. The lists of parameters have an entry only for each
 * function that takes one: the runtime deals them out in order.
 */
function functions(layer: Layer, kind: Kind) {
  const inner = operatorFunction(layer, "activation", "tanh");
  const list = kind === "RNN"
    ? [inner]
    : [operatorFunction(layer, "recurrent_activation", "sigmoid"), inner];
  if (kind === "LSTM") list.push(inner);
  const alphas = list.flatMap(({ alpha }) => alpha ?? []);
  const betas = list.flatMap(({ beta }) => beta ?? []);
  return {
    activations: list.map(({ name }) => name),
    ...(alphas.length === 0 ? {} : { activation_alpha: Float32Array.from(alphas) }),
    ...(betas.length === 0 ? {} : { activation_beta: Float32Array.from(betas) }),
  };
}

interface OperatorFunction {
  readonly name: string;
  readonly alpha?: number;
  readonly beta?: number;
}

function operatorFunction(layer: Layer, field: string, otherwise: string): OperatorFunction {
  const name = activationName(layer, field, otherwise);
  const found = OPERATOR_FUNCTIONS.get(name);
  if (found === undefined) {
    throw layer.refuse(`the ${field} "${name}" is not supported in a recurrent layer`);
  }
  return name === "hard_sigmoid" && layer.origin.keras === 3 ? { ...found, alpha: 1 / 6 } : found;
}

const OPERATOR_FUNCTIONS: ReadonlyMap<string, OperatorFunction> = new Map([
  ["sigmoid", { name: "Sigmoid" }],
  ["tanh", { name: "Tanh" }],
  ["relu", { name: "Relu" }],
  ["linear", { name: "Affine", alpha: 1, beta: 0 }],
  ["hard_sigmoid", { name: "HardSigmoid", alpha: 0.2, beta: 0.5 }],
  ["elu", { name: "Elu", alpha: 1 }],
  ["softsign", { name: "Softsign" }],
  ["softplus", { name: "Softplus" }],
  ["leaky_relu", { name: "LeakyRelu", alpha: 0.2 }],
]);

function reversed(layer: Layer, name: string): string {
  const { graph } = layer;
  return layer.op("Slice", [
    name,
    graph.ints([-1]),
    graph.ints([-(2 ** 31)]),
    graph.ints([1]),
    graph.ints([-1]),
  ]);
}
