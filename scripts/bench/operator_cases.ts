/** What scripts/bench/operators.ts measures: each operator at sizes that models have, and at its worst ones. */
import type { AttributeValue } from "../../core/model/onnx/build.ts";
import { DataType } from "../../core/model/onnx/codec.ts";
import {
  type Case,
  constant,
  fed,
  type Given,
  ints,
} from "../../core/model/admission/rules/testing.ts";

type Attributes = Record<string, AttributeValue>;
const { FLOAT, FLOAT16, DOUBLE, INT32, INT64, INT8, UINT8, BOOL } = DataType;

/** Cases by name. */
export const CASES: readonly (readonly [string, Case])[] = [
  ...products(),
  ...convolutions(),
  ...poolings(),
  ...normalisations(),
  ...recurrent(),
  ...transformers(),
  ...quantised(),
  ...classical(),
];

function one(
  operator: string,
  inputs: (Given | undefined)[],
  { version = 21, domain = "", outputs = [true], ...attributes }: {
    version?: number;
    domain?: string;
    outputs?: boolean[];
    [attribute: string]: AttributeValue | boolean[] | undefined;
  } = {},
): Case {
  return { operator, version, domain, inputs, attributes: attributes as Attributes, outputs };
}

function products(): [string, Case][] {
  const found: [string, Case][] = [];
  const sizes: [number[], number[]][] = [
    [[1024, 1024], [1024, 1024]],
    [[100, 784], [784, 128]],
    [[100, 64], [64, 10]],
    [[1, 1024], [1024, 1024]],
    [[1024], [1024, 1024]],
    [[1024, 1024], [1024]],
    [[1024, 1024], [1024, 1]],
    [[1000, 1], [1, 1000]],
    [[100_000], [100_000]],
    [[100_000, 4], [4, 4]],
    [[100_000, 1], [1, 4]],
    [[2, 1000], [1000, 1000]],
    [[3, 300], [300, 300]],
    [[10_000, 1, 1], [10_000, 1, 1]],
    [[10_000, 4, 4], [10_000, 4, 4]],
    [[10_000, 1, 8], [10_000, 8, 8]],
    [[10_000, 8, 1], [10_000, 1, 8]],
    [[1000, 16, 16], [1000, 16, 16]],
    [[1000, 1, 8], [8, 8]],
    [[100, 64, 64], [100, 64, 64]],
    [[5, 33], [33, 17]],
    [[17, 1000], [1000, 17]],
  ];
  for (const [a, b] of sizes) {
    for (const type of [FLOAT, DOUBLE, FLOAT16, INT32, INT64]) {
      found.push([`MatMul t${type} [${a}] x [${b}]`, one("MatMul", [fed(a, type), fed(b, type)])]);
      if (type !== FLOAT) continue;
      found.push([
        `MatMul const [${a}] x [${b}]`,
        one("MatMul", [fed(a, type), constant(b, type)]),
      ]);
    }
  }
  for (const type of [FLOAT, DOUBLE, FLOAT16]) {
    for (
      const [m, k, n] of [[100, 784, 128], [1, 1000, 1000], [1000, 1000, 1], [1000, 1, 1000], [
        512,
        512,
        512,
      ]] as const
    ) {
      const c = fed([n], type);
      found.push([
        `Gemm t${type} ${m}x${k}x${n}`,
        one("Gemm", [fed([m, k], type), fed([k, n], type), c]),
      ]);
      found.push([
        `Gemm t${type} tA tB ${m}x${k}x${n}`,
        one("Gemm", [fed([k, m], type), fed([n, k], type), c], { transA: 1, transB: 1 }),
      ]);
      found.push([
        `Gemm t${type} tB const ${m}x${k}x${n}`,
        one("Gemm", [fed([m, k], type), constant([n, k], type), c], { transB: 1 }),
      ]);
    }
  }
  return found;
}

