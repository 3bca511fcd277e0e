/** Bytes that are alive at once while a graph runs. */
import { bytesOf } from "./elements.ts";
import type { Step } from "./infer.ts";

/** A node as the allocator sees it. */
interface Run {
  /** Values that it reads and that are not constants. */
  readonly reads: readonly string[];
  /** Values that it writes. */
  readonly writes: readonly string[];
  /** Bytes that it needs for itself. */
  readonly scratch: number;
}

/**
 * Most bytes of values that are alive at once, scratch memory included. A value lives from the node that writes it to the last
 * that reads it, the graph's inputs and outputs to the end; a node's outputs never take the place of its inputs,
 * though the runtime saves that memory where it can. The nodes run in an order that the runtime chooses: the largest
 * of the file's order and of the two depth-first orders, from the outputs back, is taken.
 *
 * @param steps the nodes; those that compute constants are none of a run's
 * @param options `bytes` of the inputs, `outputs` of the graph by name
 */
export function peakBytes(
  steps: readonly Step[],
  { bytes, outputs }: { bytes: number; outputs: readonly string[] },
): number {
  const runs: Run[] = [];
  const sizes = new Map<string, number>();
  for (const { node, outputs, scratch, constant } of steps) {
    if (constant) continue;
    outputs.forEach((value, i) => {
      if (value !== undefined) sizes.set(node.output[i] as string, bytesOf(value));
    });
    const reads = [...new Set(node.input)].filter((name) => sizes.has(name));
    runs.push({ reads, writes: node.output.filter((name) => name !== ""), scratch });
  }
  const kept = new Set(outputs);
  const orders = [runs, depthFirst(runs, { last: true }), depthFirst(runs, { last: false })];
  return bytes + Math.max(...orders.map((order) => peakOf(order, { sizes, kept })));
}

function peakOf(
  order: readonly Run[],
  { sizes, kept }: { sizes: ReadonlyMap<string, number>; kept: ReadonlySet<string> },
): number {
  const readers = new Map<string, number>();
  for (const { reads } of order) {
    for (const name of reads) readers.set(name, (readers.get(name) ?? 0) + 1);
  }
  let alive = 0;
  let peak = 0;
  for (const { reads, writes, scratch } of order) {
    for (const name of writes) alive += sizes.get(name) as number;
    peak = Math.max(peak, alive + scratch);
    for (const name of reads) {
      const left = (readers.get(name) as number) - 1;
      readers.set(name, left);
      if (left === 0 && !kept.has(name)) alive -= sizes.get(name) as number;
    }
    for (const name of writes) {
      if (!readers.has(name) && !kept.has(name)) alive -= sizes.get(name) as number;
    }
  }
  return peak;
}

/** The nodes depth first from those that nobody reads: of several, the last (or first) in the file comes first. */
function depthFirst(runs: readonly Run[], { last }: { last: boolean }): Run[] {
  const writers = new Map<string, number>();
  runs.forEach(({ writes }, i) => writes.forEach((name) => writers.set(name, i)));
  const before = runs.map(({ reads }) => {
    const found = [...new Set(reads.map((name) => writers.get(name) as number))];
    return found.sort((a, b) => last ? a - b : b - a);
  });
  const read = new Set(before.flat());
  const stack = runs.map((_, i) => i).filter((i) => !read.has(i));
  if (!last) stack.reverse();
  const order: Run[] = [];
  const entered = new Uint8Array(runs.length);
  while (stack.length > 0) {
    const next = stack.pop() as number;
    if (next < 0) order.push(runs[-1 - next] as Run);
    else if (entered[next] === 0) {
      entered[next] = 1;
      stack.push(-1 - next);
      for (const i of before[next] as number[]) if (entered[i] === 0) stack.push(i);
    }
  }
  return order;
}
