/** Where a layer is applied: `inbound_nodes` in the ways of Keras 2 (and TensorFlow.js) and of Keras 3. */
import { ConversionError } from "./error.ts";
import { isObject, type Json, type JsonObject, member, shown } from "./json.ts";
import { MAX_LAYERS } from "./limits.ts";

/** What one call of a layer returned. */
export interface Ref {
  /** Name of the layer. */
  readonly layer: string;
  /** Which of its calls. */
  readonly call: number;
}

/** One application of a layer. */
export interface Call {
  /** The tensors it reads, in the order of the arguments. */
  readonly inputs: readonly Ref[];
  /** Arguments given by name. */
  readonly kwargs: { readonly [name: string]: Argument };
  /** Positional arguments that are no tensors. */
  readonly others: readonly Json[];
}

/** An argument: a tensor or a plain value. */
export type Argument = Ref | { readonly plain: Json };

/**
 * Reads `inbound_nodes`; [] if it is absent.
 *
 * @param layer names the layer in errors
 * @throws {ConversionError} if it is of neither form
 */
export function parseCalls(json: Json | undefined, layer: string): Call[] {
  if (json === undefined || json === null) return [];
  if (!Array.isArray(json) || json.length > MAX_LAYERS) throw unknown(layer, json);
  return json.map((node) => {
    if (isObject(node)) return keras3Call(node, layer);
    if (Array.isArray(node)) return keras2Call(node, layer);
    throw unknown(layer, node);
  });
}

/** `["layer", call, tensor]`, in Keras 2 with arguments as a fourth entry; undefined if it is none. */
export function parseRef(json: Json | undefined): Ref | undefined {
  if (!Array.isArray(json)) return undefined;
  const [layer, call, output] = json;
  if (typeof layer !== "string" || !isIndex(call)) return undefined;
  if (output === 0) return { layer, call };
  throw new ConversionError(
    `Layer "${layer}": expected one result, but its result number ${
      shown(output)
    } is used; layers that return ` +
      `several tensors (return_state=True) are not supported.`,
  );
}

/** Keras 3: `{"args": [tensor | [tensor, ...] | value, ...], "kwargs": {...}}`. */
function keras3Call(node: JsonObject, layer: string): Call {
  const args = member(node, "args");
  const kwargs = member(node, "kwargs") ?? {};
  if (!Array.isArray(args) || !isObject(kwargs)) throw unknown(layer, node);
  const inputs: Ref[] = [];
  const others: Json[] = [];
  for (const arg of args) {
    const list = Array.isArray(arg) && arg.some(isTensor) ? arg : [arg];
    for (const entry of list) {
      const ref = keras3Tensor(entry);
      if (ref !== undefined) inputs.push(ref);
      else if (entry !== null) others.push(entry);
    }
  }
  return { inputs, others, kwargs: parseArguments(kwargs, keras3Tensor) };
}

/** Keras 2: `[["layer", call, tensor, kwargs], ...]`, or a single one of these. */
function keras2Call(node: Json[], layer: string): Call {
  const list = typeof node[0] === "string" ? [node] : node;
  const kwargs: JsonObject = {};
  const inputs = list.map((entry) => {
    const ref = parseRef(entry);
    if (ref === undefined) throw unknown(layer, entry);
    const named = (entry as Json[])[3];
    if (isObject(named)) Object.assign(kwargs, named);
    return ref;
  });
  return { inputs, others: [], kwargs: parseArguments(kwargs, parseRef) };
}

function parseArguments(
  kwargs: JsonObject,
  tensor: (json: Json) => Ref | undefined,
): Record<string, Argument> {
  const entries = Object.entries(kwargs).filter(([, value]) => value !== null);
  return Object.fromEntries(
    entries.map(([name, value]) => [name, tensor(value) ?? { plain: value }]),
  );
}

/** `{"class_name": "__keras_tensor__", "config": {"keras_history": ["layer", 0, 0]}}`; undefined for anything else. */
function keras3Tensor(json: Json): Ref | undefined {
  if (!isTensor(json)) return undefined;
  return parseRef(member(member(json, "config"), "keras_history"));
}

function isTensor(json: Json): boolean {
  return member(json, "class_name") === "__keras_tensor__";
}

function isIndex(value: Json | undefined): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= MAX_LAYERS;
}

function unknown(layer: string, json: Json): ConversionError {
  return new ConversionError(
    `Layer "${layer.slice(0, 100)}": expected inbound_nodes as Keras 2 or 3 writes them, got ${
      shown(json)
    }.`,
  );
}