function convolutions(): [string, Case][] {
  const found: [string, Case][] = [];
  const conv = (x: number[], w: number[], attributes: Attributes = {}, operator = "Conv") => {
    found.push([
      `${operator} [${x}] [${w}] ${JSON.stringify(attributes)}`,
      one(operator, [fed(x), constant(w)], attributes),
    ]);
  };
  conv([100, 1, 28, 28], [6, 1, 5, 5], { pads: [2, 2, 2, 2] });
  conv([100, 6, 14, 14], [16, 6, 5, 5]);
  conv([20, 32, 28, 28], [64, 32, 3, 3], { pads: [1, 1, 1, 1] });
  conv([20, 64, 28, 28], [64, 64, 1, 1]);
  conv([20, 64, 28, 28], [64, 1, 3, 3], { group: 64, pads: [1, 1, 1, 1] });
  conv([20, 64, 28, 28], [64, 1, 5, 5], { group: 64, pads: [2, 2, 2, 2] });
  conv([20, 64, 28, 28], [64, 1, 3, 3], { group: 64, strides: [2, 2] });
  conv([20, 64, 28, 28], [64, 1, 3, 3], { group: 64, dilations: [4, 4], pads: [4, 4, 4, 4] });
  conv([20, 64, 28, 28], [64, 1, 1, 1], { group: 64 });
  conv([20, 64, 28, 28], [128, 1, 3, 3], { group: 64 });
  conv([100, 256, 2, 2], [256, 1, 2, 2], { group: 256 });
  conv([100, 512, 1, 1], [512, 1, 1, 1], { group: 512 });
  conv([100, 64, 7, 7], [64, 4, 3, 3], { group: 16, pads: [1, 1, 1, 1] });
  conv([100, 1, 28, 28], [1, 1, 3, 3]);
  conv([100, 1, 28, 28], [1, 1, 28, 28]);
  conv([100, 1, 28, 28], [1, 1, 15, 15], { pads: [7, 7, 7, 7] });
  conv([20, 3, 56, 56], [1, 3, 31, 31], { pads: [15, 15, 15, 15] });
  conv([20, 3, 56, 56], [64, 3, 7, 7], { strides: [2, 2], pads: [3, 3, 3, 3] });
  conv([100, 16, 28, 28], [16, 16, 3, 3], { dilations: [12, 12], pads: [12, 12, 12, 12] });
  conv([100, 1, 28, 28], [1, 1, 2, 2], { strides: [20, 20] });
  conv([100, 64, 4, 4], [256, 64, 3, 3]);
  conv([100, 256, 3, 3], [512, 256, 3, 3]);
  conv([100, 1, 784], [16, 1, 9]);
  conv([100, 16, 784], [16, 1, 9], { group: 16 });
  conv([100, 1, 10_000], [1, 1, 3]);
  conv([100, 1, 10_000], [1, 1, 1]);
  conv([10, 8, 16, 16, 16], [8, 8, 3, 3, 3], { pads: [1, 1, 1, 1, 1, 1] });
  conv([10, 8, 16, 16, 16], [8, 1, 3, 3, 3], { group: 8 });
  conv([1, 1, 1000, 1000], [1, 1, 3, 3]);
  conv([1, 1, 1000, 1000], [8, 1, 1, 1]);
  conv([10_000, 1, 1, 1], [1, 1, 1, 1]);
  conv([10_000, 4, 2, 2], [4, 4, 2, 2]);
  for (
    const [x, w, attributes] of [
      [[20, 64, 14, 14], [64, 32, 4, 4], { strides: [2, 2], pads: [1, 1, 1, 1] }],
      [[100, 16, 7, 7], [16, 8, 3, 3], { strides: [2, 2] }],
      [[20, 64, 14, 14], [64, 1, 4, 4], { group: 64, strides: [2, 2] }],
      [[100, 1, 28, 28], [1, 1, 1, 1], { strides: [10, 10] }],
      [[100, 1, 7, 7], [1, 1, 1, 1], { strides: [50, 50] }],
      [[100, 1, 28, 28], [1, 1, 9, 9], {}],
      [[100, 1, 28, 28], [1, 16, 1, 1], {}],
      [[100, 8, 200], [8, 8, 5], { strides: [2] }],
      [[10, 8, 8, 8, 8], [8, 8, 3, 3, 3], { strides: [2, 2, 2] }],
      [[100, 64, 1, 1], [64, 64, 7, 7], {}],
      [[1000, 1, 2, 2], [1, 1, 2, 2], {}],
      [[100, 4, 14, 14], [4, 4, 3, 3], { dilations: [5, 5] }],
    ] as [number[], number[], Attributes][]
  ) conv(x, w, attributes, "ConvTranspose");
  found.push([
    "Conv float16",
    one("Conv", [fed([20, 32, 28, 28], FLOAT16), constant([64, 32, 3, 3], FLOAT16)]),
  ]);
  found.push([
    "ConvTranspose float16",
    one("ConvTranspose", [fed([20, 64, 14, 14], FLOAT16), constant([64, 32, 4, 4], FLOAT16)], {
      strides: [2, 2],
    }),
  ]);
  return found;
}

