import { InvalidModel } from "../invalid.ts";
import type { NodeProto } from "../onnx/codec.ts";
import { REFUSED_OPERATORS } from "./limits.ts";
import type { Operator, Operators } from "./operation.ts";
import { ATTENTION } from "./rules/attention.ts";
import { CLASSICAL } from "./rules/classical.ts";
import { CONVOLUTION } from "./rules/convolution.ts";
import { ELEMENTWISE } from "./rules/elementwise.ts";
import { INDEXING } from "./rules/indexing.ts";
import { MATRIX } from "./rules/matrix.ts";
import { NORMALISATION } from "./rules/normalisation.ts";
import { POOLING } from "./rules/pooling.ts";
import { QUANTISATION } from "./rules/quantisation.ts";
import { RECURRENT } from "./rules/recurrent.ts";
import { REDUCTION } from "./rules/reduction.ts";
import { SHAPING } from "./rules/shaping.ts";

/** Admitted operators of ai.onnx, by name. */
const ONNX: Operators = {
  ...ELEMENTWISE,
  ...SHAPING,
  ...INDEXING,
  ...REDUCTION,
  ...MATRIX,
  ...CONVOLUTION,
  ...POOLING,
  ...NORMALISATION,
  ...RECURRENT,
  ...ATTENTION,
  ...QUANTISATION,
};

/** What version 1 of the protocol admits: operators by name, by domain ("ai.onnx" is another name of ""). */
export const OPERATORS: ReadonlyMap<string, ReadonlyMap<string, Operator>> = new Map([
  ["", new Map(Object.entries(ONNX))],
  ["ai.onnx.ml", new Map(Object.entries(CLASSICAL))],
]);

/**
 * The admitted operator of a node, and the version of its operator set.
 *
 * @param opsets version by domain, "ai.onnx" as ""
 * @throws {InvalidModel} `operator`
 */
export function operatorOf(
  node: NodeProto,
  opsets: ReadonlyMap<string, number>,
): { operator: Operator; version: number } {
  const domain = plainDomain(node.domain);
  const name = node.opType ?? "";
  const version = opsets.get(domain) ?? 0;
  const operator = OPERATORS.get(domain)?.get(name);
  if (operator === undefined) {
    const reason = domain === "" ? REFUSED_OPERATORS.get(name) : undefined;
    const why = reason === undefined ? "docs/evaluation.md has a list" : `it ${reason}`;
    throw new InvalidModel("operator", `model: ${shown(name)} is not admitted, ${why}`);
  }
  const { since = 1, until = Infinity } = operator;
  if (version < since || version > until) {
    const range = until === Infinity ? `${since} or later` : `${since} to ${until}`;
    throw new InvalidModel("operator", `model: expected ${name} in opset ${range}, got ${version}`);
  }
  return { operator, version };
}

/** A domain by its usual name: "" for ai.onnx. */
export function plainDomain(domain: string | undefined): string {
  return domain === undefined || domain === "ai.onnx" ? "" : domain;
}

function shown(name: string): string {
  return /^\w{1,60}$/.test(name) ? name : JSON.stringify(name.slice(0, 60));
}
