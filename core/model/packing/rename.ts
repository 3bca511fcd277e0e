import type { GraphProto, NodeProto, ValueInfoProto } from "../onnx/codec.ts";

/** Names of inputs and outputs that stay: a plain word, which tells nothing of anybody's machine. */
const PLAIN = /^[A-Za-z_][A-Za-z0-9_.]{0,31}$/;

/**
 * Gives each value a short name: a counter in base 36, in the order in which values appear. Inputs and outputs keep theirs
 * if these are plain words; names of sizes that vary become "N", "N1", ...
 */
export function shortenNames(graph: GraphProto): GraphProto {
  const names = new Map<string, string>([["", ""]]);
  const outer = [...graph.input, ...graph.output].map(({ name = "" }) => name);
  for (const name of outer) if (PLAIN.test(name) && name !== "__proto__") names.set(name, name);
  const taken = new Set(names.values());
  let counter = 0;
  const short = (name: string) => {
    const known = names.get(name);
    if (known !== undefined) return known;
    let next;
    do next = (counter++).toString(36); while (taken.has(next));
    names.set(name, next);
    return next;
  };
  const sizes = new Map<string, string>();
  const inputs = graph.input.map((value) => renameValue(value, { short, sizes }));
  const node = graph.node.map((node): NodeProto => ({
    ...node,
    input: node.input.map(short),
    output: node.output.map(short),
  }));
  const output = graph.output.map((value) => renameValue(value, { short, sizes }));
  const initializer = graph.initializer.map((tensor) => ({
    ...tensor,
    name: short(tensor.name ?? ""),
  }));
  return { ...graph, node, initializer, input: inputs, output };
}

function renameValue(
  { name = "", type }: ValueInfoProto,
  { short, sizes }: { short: (name: string) => string; sizes: Map<string, string> },
): ValueInfoProto {
  const tensor = type?.tensorType;
  if (tensor?.shape === undefined) return { name: short(name), ...(type && { type }) };
  const dim = tensor.shape.dim.map((size) => {
    if (size.dimParam === undefined) return size;
    const known = sizes.get(size.dimParam) ?? (sizes.size === 0 ? "N" : `N${sizes.size}`);
    sizes.set(size.dimParam, known);
    return { dimParam: known };
  });
  return { name: short(name), type: { tensorType: { ...tensor, shape: { dim } } } };
}