function poolings(): [string, Case][] {
  const found: [string, Case][] = [];
  for (const operator of ["MaxPool", "AveragePool", "LpPool"]) {
    for (const type of operator === "MaxPool" ? [FLOAT, DOUBLE, INT8, FLOAT16] : [FLOAT, FLOAT16]) {
      for (
        const [x, attributes] of [
          [[100, 16, 28, 28], { kernel_shape: [2, 2], strides: [2, 2] }],
          [[100, 16, 28, 28], { kernel_shape: [3, 3], pads: [1, 1, 1, 1] }],
          [[100, 4, 28, 28], { kernel_shape: [9, 9], strides: [1, 1] }],
          [[100, 16, 28, 28], { kernel_shape: [1, 1] }],
          [[100, 16, 28, 28], { kernel_shape: [1, 1], strides: [7, 7] }],
          [[100, 16, 28, 28], { kernel_shape: [28, 28] }],
          [[100, 4, 28, 28], { kernel_shape: [15, 15], pads: [14, 14, 14, 14] }],
          [[100, 16, 784], { kernel_shape: [3] }],
          [[10, 4, 16, 16, 16], { kernel_shape: [3, 3, 3] }],
          [[1000, 64, 2, 2], { kernel_shape: [2, 2] }],
        ] as [number[], Attributes][]
      ) {
        found.push([
          `${operator} t${type} [${x}] ${JSON.stringify(attributes)}`,
          one(operator, [fed(x, type)], attributes),
        ]);
      }
    }
  }
  found.push([
    "MaxPool dilated",
    one("MaxPool", [fed([100, 16, 28, 28])], { kernel_shape: [3, 3], dilations: [3, 3] }),
  ]);
  found.push([
    "MaxPool indices",
    one("MaxPool", [fed([100, 16, 28, 28])], {
      kernel_shape: [2, 2],
      strides: [2, 2],
      outputs: [true, true],
    }),
  ]);
  found.push([
    "MaxPool indices 9x9",
    one("MaxPool", [fed([100, 4, 28, 28])], { kernel_shape: [9, 9], outputs: [true, true] }),
  ]);
  for (const operator of ["GlobalMaxPool", "GlobalAveragePool", "GlobalLpPool"]) {
    for (const dims of [[100, 64, 7, 7], [100, 16, 56, 56], [1000, 64, 1, 1], [100, 4, 10_000]]) {
      found.push([`${operator} [${dims}]`, one(operator, [fed(dims)])]);
    }
  }
  return found;
}

