/** Nodes that read a value of a model and do much with it: what shows whether time and memory are counted rightly. */
import type { ModelProto } from "../../core/model/onnx/codec.ts";
import type { Random } from "../demo/random.ts";
import { pick } from "./bytes.ts";
import { APPLY, UNARY } from "./operators.ts";
import { Growth, type Known } from "./sheet.ts";

/** Adds one operator, on a value that is enlarged first as often as not. */
export function grow(
  file: ModelProto,
  { known, random }: { known: readonly Known[]; random: Random },
): void {
  const graph = file.graph;
  if (graph === undefined || known.length === 0) return;
  const opset = Number(file.opsetImport.find(({ domain = "" }) => domain === "")?.version ?? 17);
  const growth = new Growth(random, `grow${random.integer(1e9)}`, opset);
  let { name, dims } = pick(known, random);
  const rank = random.integer(4);
  if (dims.length !== rank + 1 && random.integer(3) > 0) {
    ({ name, dims } = reshaped(growth, { name, dims }, rank));
  }
  if (random.integer(4) > 0) ({ name, dims } = enlarged(growth, { name, dims }));
  const last = apply(growth, { name, dims });
  if (random.integer(2) === 0) growth.op(pick(UNARY, random), [last]);
  graph.node.push(...growth.nodes);
  graph.initializer.push(...growth.constants);
  if (random.integer(3) === 0) graph.output.push({ name: last });
}

/** The value with so many dimensions besides the batch. */
function reshaped(growth: Growth, { name, dims }: Known, rank: number): Known {
  const rest = dims.slice(1).reduce((product, dim) => product * dim, 1);
  const sizes: number[] = [];
  let left = rest;
  for (let i = 1; i < rank; i++) {
    const divisors = [1, 2, 3, 4, 7, 14, 28].filter((divisor) => left % divisor === 0);
    const size = pick(divisors, growth.random);
    sizes.push(size);
    left /= size;
  }
  if (rank === 0) {
    return { name: growth.op("Reshape", [name, growth.ints(-1)]), dims: [dims[0]! * rest] };
  }
  const shape = [...sizes, left];
  return {
    name: growth.op("Reshape", [name, growth.ints(-1, ...shape)]),
    dims: [dims[0]!, ...shape],
  };
}

/** The value repeated along one or more axes, up to some 10^6 elements. */
function enlarged(growth: Growth, { name, dims }: Known): Known {
  const { random } = growth;
  const size = Math.max(1, dims.reduce((product, dim) => product * dim, 1));
  const target = 10 ** random.between(3, 6.5);
  const repeats = dims.map(() => 1);
  let times = Math.max(1, Math.floor(target / size));
  while (times > 1) {
    const at = dims.length < 2 || random.integer(12) === 0
      ? 0
      : 1 + random.integer(dims.length - 1);
    const factor = random.integer(2) === 0 ? times : Math.min(times, 1 + random.integer(30));
    repeats[at]! *= factor;
    times = Math.floor(times / factor);
    if (factor === 1) break;
  }
  return {
    name: growth.op("Tile", [name, growth.ints(...repeats)]),
    dims: dims.map((dim, i) => dim * repeats[i]!),
  };
}

function apply(growth: Growth, known: Known): string {
  return APPLY[pick(Object.keys(APPLY), growth.random)]!(growth, known);
}
