import type { Value } from "../graph.ts";
import type { Converters, Layer } from "../layer.ts";

/** Attention. */
export const ATTENTION: Converters = { MultiHeadAttention: multiHeadAttention };

/** What one of the four matrices makes of a sequence. */
interface Projection {
  /** Attribute of Keras' layer that holds it. */
  readonly part: "query" | "key" | "value";
  readonly input: Value;
  readonly heads: number;
  readonly size: number;
}

/** keras/src/layers/attention/multi_head_attention.py: softmax(q k' / sqrt(size)) v, for each head. */
function multiHeadAttention(layer: Layer): Value {
  layer.refuseMask();
  layer.onlyArguments("value", "key", "query", "use_causal_mask");
  const { config, graph } = layer;
  const { query, value, key } = operands(layer);
  const heads = config.int("num_heads");
  const size = config.int("key_dim");
  const valueSize = config.int("value_dim", { otherwise: size });
  const axes = config.get("attention_axes");
  if (axes !== undefined) {
    const [axis, ...others] = config.axes("attention_axes", 3);
    if (axis !== 1 || others.length > 0) throw config.wrong("attention_axes", "null or [1]");
  }
  const q = project(layer, { part: "query", input: query, heads, size });
  const k = project(layer, { part: "key", input: key, heads, size });
  const v = project(layer, { part: "value", input: value, heads, size: valueSize });
  const scaled = layer.op("Mul", [
    layer.op("Transpose", [q], { perm: [0, 2, 1, 3] }),
    graph.scalar(1 / Math.sqrt(size)),
  ]);
  let scores = layer.op("MatMul", [scaled, layer.op("Transpose", [k], { perm: [0, 2, 3, 1] })]);
  const [steps, others] = [query.dims[0] as number, key.dims[0] as number];
  if (isCausal(layer)) scores = layer.op("Add", [scores, causalMask(layer, steps, others)]);
  const shares = layer.op("Softmax", [scores], { axis: -1 });
  const mixed = layer.op("MatMul", [shares, layer.op("Transpose", [v], { perm: [0, 2, 1, 3] })]);
  const joined = layer.reshape(
    layer.op("Transpose", [mixed], { perm: [0, 2, 1, 3] }),
    [steps, heads * valueSize],
  );
  return output(layer, joined, { query, heads, valueSize });
}

/** Positional or by name: query, value, and key, which is the value unless given. */
function operands(layer: Layer): { query: Value; value: Value; key: Value } {
  const named = (name: string) => {
    const argument = layer.argument(name);
    return argument !== undefined && "dims" in argument ? argument : undefined;
  };
  const [first, second, third] = layer.inputs;
  const query = first ?? named("query");
  const value = second ?? named("value");
  const key = third ?? named("key") ?? value;
  if (query === undefined || value === undefined || key === undefined || layer.inputs.length > 3) {
    throw layer.refuse("expected it to be called with query and value");
  }
  const sequences = [query, value, key].every(({ dims }) => dims.length === 2);
  if (!sequences || value.dims[0] !== key.dims[0]) {
    throw layer.refuse(
      "expected query, value and key of 3 dimensions, value and key of one length",
    );
  }
  return { query, value, key };
}

/** Kernel [channels, heads, size], bias [heads, size]: to [batch, steps, heads, size]. */
function project(layer: Layer, { part, input, heads, size }: Projection): string {
  const { graph, config } = layer;
  const [steps, channels] = input.dims as [number, number];
  const dense = layer.weights.part({
    attributes: [`${part}_dense`, `_${part}_dense`],
    names: [part],
  });
  const kernel = dense.take(`${part} kernel`, [channels, heads, size]);
  const matrix = layer.constant(`${part}/kernel`, [channels, heads * size], () => kernel.values());
  let name = layer.op("MatMul", [graph.last(input), matrix]);
  if (config.flag("use_bias", true)) {
    const bias = dense.take(`${part} bias`, [heads, size]);
    name = layer.op("Add", [
      name,
      layer.constant(`${part}/bias`, [heads * size], () => bias.values()),
    ]);
  }
  dense.finish();
  return layer.reshape(name, [steps, heads, size]);
}

/** Kernel [heads, size, channels], bias [channels]. */
function output(
  layer: Layer,
  joined: string,
  { query, heads, valueSize }: { query: Value; heads: number; valueSize: number },
): Value {
  const { config } = layer;
  const given = config.get("output_shape");
  const [channels, ...more] = given === undefined
    ? [query.dims[1] as number]
    : config.list("output_shape", 1);
  if (channels === undefined || more.length > 0) throw config.wrong("output_shape", "one size");
  const dense = layer.weights.part({
    attributes: ["output_dense", "_output_dense"],
    names: ["attention_output"],
  });
  const kernel = dense.take("output kernel", [heads, valueSize, channels]);
  const matrix = layer.constant(
    "output/kernel",
    [heads * valueSize, channels],
    () => kernel.values(),
  );
  let name = layer.op("MatMul", [joined, matrix]);
  if (config.flag("use_bias", true)) {
    const bias = dense.take("output bias", [channels]);
    name = layer.op("Add", [
      name,
      layer.constant("output/bias", [channels], () => bias.values()),
    ]);
  }
  dense.finish();
  return layer.result(name, [query.dims[0] as number, channels]);
}

function isCausal(layer: Layer): boolean {
  const argument = layer.argument("use_causal_mask");
  if (argument === undefined) return false;
  if ("plain" in argument && typeof argument.plain === "boolean") return argument.plain;
  throw layer.refuse("expected use_causal_mask to be true or false");
}

/** Step i sees steps 0 to i. The exponential of -1e9 is 0, and 0 is always among the scores that count. */
function causalMask(layer: Layer, steps: number, others: number): string {
  const key = `causal mask ${steps} ${others}`;
  return layer.graph.constant(key, [steps, others], () =>
    Float32Array.from(
      { length: steps * others },
      (_, i) => i % others > Math.floor(i / others) ? -1e9 : 0,
    ));
}