function normalisations(): [string, Case][] {
  const found: [string, Case][] = [];
  for (const type of [FLOAT, FLOAT16, DOUBLE]) {
    for (
      const dims of [[100, 16, 28, 28], [100, 784], [1000, 256, 1, 1], [100_000, 4], [
        10,
        2,
        50_000,
      ], [100, 3, 3, 3, 3]]
    ) {
      const c = dims[1]!;
      const cs = Array.from({ length: 4 }, () => constant([c], type));
      found.push([
        `BatchNormalization t${type} [${dims}]`,
        one("BatchNormalization", [fed(dims, type), ...cs]),
      ]);
      if (dims.length > 2 && type !== DOUBLE) {
        found.push([
          `InstanceNormalization t${type} [${dims}]`,
          one("InstanceNormalization", [fed(dims, type), constant([c], type), constant([c], type)]),
        ]);
      }
      if (dims.length > 2) {
        found.push([
          `GroupNormalization t${type} [${dims}]`,
          one("GroupNormalization", [fed(dims, type), constant([c], type), constant([c], type)], {
            num_groups: c % 2 ? 1 : 2,
          }),
        ]);
      }
      if (dims.length > 2) {
        found.push([
          `GroupNormalization each t${type} [${dims}]`,
          one("GroupNormalization", [fed(dims, type), constant([c], type), constant([c], type)], {
            num_groups: c,
          }),
        ]);
      }
      const last = [dims.at(-1)!];
      found.push([
        `LayerNormalization t${type} [${dims}]`,
        one("LayerNormalization", [fed(dims, type), constant(last, type), constant(last, type)]),
      ]);
      found.push([
        `LayerNormalization broadcast t${type} [${dims}]`,
        one("LayerNormalization", [fed(dims, type), constant([1], type), constant([1], type)]),
      ]);
      found.push([
        `RMSNormalization t${type} [${dims}]`,
        one("RMSNormalization", [fed(dims, type), constant(last, type)], { version: 23 }),
      ]);
      found.push([
        `LpNormalization t${type} [${dims}]`,
        one("LpNormalization", [fed(dims, type)], { axis: 1, version: 22 }),
      ]);
      found.push([
        `LpNormalization last t${type} [${dims}]`,
        one("LpNormalization", [fed(dims, type)], { version: 22, p: 1 }),
      ]);
      if (dims.length === 4 && type !== DOUBLE) {
        for (const size of [1, 5, 31]) {
          found.push([`LRN ${size} t${type} [${dims}]`, one("LRN", [fed(dims, type)], { size })]);
        }
      }
      if (type !== DOUBLE && dims.length === 4) {
        found.push([
          `MeanVarianceNormalization t${type} [${dims}]`,
          one("MeanVarianceNormalization", [fed(dims, type)]),
        ]);
      }
      if (type !== DOUBLE) {
        found.push([
          `MeanVarianceNormalization last t${type} [${dims}]`,
          one("MeanVarianceNormalization", [fed(dims, type)], { axes: [-1] }),
        ]);
      }
    }
  }
  return found;
}

function recurrent(): [string, Case][] {
  const found: [string, Case][] = [];
  for (const [operator, gates] of [["LSTM", 4], ["GRU", 3], ["RNN", 1]] as const) {
    for (
      const [length, batch, features, hidden, directions] of [
        [28, 100, 28, 64, 1],
        [28, 100, 28, 64, 2],
        [784, 100, 1, 8, 1],
        [784, 100, 1, 1, 1],
        [784, 1, 1, 1, 2],
        [5000, 1, 4, 4, 1],
        [10, 100, 256, 256, 1],
        [10, 1, 512, 512, 1],
        [1, 5000, 8, 8, 1],
      ] as const
    ) {
      for (const extra of [{}, { activations: "Softplus" }, { linear_before_reset: 1 }]) {
        if ("linear_before_reset" in extra && operator !== "GRU") continue;
        if ("activations" in extra && hidden !== 8 && hidden !== 64) continue;
        const count = { LSTM: 3, GRU: 2, RNN: 1 }[operator] * directions;
        const attributes: Attributes = { hidden_size: hidden };
        if (directions === 2) attributes.direction = "bidirectional";
        if ("activations" in extra) attributes.activations = Array<string>(count).fill("Softplus");
        if ("linear_before_reset" in extra) attributes.linear_before_reset = 1;
        const rows = gates * hidden;
        for (const half of [FLOAT, FLOAT16]) {
          if (half === FLOAT16 && batch !== 100) continue;
          const inputs = [
            fed([length, batch, features], half),
            constant([directions, rows, features], half),
            constant([directions, rows, hidden], half),
          ];
          found.push([
            `${operator} t${half} ${length}x${batch}x${features} h${hidden} d${directions} ${
              JSON.stringify(extra)
            }`,
            one(operator, inputs, attributes),
          ]);
        }
      }
    }
  }
  return found;
}

