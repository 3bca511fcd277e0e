import { BATCH_ROWS, modelTask } from "../../core/evaluate/task.ts";
import type { ModelTask } from "../../core/model/admission/signature.ts";
import type { Dataset } from "../../core/dataset/dataset.ts";
import { DataType, type ModelProto, type ValueInfoProto } from "../../core/model/onnx/codec.ts";

/** What a data set asks of models. */
export function taskOf({ manifest, rows }: Dataset): ModelTask {
  return { ...modelTask(manifest), rows };
}

/**
 * A task that a model fits by what it declares, for want of a data set: rows of its input's shape, as many classes as its
 * first output of floats has columns, 2 for one column, 1,000 for labels alone. Undefined if the input's shape is open.
 */
export function guessTask({ graph }: ModelProto): ModelTask | undefined {
  const constants = new Set(graph?.initializer.map(({ name }) => name));
  const input = graph?.input.find(({ name }) => !constants.has(name));
  const shape = input && sizesOf(input)?.slice(1);
  if (shape === undefined || !shape.every((size) => size !== undefined)) return undefined;
  const scores = graph?.output.find(({ type }) => type?.tensorType?.elemType === DataType.FLOAT);
  const columns = scores && sizesOf(scores)?.[1];
  const classes = columns === undefined ? 1000 : Math.max(columns, 2);
  return { shapes: [shape], batch: BATCH_ROWS, classes };
}

function sizesOf({ type }: ValueInfoProto): (number | undefined)[] | undefined {
  return type?.tensorType?.shape?.dim.map(({ dimValue }) =>
    typeof dimValue === "number" ? dimValue : undefined
  );
}
