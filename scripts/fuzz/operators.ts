/** Operators that read a value, with attributes and constants drawn at random. */
import { type AttributeValue, float, tensor } from "../../core/model/onnx/build.ts";
import { DataType } from "../../core/model/onnx/codec.ts";
import type { Random } from "../demo/random.ts";
import { pick } from "./bytes.ts";
import type { Growth, Known } from "./sheet.ts";

/** Operators of one value. */
export const UNARY = [
  "Abs",
  "Neg",
  "Sign",
  "Ceil",
  "Floor",
  "Sqrt",
  "Reciprocal",
  "Round",
  "Relu",
  "LeakyRelu",
  "Softsign",
  "HardSigmoid",
  "ThresholdedRelu",
  "Shrink",
  "HardSwish",
  "Sigmoid",
  "Tanh",
  "Elu",
  "Selu",
  "Exp",
  "Log",
  "Celu",
  "Erf",
  "Softplus",
  "Mish",
  "Sin",
  "Cos",
  "Tan",
  "Asin",
  "Acos",
  "Atan",
  "Sinh",
  "Cosh",
  "Asinh",
  "Acosh",
  "Atanh",
  "IsNaN",
  "IsInf",
  "Identity",
  "Gelu",
];
const REDUCE = [
  "ReduceSum",
  "ReduceMean",
  "ReduceMax",
  "ReduceMin",
  "ReduceProd",
  "ReduceL1",
  "ReduceL2",
  "ReduceLogSum",
  "ReduceLogSumExp",
  "ReduceSumSquare",
];
const BINARY = [
  "Add",
  "Sub",
  "Mul",
  "Div",
  "Pow",
  "Max",
  "Min",
  "PRelu",
  "Greater",
  "Less",
  "Equal",
  "GreaterOrEqual",
  "Sum",
  "Mean",
];

type Apply = (growth: Growth, known: Known) => string;