function transformers(): [string, Case][] {
  const found: [string, Case][] = [];
  for (const type of [FLOAT, FLOAT16, DOUBLE]) {
    for (
      const [b, h, q, d, k, v] of [
        [20, 4, 64, 16, 64, 16],
        [100, 1, 28, 28, 28, 28],
        [1, 1, 1000, 8, 1000, 8],
        [100, 8, 4, 4, 4, 4],
        [1, 1, 1, 64, 10_000, 64],
        [1, 1, 300, 1, 3000, 1],
        [1, 2, 100, 256, 100, 256],
      ] as const
    ) {
      const shapes = [[b, h, q, d], [b, h, k, d], [b, h, k, v]];
      const inputs = shapes.map((dims) => fed(dims, type));
      const name = `t${type} [${shapes.join("] [")}]`;
      found.push([`Attention ${name}`, one("Attention", inputs, { version: 23 })]);
      found.push([
        `Attention mask ${name}`,
        one("Attention", [...inputs, fed([q, k], BOOL)], { version: 23 }),
      ]);
      found.push([
        `Attention causal ${name}`,
        one("Attention", inputs, { version: 24, is_causal: 1 }),
      ]);
      const flat = [[b, q, h * d], [b, k, h * d], [b, k, h * v]].map((dims) => fed(dims, type));
      found.push([
        `Attention flat ${name}`,
        one("Attention", flat, {
          version: 23,
          q_num_heads: h,
          kv_num_heads: h,
          outputs: [true, true, true, true],
        }),
      ]);
    }
    if (type === DOUBLE) continue;
    for (const interleaved of [0, 1]) {
      for (const [b, h, s, d] of [[20, 4, 64, 16], [100, 1, 1000, 2], [1, 8, 1000, 128]] as const) {
        const inputs = [
          fed([b, h, s, d], type),
          constant([s, d / 2], type),
          constant([s, d / 2], type),
          constant([b, s], INT64),
        ];
        found.push([
          `RotaryEmbedding ${interleaved} t${type} [${b},${h},${s},${d}]`,
          one("RotaryEmbedding", inputs, { version: 23, interleaved }),
        ]);
      }
    }
  }
  return found;
}

