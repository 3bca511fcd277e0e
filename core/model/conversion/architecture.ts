/** Architectures as Keras 2, Keras 3 and TensorFlow.js write them, brought into one form. */
import { ConversionError } from "./error.ts";
import { isObject, type Json, type JsonObject, member, shown } from "./json.ts";
import { MAX_LAYERS, MAX_NESTING } from "./limits.ts";
import { type Call, parseCalls, parseRef, type Ref } from "./calls.ts";

/** One layer. */
export interface LayerSpec {
  /** Its class, such as "Conv2D". */
  readonly className: string;
  /** Name by which calls refer to it. */
  readonly name: string;
  /** Its config. */
  readonly config: JsonObject;
  /** Module of the class; "" where the file does not say. */
  readonly module: string;
  /** Where it is applied. */
  readonly calls: readonly Call[];
  /** The model that it is, if it is one. */
  readonly inner?: Architecture;
  /** Name under which Keras 3 keeps its weights. */
  readonly slot: string;
}

/** A model: layers, and how they are connected. */
export interface Architecture {
  /** Name of the model. */
  readonly name: string;
  /** All layers but the input. */
  readonly layers: ReadonlyMap<string, LayerSpec>;
  /** Name of the input. */
  readonly input: string;
  /** Shape of one row, as far as the file tells; null is an open size. */
  readonly inputDims?: readonly (number | null)[] | undefined;
  /** What it returns. */
  readonly output: Ref;
}

/** Classes of models. "Model" is Keras 2's name of "Functional". */
const MODELS = new Set(["Sequential", "Functional", "Model"]);

/**
 * Reads `{"class_name", "config"}` of a model.
 *
 * @param depth how many models it is inside of
 * @throws {ConversionError} if it is no sequential or functional model with one input and one output
 */
export function parseArchitecture(json: Json | undefined, depth = 0): Architecture {
  const className = member(json, "class_name");
  const config = member(json, "config");
  if (typeof className !== "string" || !MODELS.has(className)) {
    throw new ConversionError(
      `Expected a Sequential or Functional model, got ${
        shown(className)
      }: a model of a class of its own is code ` +
        `that the file does not hold; rebuild it as keras.Model(inputs, outputs) of standard layers and save that.`,
    );
  }
  if (depth > MAX_NESTING) {
    throw new ConversionError(`Expected models nested at most ${MAX_NESTING} deep, got more.`);
  }
  const name = String(member(config, "name") ?? className).slice(0, 100);
  const listed = Array.isArray(config) ? config : member(config, "layers");
  if (!Array.isArray(listed) || listed.length === 0 || listed.length > MAX_LAYERS) {
    throw new ConversionError(
      `Model "${name}": expected a list of 1 to ${MAX_LAYERS} layers, got ${shown(listed)}.`,
    );
  }
  const layers = parseLayers(listed, depth);
  if (className === "Sequential") {
    return sequential(name, { layers, config: config ?? null, json: json ?? null });
  }
  return functional(name, { layers, config: config ?? null });
}

/**
 * Reads one layer: `{"class_name", "config", "inbound_nodes"?}`.
 *
 * @throws {ConversionError} if it is none
 */
export function parseLayer(
  json: Json | undefined,
  { depth, slot = "" }: { depth: number; slot?: string },
): LayerSpec {
  const className = member(json, "class_name");
  const config = member(json, "config") ?? {};
  const name = member(json, "name") ?? member(config, "name") ?? className;
  if (typeof className !== "string" || typeof name !== "string") {
    throw new ConversionError(`Expected a layer with class_name and name, got ${shown(json)}.`);
  }
  if (depth > MAX_NESTING) {
    throw new ConversionError(
      `Layer "${name}": expected at most ${MAX_NESTING} layers inside each other.`,
    );
  }
  const spec = {
    className,
    name,
    config: isObject(config) ? config : {},
    module: String(member(json, "module") ?? ""),
    calls: parseCalls(member(json, "inbound_nodes"), name),
    slot,
  };
  if (!MODELS.has(className)) return spec;
  return { ...spec, inner: parseArchitecture(json, depth + 1) };
}

function parseLayers(listed: Json[], depth: number): LayerSpec[] {
  const counts = new Map<string, number>();
  return listed.map((json) => {
    const className = member(json, "class_name");
    const base = snakeCase(typeof className === "string" ? className : "");
    const count = counts.get(base) ?? 0;
    counts.set(base, count + 1);
    return parseLayer(json, { depth, slot: count === 0 ? base : `${base}_${count}` });
  });
}