/** Operators by name, each on a value. */
export const APPLY: Readonly<Record<string, Apply>> = {
  unary: (g, { name }) => g.op(pick(UNARY, g.random), [name]),
  binary: (g, { name, dims }) => g.op(pick(BINARY, g.random), [name, other(g, dims) ?? name]),
  fmod: (g, { name, dims }) => g.op("Mod", [name, other(g, dims) ?? name], { fmod: 1 }),
  reduce: (g, { name, dims }) => {
    const axes = dims.map((_, i) => i).filter(() => g.random.integer(2) === 0);
    const type = pick(REDUCE, g.random);
    const keepdims = g.random.integer(2);
    const listed = g.opset >= 18 || (type === "ReduceSum" && g.opset >= 13);
    if (axes.length === 0) return g.op(type, [name], { keepdims });
    return listed
      ? g.op(type, [name, g.ints(...axes)], { keepdims })
      : g.op(type, [name], { keepdims, axes });
  },
  softmax: (g, { name, dims }) =>
    g.op(pick(["Softmax", "LogSoftmax", "Hardmax"], g.random), [name], { axis: axis(g, dims) }),
  arg: (g, { name, dims }) =>
    g.op(pick(["ArgMax", "ArgMin"], g.random), [name], {
      axis: axis(g, dims),
      select_last_index: g.random.integer(2),
    }),
  cumsum: (g, { name, dims }) =>
    g.op("CumSum", [name, g.ints(axis(g, dims))], { reverse: g.random.integer(2) }),
  topk: (g, { name, dims }) => {
    const at = axis(g, dims);
    const k = 1 + g.random.integer(Math.max(1, dims[at]!));
    return g.op("TopK", [name, g.ints(k)], {
      axis: at,
      largest: g.random.integer(2),
      sorted: g.random.integer(2),
    }, 2);
  },
  transpose: (g, { name, dims }) =>
    g.op("Transpose", [name], { perm: shuffled(dims.map((_, i) => i), g.random) }),
  slice: (g, { name, dims }) => {
    const at = axis(g, dims);
    const step = pick([1, 2, 3, -1, -2, 7], g.random);
    const [from, to] = step > 0 ? [0, dims[at]!] : [dims[at]!, -dims[at]! - 1];
    return g.op("Slice", [name, g.ints(from), g.ints(to), g.ints(at), g.ints(step)]);
  },
  concat: (g, { name, dims }) =>
    g.op("Concat", Array(1 + g.random.integer(6)).fill(name), { axis: axis(g, dims) }),
  split: (g, { name, dims }) => {
    const at = axis(g, dims);
    const first = g.random.integer(dims[at]! + 1);
    return g.op("Split", [name, g.ints(first, dims[at]! - first)], { axis: at }, 2);
  },
  pad: (g, { name, dims }) => {
    const pads = [...dims, ...dims].map(() => g.random.integer(3));
    const mode = pick(["constant", "reflect", "edge", "wrap"], g.random);
    return g.op("Pad", [name, g.ints(...pads)], { mode });
  },
  gather: (g, { name, dims }) => {
    const at = axis(g, dims);
    const indices = Array.from(
      { length: 1 + g.random.integer(200) },
      () => g.random.integer(Math.max(1, dims[at]!)),
    );
    return g.op("Gather", [name, g.ints(...indices)], { axis: at });
  },
  indices: (g, { name, dims }) => {
    const zero = g.op("Mul", [g.op("Cast", [name], { to: DataType.INT64 }), g.ints(0)]);
    const at = axis(g, dims);
    if (g.random.integer(2) === 0) return g.op("GatherElements", [name, zero], { axis: at });
    return g.op("ScatterElements", [name, zero, name], { axis: at });
  },
  onehot: (g, { name }) =>
    g.op("OneHot", [
      g.op("Cast", [name], { to: DataType.INT64 }),
      g.ints(1 + g.random.integer(50)),
      g.floats([2]),
    ]),
  cast: (g, { name }) =>
    g.op("Cast", [name], {
      to: pick([
        DataType.FLOAT16,
        DataType.DOUBLE,
        DataType.INT64,
        DataType.INT32,
        DataType.UINT8,
        DataType.BOOL,
        DataType.BFLOAT16,
        DataType.INT8,
      ], g.random),
    }),
  half: (g, known) => {
    const half = g.op("Cast", [known.name], { to: DataType.FLOAT16 });
    return g.op(pick(UNARY, g.random), [half]);
  },
  double: (g, { name }) => {
    const double = g.op("Cast", [name], { to: DataType.DOUBLE });
    return g.op(pick([...UNARY, ...REDUCE], g.random), [double]);
  },
  whole: (g, { name }) => {
    const whole = g.op("Cast", [name], {
      to: pick([DataType.INT64, DataType.INT32, DataType.UINT8], g.random),
    });
    return g.op(
      pick(
        ["Add", "Mul", "Max", "Min", "Sub", "BitwiseAnd", "Pow", "Equal", "Mod", "Div"],
        g.random,
      ),
      [whole, whole],
    );
  },
  quantise: (g, { name }) => {
    const quantised = g.op("QuantizeLinear", [name, g.floats([])]);
    return quantised;
  },
  matmul: (g, { name, dims }) =>
    g.op("MatMul", [name, g.floats([dims.at(-1)!, pick([1, 2, 5, 16, 64, 200], g.random)])]),
  square: (g, { name, dims }) => {
    const perm = dims.map((_, i) => i);
    if (perm.length < 2) return name;
    [perm[perm.length - 1], perm[perm.length - 2]] = [perm.length - 2, perm.length - 1];
    return g.op("MatMul", [name, g.op("Transpose", [name], { perm })]);
  },
  gemm: (g, { name, dims }) =>
    g.op("Gemm", [name, g.floats([pick([1, 3, 30, 200], g.random), dims.at(-1)!])], {
      transB: 1,
      alpha: float(0.5),
    }),
  conv: (g, { name, dims }) => {
    const rank = dims.length - 2;
    const channels = dims[1] ?? 1;
    const group = g.random.integer(3) === 0 ? channels : 1;
    const kernel = Array.from({ length: rank }, () => 1 + g.random.integer(5));
    const out = group * pick([1, 2, 4, 8, 16], g.random);
    const weights = g.floats([out, channels / group, ...kernel]);
    return g.op(pick(["Conv", "Conv", "ConvTranspose"], g.random), [name, weights], {
      ...windows(g, rank),
      group,
    });
  },
  pool: (g, { name, dims }) => {
    const rank = dims.length - 2;
    const kernel_shape = Array.from({ length: rank }, () => 1 + g.random.integer(6));
    return g.op(pick(["MaxPool", "AveragePool", "LpPool"], g.random), [name], {
      kernel_shape,
      ...windows(g, rank),
    });
  },
  global: (g, { name }) =>
    g.op(pick(["GlobalMaxPool", "GlobalAveragePool", "GlobalLpPool"], g.random), [name]),
  resize: (g, { name, dims }) => {
    const scales = dims.map((_, i) => i < dims.length - 2 ? 1 : pick([0.5, 1, 2, 3], g.random));
    const constant = tensor(
      `${g.prefix}_scales${g.constants.length}`,
      [scales.length],
      Float32Array.from(scales),
    );
    g.constants.push(constant);
    const mode = pick(["nearest", "linear", "cubic"], g.random);
    return g.op("Resize", [name, "", constant.name!], {
      mode,
      antialias: g.opset >= 18 ? g.random.integer(2) : 0,
    });
  },
  normalise: (g, { name, dims }) => {
    const kind = g.random.integer(5);
    const channels = dims[1] ?? 1;
    if (kind === 0) return g.op("LayerNormalization", [name, g.floats([dims.at(-1)!])]);
    if (kind === 1) {
      return g.op("InstanceNormalization", [name, g.floats([channels]), g.floats([channels])]);
    }
    if (kind === 2) return g.op("LRN", [name], { size: 1 + 2 * g.random.integer(4) });
    if (kind === 3) {
      return g.op("LpNormalization", [name], { axis: axis(g, dims), p: 1 + g.random.integer(2) });
    }
    return g.op("MeanVarianceNormalization", [name]);
  },
  recurrent: (g, { name, dims }) => {
    const gates = { LSTM: 4, GRU: 3, RNN: 1 };
    const type = pick(Object.keys(gates) as (keyof typeof gates)[], g.random);
    const hidden = pick([1, 4, 16, 50], g.random);
    const rows = gates[type] * hidden;
    const inputs = [name, g.floats([1, rows, dims.at(-1)!], 0.1), g.floats([1, rows, hidden], 0.1)];
    return g.op(type, inputs, {
      hidden_size: hidden,
      direction: pick(["forward", "reverse"], g.random),
    }, 2);
  },
  einsum: (g, { name }) =>
    g.op("Einsum", [name, name], {
      equation: pick(["ij,kj->ik", "ij,ij->i", "bij,bkj->bik"], g.random),
    }),
  where: (g, { name }) =>
    g.op("Where", [g.op("Greater", [name, g.floats([])]), name, g.floats([])]),
  trilu: (g, { name }) => g.op("Trilu", [name], { upper: g.random.integer(2) }),
  space: (g, { name }) =>
    g.op(pick(["DepthToSpace", "SpaceToDepth"], g.random), [name], {
      blocksize: pick([1, 2], g.random),
    }),
  expand: (g, { name, dims }) =>
    g.op("Expand", [name, g.ints(pick([1, 2, 5, 20], g.random), ...dims.map(() => 1))]),
  attention: (g, { name }) => g.op("Attention", [name, name, name], {}),
  gridsample: (g, { name, dims }) => {
    const grid = g.op("Expand", [
      g.floats([1, 10, 10, 2]),
      g.op("Concat", [
        g.op("Slice", [g.op("Shape", [name]), g.ints(0), g.ints(1)]),
        g.ints(10, 10, 2),
      ], { axis: 0 }),
    ]);
    return dims.length === 4 ? g.op("GridSample", [name, grid]) : name;
  },
};