function quantised(): [string, Case][] {
  const found: [string, Case][] = [];
  const scale = constant([], FLOAT, [0.05]);
  const scales = (...dims: number[]) =>
    constant(dims, FLOAT, Array(dims.reduce((a, b) => a * b, 1)).fill(0.05));
  for (const dims of [[100, 784], [1000, 1000], [100_000, 4]]) {
    for (const type of [INT8, UINT8, DataType.INT16]) {
      found.push([
        `QuantizeLinear t${type} [${dims}]`,
        one("QuantizeLinear", [fed(dims), scale, constant([], type)]),
      ]);
      found.push([
        `QuantizeLinear axis t${type} [${dims}]`,
        one("QuantizeLinear", [fed(dims), scales(dims[1]!), constant([dims[1]!], type)]),
      ]);
      found.push([
        `DequantizeLinear t${type} [${dims}]`,
        one("DequantizeLinear", [fed(dims, type), scale, constant([], type)]),
      ]);
      found.push([
        `DequantizeLinear axis t${type} [${dims}]`,
        one("DequantizeLinear", [fed(dims, type), scales(dims[1]!), constant([dims[1]!], type)]),
      ]);
    }
    found.push([
      `QuantizeLinear block [${dims}]`,
      one("QuantizeLinear", [
        fed(dims),
        scales(dims[0]!, dims[1]! / 2),
        constant([dims[0]!, dims[1]! / 2], INT8),
      ], { block_size: 2 }),
    ]);
    found.push([
      `DequantizeLinear block [${dims}]`,
      one("DequantizeLinear", [fed(dims, INT8), scales(dims[0]!, dims[1]! / 2)], { block_size: 2 }),
    ]);
    found.push([
      `DequantizeLinear half [${dims}]`,
      one("DequantizeLinear", [fed(dims, INT8), constant([], FLOAT16, [0.5])]),
    ]);
    found.push([
      `QuantizeLinear half [${dims}]`,
      one("QuantizeLinear", [fed(dims, FLOAT16), constant([], FLOAT16, [0.5])]),
    ]);
    found.push([
      `DequantizeLinear int32 [${dims}]`,
      one("DequantizeLinear", [fed(dims, INT32), scale]),
    ]);
  }
  for (const [a, b] of [[UINT8, UINT8], [UINT8, INT8], [INT8, INT8]] as const) {
    for (
      const [m, k, n] of [[512, 512, 512], [100, 784, 128], [1, 1000, 1000], [1000, 1000, 1], [
        1000,
        1,
        1000,
      ], [100_000, 4, 4]] as const
    ) {
      const z = constant([], a);
      for (const right of [constant([k, n], b), fed([k, n], b)]) {
        const how = right.constant ? "const" : "fed";
        found.push([
          `MatMulInteger ${how} ${a}${b} ${m}x${k}x${n}`,
          one("MatMulInteger", [fed([m, k], a), right, z, constant([], b)]),
        ]);
        found.push([
          `QLinearMatMul ${how} ${a}${b} ${m}x${k}x${n}`,
          one("QLinearMatMul", [fed([m, k], a), scale, z, right, scale, constant([], b), scale, z]),
        ]);
      }
    }
    found.push([
      `MatMulInteger ${a}${b} many tiny`,
      one("MatMulInteger", [fed([10_000, 4, 4], a), fed([10_000, 4, 4], b)]),
    ]);
    found.push([
      `QLinearMatMul ${a}${b} many tiny`,
      one("QLinearMatMul", [
        fed([10_000, 4, 4], a),
        scale,
        constant([], a),
        fed([10_000, 4, 4], b),
        scale,
        constant([], b),
        scale,
        constant([], a),
      ]),
    ]);
    for (
      const [x, w, attributes] of [
        [[20, 32, 28, 28], [64, 32, 3, 3], {}],
        [[20, 64, 28, 28], [64, 64, 1, 1], {}],
        [[20, 64, 28, 28], [64, 1, 3, 3], { group: 64 }],
        [[100, 1, 28, 28], [6, 1, 5, 5], {}],
        [[100, 1, 28, 28], [1, 1, 15, 15], {}],
        [[100, 256, 3, 3], [512, 256, 3, 3], {}],
        [[100, 512, 1, 1], [512, 1, 1, 1], { group: 512 }],
        [[100, 1, 1000], [1, 1, 3], {}],
        [[10, 8, 12, 12, 12], [8, 8, 3, 3, 3], {}],
        [[10_000, 1, 2, 2], [1, 1, 2, 2], {}],
      ] as [number[], number[], Attributes][]
    ) {
      const name = `${a}${b} [${x}] [${w}] ${JSON.stringify(attributes)}`;
      found.push([
        `ConvInteger ${name}`,
        one("ConvInteger", [fed(x, a), constant(w, b)], attributes),
      ]);
      found.push([
        `QLinearConv ${name}`,
        one("QLinearConv", [
          fed(x, a),
          scale,
          constant([], a),
          constant(w, b),
          scale,
          constant([], b),
          scale,
          constant([], a),
        ], attributes),
      ]);
    }
  }
  return found;
}