function sequential(
  name: string,
  { layers, config, json }: { layers: LayerSpec[]; config: Json; json: Json },
): Architecture {
  const [first] = layers as [LayerSpec];
  const rest = first.className === "InputLayer" ? layers.slice(1) : layers;
  const input = first.className === "InputLayer" ? first.name : `${name} input`;
  let previous: Ref = { layer: input, call: 0 };
  const chained = rest.map((layer) => {
    const calls = [{ inputs: [previous], kwargs: {}, others: [] }];
    previous = { layer: layer.name, call: 0 };
    return { ...layer, calls };
  });
  const inputDims = dimsOfInput(first) ??
    rowDims(member(config, "build_input_shape")) ??
    rowDims(member(member(json, "build_config"), "input_shape"));
  return { name, layers: byName(name, chained, input), input, inputDims, output: previous };
}

function functional(
  name: string,
  { layers, config }: { layers: LayerSpec[]; config: Json },
): Architecture {
  const input = onlyRef(member(config, "input_layers"), { name, what: "input" });
  const named = onlyRef(member(config, "output_layers"), { name, what: "output" });
  const others = withOwnCall(layers.filter((layer) => layer.name !== input.layer), named);
  const output = lastCall(named, others);
  const first = layers.find((layer) => layer.name === input.layer);
  if (first === undefined) {
    throw new ConversionError(`Model "${name}": its input "${input.layer}" is none of its layers.`);
  }
  return {
    name,
    layers: byName(name, others, input.layer),
    input: input.layer,
    inputDims: dimsOfInput(first),
    output,
  };
}

/**
 * Keras 2 counts the construction of a nested model as its call 0 and leaves that out of the list: where nothing
 * refers to call 0, the list starts at 1.
 */
function withOwnCall(layers: LayerSpec[], output: Ref): LayerSpec[] {
  const refs = layers.flatMap(({ calls }) =>
    calls.flatMap(({ inputs, kwargs }) => [...inputs, ...Object.values(kwargs)])
  );
  const first = new Set(
    [output, ...refs].flatMap((ref) => "layer" in ref && ref.call === 0 ? [ref.layer] : []),
  );
  return layers.map((layer) => {
    if (layer.inner === undefined || first.has(layer.name)) return layer;
    return { ...layer, calls: [{ inputs: [], kwargs: {}, others: [] }, ...layer.calls] };
  });
}

/**
 * Keras 3 counts the construction of a nested model in `output_layers` only (Functional.from_config takes it off again):
 * a model that is called several times seems to give its output one call after its last.
 */
function lastCall(output: Ref, layers: readonly LayerSpec[]): Ref {
  const last = layers.find(({ name }) => name === output.layer);
  const beyond = last?.inner !== undefined && output.call > 0 && output.call === last.calls.length;
  return beyond ? { ...output, call: output.call - 1 } : output;
}

/** `["layer", 0, 0]`, or a list of one of these. */
function onlyRef(
  json: Json | undefined,
  { name, what }: { name: string; what: "input" | "output" },
): Ref {
  const list = Array.isArray(json) && typeof json[0] === "string" ? [json] : json;
  if (Array.isArray(list) && list.length === 1) {
    const ref = parseRef(list[0]);
    if (ref !== undefined) return ref;
  }
  const count = Array.isArray(list) ? list.length : isObject(list) ? Object.keys(list).length : 0;
  throw new ConversionError(
    `Model "${name}": expected one ${what}, got ${count}; a submission maps one tensor to one tensor, so save a ` +
      `model with a single ${what}: keras.Model(inputs=x, outputs=y).`,
  );
}

function byName(name: string, layers: LayerSpec[], input: string): Map<string, LayerSpec> {
  const map = new Map(layers.map((layer) => [layer.name, layer]));
  if (map.size === layers.length && !map.has(input)) return map;
  throw new ConversionError(
    `Model "${name}": expected layers with different names, got one twice.`,
  );
}

/** The shape that a first layer declares. A model in front has its own. */
function dimsOfInput({ config, inner }: LayerSpec): readonly (number | null)[] | undefined {
  return rowDims(member(config, "batch_shape")) ?? rowDims(member(config, "batch_input_shape")) ??
    inner?.inputDims;
}

/** `[null, 28, 28, 1]` without the batch; undefined if it is no shape. */
function rowDims(shape: Json | undefined): (number | null)[] | undefined {
  if (!Array.isArray(shape) || shape.length === 0) return undefined;
  const dims = shape.slice(1);
  const sound = dims.every((dim) => dim === null || (Number.isInteger(dim) && Number(dim) > 0));
  return sound ? dims as (number | null)[] : undefined;
}

/** keras/src/utils/naming.py, to_snake_case: how saved weights are named after classes. */
function snakeCase(className: string): string {
  return className.slice(0, 100)
    .replace(/\W+/g, "")
    .replace(/(.)([A-Z][a-z]+)/g, "$1_$2")
    .replace(/([a-z])([A-Z])/g, "$1_$2")
    .toLowerCase();
}
