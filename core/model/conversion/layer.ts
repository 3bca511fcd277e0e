/** What a layer's converter sees. */
import type { LayerSpec } from "./architecture.ts";
import type { Argument } from "./calls.ts";
import { Config } from "./config.ts";
import { ConversionError } from "./error.ts";
import type { GraphBuilder, Value } from "./graph.ts";
import { product } from "./graph.ts";
import { shown } from "./json.ts";
import type { Part, StoredArray, WeightReader } from "./weights.ts";

/** Which framework a model comes from: where their semantics differ, each keeps its own. */
export interface Origin {
  /** Keras' major version: 2 (TensorFlow.js counts as 2) or 3. */
  readonly keras: 2 | 3;
  /** Whether TensorFlow.js itself wrote the model, not the converter from Keras. */
  readonly tfjs: boolean;
}

/** Adds a layer to the graph and returns its result. @throws {ConversionError} if it cannot */
export type Converter = (layer: Layer) => Value;

/** Converters by class of layer. */
export type Converters = { readonly [className: string]: Converter };

/** How a layer converts another one that it owns. */
export type Nested = (spec: LayerSpec, inputs: readonly Value[], part: Part) => Value;

/** One call of a layer. */
export class Layer {
  /** Its config. */
  readonly config: Config;
  /** Graph to add to. */
  readonly graph: GraphBuilder;
  /** Where it comes from. */
  readonly origin: Origin;
  /** The tensors it is called with. */
  readonly inputs: readonly Value[];
  /** Tensors and plain values given by name; {@linkcode Layer.argument} reads them. */
  readonly #kwargs: ReadonlyMap<string, Value | Argument>;
  /** Reads its weights in order. */
  readonly weights: WeightReader;
  /** Converts a layer inside it. */
  readonly nested: Nested;

  /**
   * One call of `spec`.
   *
   * @param spec the layer
   * @param path names of the models around it and its own: what its constants are called after
   */
  constructor(
    readonly spec: LayerSpec,
    readonly path: string,
    { graph, origin, inputs, kwargs, weights, nested }: {
      graph: GraphBuilder;
      origin: Origin;
      inputs: readonly Value[];
      kwargs: ReadonlyMap<string, Value | Argument>;
      weights: WeightReader;
      nested: Nested;
    },
  ) {
    this.config = new Config(describe(spec), spec.config);
    this.graph = graph;
    this.origin = origin;
    this.inputs = inputs;
    this.#kwargs = kwargs;
    this.weights = weights;
    this.nested = nested;
  }

  /** Its only input. @throws {ConversionError} if it has none or several */
  get input(): Value {
    const [input] = this.inputs;
    if (input !== undefined && this.inputs.length === 1) return input;
    throw this.refuse(`expected one input, got ${this.inputs.length}`);
  }

  /** Its only input, of a shape with `rank` dimensions, the batch included. */
  inputOfRank(rank: number): Value {
    const { input } = this;
    if (input.dims.length + 1 === rank) return input;
    throw this.refuse(`expected an input of ${rank} dimensions, got [batch,${input.dims}]`);
  }

  /** Number of channels of its only input: its last dimension. */
  get channels(): number {
    const channels = this.input.dims.at(-1);
    if (channels === undefined) throw this.refuse("expected an input with channels, got [batch]");
    return channels;
  }

  /** An argument given by name: a tensor, or a plain value. */
  argument(name: string): Value | Argument | undefined {
    return this.#kwargs.get(name);
  }

  /** Refuses arguments. @throws {ConversionError} if another than `names` is given (training and what is false aside) */
  onlyArguments(...names: string[]): void {
    for (const [name, value] of this.#kwargs) {
      const off = name === "training" || ("plain" in value && value.plain === false);
      if (!off && !names.includes(name)) throw this.refuse(`its argument ${name} is not supported`);
    }
  }

  /** A layer that this one wraps, on the same input; it has no weights of its own here. */
  around(spec: LayerSpec): Layer {
    return new Layer(spec, this.path, { ...this, kwargs: new Map() });
  }

  /** The next weight. @throws {ConversionError} if it is missing or of another shape */
  weight(name: string, dims: readonly number[]): StoredArray {
    return this.weights.take(name, dims);
  }

  /**
   * A constant made from weights, shared by all calls of the layer.
   *
   * @param name what it is, such as "kernel"
   * @param make computes its elements in row-major order
   */
  constant(name: string, dims: readonly number[], make: () => Float32Array): string {
    return this.graph.constant(`${this.path}/${name}`, dims, make);
  }

  /** A vector of `size` weights as a constant, such as a bias. */
  vector(name: string, size: number): string {
    const array = this.weight(name, [size]);
    return this.constant(name, [size], () => array.values());
  }

  /** Adds a node; its output is named after the layer. */
  op(
    type: string,
    inputs: readonly string[],
    attributes: Parameters<GraphBuilder["op"]>[2] = {},
  ): string {
    return this.graph.op(type, inputs, attributes, this.path);
  }

  /** A tensor, channels last, as the layer's result. */
  result(name: string, dims: readonly number[]): Value {
    return this.graph.value(name, dims, { masked: this.inputs.some(({ masked }) => masked) });
  }

  /** Reshapes a tensor to `[batch, ...dims]`. */
  reshape(name: string, dims: readonly number[]): string {
    return this.op("Reshape", [name, this.graph.ints([0, ...dims])]);
  }

  /** Reshapes a tensor to `[-1, ...dims]`, joining or parting the batch. */
  regroup(name: string, dims: readonly number[]): string {
    return this.op("Reshape", [name, this.graph.ints([-1, ...dims])]);
  }

  /** Elements of one row of its only input. */
  get elements(): number {
    return product(this.input.dims);
  }

  /**
   * Ends the reading of weights and config.
   *
   * @throws {ConversionError} if there is a weight or an option that nobody read: what the layer computes may depend on it
   */
  finish(): void {
    this.weights.finish();
    const [option] = this.config.unread();
    if (option === undefined) return;
    const value = shown(this.spec.config[option]);
    throw this.refuse(`its option ${option.slice(0, 60)}=${value} is not supported`);
  }

  /** Refuses masks. @throws {ConversionError} if one (of Embedding's mask_zero) would reach the layer */
  refuseMask(): void {
    if (!this.inputs.some(({ masked }) => masked)) return;
    throw this.refuse(
      "it would use the mask of an Embedding with mask_zero=True, which has no counterpart in ONNX; train the model with mask_zero=False",
    );
  }

  /** An error that names the layer and shows its config. `why` is a sentence without its end. */
  refuse(why: string): ConversionError {
    return new ConversionError(
      `${this.config.owner}: ${why}. Its config: ${shown(this.spec.config, 400)}`,
    );
  }
}

/** A layer for error messages: its class and name. */
export function describe({ className, name }: LayerSpec): string {
  return `${className.slice(0, 60)} "${name.slice(0, 100)}"`;
}