function classical(): [string, Case][] {
  const found: [string, Case][] = [];
  const ml = (
    name: string,
    operator: string,
    inputs: Given[],
    attributes: Attributes,
    options: { version?: number; outputs?: boolean[] } = {},
  ) =>
    found.push([
      `${operator} ${name}`,
      one(operator, inputs, { domain: "ai.onnx.ml", version: 3, ...options, ...attributes }),
    ]);
  const both = { outputs: [true, true] };
  const drawn = (length: number) => Float32Array.from({ length }, (_, i) => Math.sin(i * 12.9898));
  for (
    const [trees, depth, rows, features, classes] of [
      [100, 8, 100, 784, 10],
      [1, 3, 1000, 4, 3],
      [1, 14, 1000, 784, 10],
      [1000, 1, 100, 20, 2],
      [10, 6, 1, 20, 3],
      [30, 10, 1000, 64, 100],
    ] as const
  ) {
    const perTree = 2 ** (depth + 1) - 1;
    const inner = 2 ** depth - 1;
    const ids = Array.from({ length: trees * perTree }, (_, i) => i % perTree);
    const treeids = ids.map((_, i) => Math.floor(i / perTree));
    const values = drawn(ids.length);
    const leaf = ids.map((id) => id >= inner);
    const leaves = ids.flatMap((_, i) => leaf[i] ? [i] : []);
    const nodes: Attributes = {
      nodes_treeids: treeids,
      nodes_nodeids: ids,
      nodes_featureids: ids.map((id, i) =>
        leaf[i] ? 0 : (id * 7919 + treeids[i]! * 104_729) % features
      ),
      nodes_values: values,
      nodes_modes: leaf.map((is) => is ? "LEAF" : "BRANCH_LEQ"),
      nodes_truenodeids: ids.map((id, i) => leaf[i] ? 0 : 2 * id + 1),
      nodes_falsenodeids: ids.map((id, i) => leaf[i] ? 0 : 2 * id + 2),
    };
    const weights = (prefix: string, each: number): Attributes => ({
      [`${prefix}_treeids`]: leaves.flatMap((i) => Array<number>(each).fill(treeids[i]!)),
      [`${prefix}_nodeids`]: leaves.flatMap((i) => Array<number>(each).fill(ids[i]!)),
      [`${prefix}_ids`]: leaves.flatMap((i) =>
        Array.from({ length: each }, (_, j) => (i + j) % classes)
      ),
      [`${prefix}_weights`]: drawn(leaves.length * each),
    });
    const labels = { classlabels_int64s: Array.from({ length: classes }, (_, i) => i) };
    const name = `${trees} trees, depth ${depth}, ${rows} rows, ${classes} classes`;
    for (const type of [FLOAT, DOUBLE]) {
      ml(`t${type} ${name}`, "TreeEnsembleClassifier", [fed([rows, features], type)], {
        ...nodes,
        ...weights("class", 1),
        ...labels,
      }, both);
    }
    ml(`all weights ${name}`, "TreeEnsembleClassifier", [fed([rows, features])], {
      ...nodes,
      ...weights("class", Math.min(10, classes)),
      ...labels,
      post_transform: "SOFTMAX",
    }, both);
    ml(name, "TreeEnsembleRegressor", [fed([rows, features])], {
      ...nodes,
      ...weights("target", 1),
      n_targets: classes,
    });
    ml(`average ${name}`, "TreeEnsembleRegressor", [fed([rows, features])], {
      ...nodes,
      ...weights("target", 1),
      n_targets: classes,
      aggregate_function: "MAX",
    });
  }
  for (
    const [rows, features, classes] of [[100, 784, 10], [1000, 4, 3], [1, 784, 1000], [
      10_000,
      2,
      2,
    ]] as const
  ) {
    const x = fed([rows, features]);
    const labels = Array.from({ length: classes }, (_, i) => i);
    const name = `${rows}x${features}, ${classes} classes`;
    const line = { coefficients: drawn(classes * features), intercepts: drawn(classes) };
    for (const type of [FLOAT, DOUBLE, INT64]) {
      ml(`t${type} ${name}`, "LinearClassifier", [fed([rows, features], type)], {
        ...line,
        classlabels_ints: labels,
        post_transform: "SOFTMAX",
      }, both);
    }
    ml(name, "LinearRegressor", [x], { ...line, targets: classes });
    for (const type of [FLOAT, INT64]) {
      const y = fed([rows, features], type);
      ml(`t${type} ${name}`, "Scaler", [y], { offset: drawn(features), scale: drawn(features) });
      for (const norm of ["L1", "L2", "MAX"]) {
        ml(`${norm} t${type} ${name}`, "Normalizer", [y], { norm });
      }
      ml(`t${type} ${name}`, "FeatureVectorizer", [y, y], {
        inputdimensions: [features, features],
      });
      ml(`t${type} ${name}`, "ArrayFeatureExtractor", [
        y,
        ints(Array.from({ length: features }, (_, i) => i)),
      ], {});
      ml(
        `t${type} ${name}`,
        "LabelEncoder",
        [y],
        type === FLOAT
          ? { keys_floats: drawn(1000), values_int64s: Array.from({ length: 1000 }, (_, i) => i) }
          : { keys_int64s: Array.from({ length: 1000 }, (_, i) => i), values_floats: drawn(1000) },
        { version: 4 },
      );
      ml(`t${type} ${name}`, "OneHotEncoder", [y], { cats_int64s: [0, 1, 2, 3], zeros: 1 });
    }
    ml(name, "Binarizer", [x], {});
    ml(name, "Imputer", [x], { imputed_value_floats: drawn(features) });
  }
  for (const kernel_type of ["RBF", "LINEAR", "POLY", "SIGMOID"]) {
    for (
      const [rows, features, classes, each] of [[100, 784, 10, 20], [1000, 4, 3, 30], [
        100,
        1,
        30,
        1,
      ], [100, 64, 2, 500]] as const
    ) {
      const vectors = classes * each;
      const pairs = classes * (classes - 1) / 2;
      const base = {
        kernel_type,
        kernel_params: Float32Array.of(.5, 0, 3),
        support_vectors: drawn(vectors * features),
      };
      const name = `${kernel_type} ${rows}x${features}, ${classes} classes, ${vectors} vectors`;
      const svc = {
        ...base,
        vectors_per_class: Array<number>(classes).fill(each),
        coefficients: drawn((classes - 1) * vectors),
        rho: drawn(pairs),
        classlabels_ints: Array.from({ length: classes }, (_, i) => i),
      };
      ml(name, "SVMClassifier", [fed([rows, features])], svc, both);
      ml(`likely ${name}`, "SVMClassifier", [fed([rows, features])], {
        ...svc,
        prob_a: drawn(pairs),
        prob_b: drawn(pairs),
      }, both);
      ml(name, "SVMRegressor", [fed([rows, features])], {
        ...base,
        n_supports: vectors,
        coefficients: drawn(vectors),
        rho: drawn(1),
      });
    }
  }
  ml("flat", "SVMClassifier", [fed([100, 784])], {
    kernel_type: "LINEAR",
    kernel_params: Float32Array.of(.5, 0, 3),
    coefficients: drawn(7840),
    rho: drawn(1),
    classlabels_ints: Array.from({ length: 10 }, (_, i) => i),
  }, both);
  return found;
}
