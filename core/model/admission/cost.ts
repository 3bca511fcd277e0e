import { InvalidModel } from "../invalid.ts";
import type { Analysis } from "./analyse.ts";
import { MAX_ACTIVATION_BYTES, MAX_UNFOLDED_BYTES, MAX_WORK } from "./limits.ts";
import type { ModelTask } from "./signature.ts";

/**
 * Checks what a model costs against the manifest's limits and the protocol's maxima: the lower of both counts.
 *
 * @throws {InvalidModel} `cost`
 */
export function checkCost(
  { work, activations, constants }: Pick<Analysis, "work" | "activations" | "constants">,
  { limits = {} }: Pick<ModelTask, "limits">,
): void {
  const { work: mostWork = MAX_WORK, activations: mostBytes = MAX_ACTIVATION_BYTES } = limits;
  check(work, Math.min(mostWork, MAX_WORK), "multiply-accumulates of work a row");
  check(activations, Math.min(mostBytes, MAX_ACTIVATION_BYTES), "bytes alive at once in a run");
  check(constants, MAX_UNFOLDED_BYTES, "bytes of constants, those computed when it loads included");
}

function check(got: number, most: number, what: string): void {
  if (got <= most) return;
  throw new InvalidModel("cost", `model: expected at most ${most} ${what}, got ${got}`);
}