function axis(g: Growth, dims: readonly number[]): number {
  return g.random.integer(Math.max(1, dims.length));
}

/** A constant that broadcasts with a value, or nothing for the value itself. */
function other(g: Growth, dims: readonly number[]): string | undefined {
  const kind = g.random.integer(4);
  if (kind === 0) return undefined;
  if (kind === 1) return g.floats([]);
  if (kind === 2) return g.floats([dims.at(-1) ?? 1]);
  return g.floats([dims.at(-2) ?? 1, 1]);
}

function windows(g: Growth, rank: number): Record<string, AttributeValue> {
  const list = (most: number, least: number) =>
    Array.from({ length: rank }, () => least + g.random.integer(most));
  const attributes: Record<string, AttributeValue> = {};
  if (g.random.integer(2) === 0) attributes["strides"] = list(3, 1);
  if (g.random.integer(2) === 0) attributes["dilations"] = list(3, 1);
  if (g.random.integer(2) === 0) attributes["pads"] = [...list(3, 0), ...list(3, 0)];
  return attributes;
}

function shuffled(list: number[], random: Random): number[] {
  for (let i = list.length - 1; i > 0; i--) {
    const j = random.integer(i + 1);
    [list[i], list[j]] = [list[j]!, list[i]!];
  }
  return list;
}
