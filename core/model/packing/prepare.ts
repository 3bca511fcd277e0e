/** From the files that somebody brings to a model that is ready to be packed. */
import { analyse } from "../admission/admit.ts";
import type { ModelTask } from "../admission/signature.ts";
import { InvalidModel } from "../invalid.ts";
import type { ModelProto } from "../onnx/codec.ts";
import { withSymbolicBatch } from "./batch.ts";
import { type DataFile, inlineData } from "./inline.ts";
import { stripModel } from "./strip.ts";

/**
 * Makes a model as small as it can be without a change to its weights: external data inlined, everything unneeded
 * stripped ({@linkcode stripModel}), the batch symbolic ({@linkcode withSymbolicBatch}), and of several outputs only the
 * one that counts.
 *
 * @param model a decoded ONNX model
 * @param options `data`: the file with its external data; `task`: what the competition asks, without which all outputs
 * stay
 * @throws {InvalidModel} as admission, with a task; a model that comes back may still cost too much
 */
export function prepareModel(
  model: ModelProto,
  { data, task }: { data?: DataFile | undefined; task?: ModelTask | undefined } = {},
): ModelProto {
  const whole = stripModel(inlineData(model, data));
  const open = openBatch(whole, task);
  if (task === undefined) return stripModel(open);
  return stripModel(open, { output: analyse(open, task).output });
}

/** A batch that stays fixed will do where the task's runs all have as many rows. */
function openBatch(model: ModelProto, task: ModelTask | undefined): ModelProto {
  try {
    return withSymbolicBatch(model);
  } catch (error) {
    if (!(error instanceof InvalidModel) || task === undefined || !fits(model, task)) throw error;
    return model;
  }
}

function fits(model: ModelProto, task: ModelTask): boolean {
  try {
    analyse(model, task);
    return true;
  } catch (error) {
    if (error instanceof InvalidModel) return false;
    throw error;
  }
}
