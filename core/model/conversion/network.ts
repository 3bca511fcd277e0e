/** Walks an architecture from input to output and converts each call of a layer once. */
import type { Architecture, LayerSpec } from "./architecture.ts";
import type { Argument, Call, Ref } from "./calls.ts";
import { ConversionError } from "./error.ts";
import type { GraphBuilder, Value } from "./graph.ts";
import { describe, Layer, type Origin } from "./layer.ts";
import { CONVERTERS } from "./layers/table.ts";
import { MAX_CALLS } from "./limits.ts";
import { member, shown } from "./json.ts";
import { type Arrays, WeightReader } from "./weights.ts";

/** What stays the same through all nested models. */
export interface Conversion {
  /** Graph to add to. */
  readonly graph: GraphBuilder;
  /** Where the model comes from. */
  readonly origin: Origin;
  /** Calls of layers so far. */
  calls: number;
}

/** A layer's place in the model. */
export interface Place {
  /** Names of the models around it and its own. */
  readonly path: string;
  /** Its weights. */
  readonly arrays: Arrays;
}

/**
 * Adds a model to the graph.
 *
 * @param model the architecture
 * @param input what it is applied to
 * @param place where its weights are, and the path that its constants' names start with
 * @throws {ConversionError} if a layer is not supported, refers to what is not there, or is part of a cycle
 */
export function convertNetwork(
  conversion: Conversion,
  { model, input, place }: { model: Architecture; input: Value; place: Place },
): Value {
  const values = new Map([[key({ layer: model.input, call: 0 }), input]]);
  for (const ref of order(model)) {
    const spec = model.layers.get(ref.layer) as LayerSpec;
    const call = spec.calls[ref.call] as Call;
    const path = place.path === "" ? spec.name : `${place.path}/${spec.name}`;
    const part = { attributes: [`layers/${spec.slot}`], names: [spec.name] };
    const find = (input: Ref) => values.get(key(input)) as Value;
    const kwargs = Object.entries(call.kwargs).map((
      [name, argument],
    ): [string, Value | Argument] => [
      name,
      "plain" in argument ? argument : find(argument),
    ]);
    const result = convertCall(conversion, {
      spec,
      inputs: call.inputs.map(find),
      kwargs: new Map(kwargs),
      others: call.others.length,
      place: { path, arrays: place.arrays.part(part) },
    });
    values.set(key(ref), result);
  }
  return values.get(key(model.output)) as Value;
}

function convertCall(
  conversion: Conversion,
  { spec, inputs, kwargs, others, place }: {
    spec: LayerSpec;
    inputs: readonly Value[];
    kwargs: ReadonlyMap<string, Value | Argument>;
    others: number;
    place: Place;
  },
): Value {
  if (++conversion.calls > MAX_CALLS) {
    throw new ConversionError(`Expected at most ${MAX_CALLS} calls of layers, got more.`);
  }
  const { graph, origin } = conversion;
  const weights = new WeightReader(describe(spec), place.arrays);
  const layer = new Layer(spec, place.path, {
    graph,
    origin,
    inputs,
    kwargs,
    weights,
    nested: (inner, innerInputs, part) =>
      convertCall(conversion, {
        spec: inner,
        inputs: innerInputs,
        kwargs: new Map(),
        others: 0,
        place: { path: `${place.path}/${inner.name}`, arrays: place.arrays.part(part) },
      }),
  });
  if (others > 0) throw layer.refuse("it is called with constants, which is not supported");
  if (spec.inner !== undefined) {
    layer.onlyArguments();
    return convertNetwork(conversion, { model: spec.inner, input: layer.input, place });
  }
  return convertLayer(layer);
}

function convertLayer(layer: Layer): Value {
  const { className, module, config } = layer.spec;
  const converter = CONVERTERS.get(className);
  if (converter === undefined || module.startsWith("keras.src.ops")) {
    throw layer.refuse(`layers of class ${className.slice(0, 60)} are not supported`);
  }
  if (member(config, "data_format") === "channels_first") {
    throw layer.refuse(
      'data_format "channels_first" is not supported; build the model with data_format="channels_last" and set the same weights',
    );
  }
  checkDtype(layer);
  const result = converter(layer);
  layer.finish();
  return result;
}

/** Quantised policies keep their weights in another form. Half precision is computed in float32, as weights allow. */
function checkDtype(layer: Layer): void {
  const dtype = layer.config.get("dtype");
  const name = typeof dtype === "string" ? dtype : member(member(dtype, "config"), "name");
  const quantized = String(member(dtype, "class_name") ?? "").startsWith("Quantized");
  if (!quantized && !/^(int8|int4|float8)/.test(typeof name === "string" ? name : "")) return;
  throw layer.refuse(
    `the dtype policy ${shown(name)} is not supported; save the model before it is quantized`,
  );
}

/** All calls that the output depends on, each after those that it reads. */
function order(model: Architecture): Ref[] {
  const done = new Set([key({ layer: model.input, call: 0 })]);
  const open = new Set<string>();
  const sorted: Ref[] = [];
  const stack = [model.output];
  for (let ref = stack.at(-1); ref !== undefined; ref = stack.at(-1)) {
    const name = key(ref);
    if (done.has(name)) {
      stack.pop();
      continue;
    }
    const waiting = dependencies(model, ref).filter((input) => !done.has(key(input)));
    if (waiting.length === 0) {
      stack.pop();
      done.add(name);
      sorted.push(ref);
      continue;
    }
    if (open.has(name)) {
      throw new ConversionError(`Layer "${ref.layer}" depends on its own result.`);
    }
    open.add(name);
    stack.push(...waiting);
  }
  return sorted;
}

function dependencies(model: Architecture, ref: Ref): Ref[] {
  const spec = model.layers.get(ref.layer);
  const call = spec?.calls[ref.call];
  if (call === undefined) {
    throw new ConversionError(
      `Model "${model.name}": expected a call ${ref.call} of layer "${
        ref.layer.slice(0, 100)
      }", got none.`,
    );
  }
  const named = Object.values(call.kwargs).filter((argument) => "layer" in argument);
  return [...call.inputs, ...named];
}

function key({ layer, call }: Ref): string {
  return `${call} ${layer}`;
}
