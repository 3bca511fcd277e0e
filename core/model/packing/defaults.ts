/** Attributes that say what their absence says too: exporters write them all. */
import type { AttributeProto, NodeProto, TensorProto } from "../onnx/codec.ts";

/** Whether a value is the default. */
type IsDefault = (attribute: AttributeProto) => boolean;

const zeros: IsDefault = ({ ints = [] }) => ints.every((value) => value === 0);
const ones: IsDefault = ({ ints = [] }) => ints.every((value) => value === 1);
const notSet: IsDefault = ({ s }) => s !== undefined && new TextDecoder().decode(s) === "NOTSET";
const int = (value: number): IsDefault => ({ i = 0 }) => i === value;
const number = (value: number): IsDefault => ({ f = 0 }) => f === value;

const WINDOW = { auto_pad: notSet, pads: zeros, strides: ones, dilations: ones };
const REDUCTION = { keepdims: int(1), noop_with_empty_axes: int(0) };
const POOL = { ...WINDOW, ceil_mode: int(0) };

/** Operator of ai.onnx -> attribute -> its default, the same in all versions (onnx/docs/Changelog.md). */
const DEFAULTS: Readonly<Record<string, Readonly<Record<string, IsDefault>>>> = {
  Conv: { ...WINDOW, group: int(1) },
  ConvTranspose: { ...WINDOW, group: int(1), output_padding: zeros },
  MaxPool: { ...POOL, storage_order: int(0) },
  AveragePool: { ...POOL, count_include_pad: int(0) },
  Gemm: { alpha: number(1), beta: number(1), transA: int(0), transB: int(0) },
  Reshape: { allowzero: int(0) },
  ReduceMean: REDUCTION,
  ReduceSum: REDUCTION,
  ReduceMax: REDUCTION,
  ReduceMin: REDUCTION,
  LayerNormalization: { axis: int(-1), stash_type: int(1) },
  Flatten: { axis: int(1) },
  LeakyRelu: { alpha: number(Math.fround(0.01)) },
  Elu: { alpha: number(1) },
  Gather: { axis: int(0) },
  Constant: {},
};

/** The attributes of a node that are no defaults. `constants`: the graph's, by name. */
export function neededAttributes(
  { opType = "", domain = "", attribute, input }: NodeProto,
  constants: ReadonlyMap<string, TensorProto>,
): AttributeProto[] {
  const defaults = domain === "" && Object.hasOwn(DEFAULTS, opType) ? DEFAULTS[opType]! : {};
  const kept = attribute.filter((attribute) => {
    const { name = "" } = attribute;
    return !(Object.hasOwn(defaults, name) && defaults[name]!(attribute));
  });
  if ((opType === "Conv" || opType === "ConvTranspose") && domain === "") {
    // A kernel is as large as its weights say.
    const kernel = constants.get(input[1] ?? "")?.dims.slice(2);
    return kept.filter(({ name, ints }) =>
      name !== "kernel_shape" || String(ints) !== String(kernel)
    );
  }
  if (opType === "Reshape" && domain === "") {
    return kept.filter(({ name }) => name !== "allowzero" || mayHoldZero(input[1], constants));
  }
  return kept;
}

/** Without a 0 in the target, `allowzero` has nothing to say. */
function mayHoldZero(
  name: string | undefined,
  constants: ReadonlyMap<string, TensorProto>,
): boolean {
  const raw = constants.get(name ?? "")?.rawData;
  if (raw === undefined || raw.length % 8 !== 0) return true;
  return new BigInt64Array(raw.slice().buffer).includes(0n);
}
