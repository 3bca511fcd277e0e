/** JSON-RPC 2.0 bodies: one call as an object, several as a batch; answers are matched by id. */
import { RpcError } from "./provider.ts";

/** Longest part of a node's message that is kept. */
const MAX_MESSAGE = 500;

/** One call. */
export interface JsonRpcCall {
  /** Unique among the calls of a connection. */
  id: number;
  /** Name of the method. */
  method: string;
  /** Its parameters, in order. */
  params: readonly unknown[];
}

/** The body of a POST with these calls, at least one. */
export function toBody(calls: readonly JsonRpcCall[]): string {
  const bodies = calls.map(({ id, method, params }) => ({ jsonrpc: "2.0", id, method, params }));
  // Not every node takes batches.
  return JSON.stringify(bodies.length === 1 ? bodies[0] : bodies);
}

/**
 * The results by id, an {@linkcode RpcError} where a call failed.
 *
 * @throws {SyntaxError} for a body that is not JSON, does not answer every call, or refuses the batch as a whole
 */
export function readAnswers(
  bytes: Uint8Array,
  calls: readonly JsonRpcCall[],
): Map<number, unknown> {
  const body: unknown = JSON.parse(new TextDecoder().decode(bytes));
  const asked = new Set(calls.map(({ id }) => id));
  const answers = new Map<number, unknown>();
  for (const answer of Array.isArray(body) ? body : [body]) {
    if (!isRecord(answer)) continue;
    if (typeof answer.id === "number" && asked.has(answer.id)) {
      if (isRecord(answer.error)) answers.set(answer.id, toError(answer.error));
      else if ("result" in answer) answers.set(answer.id, answer.result);
    } else if (isRecord(answer.error)) {
      throw new SyntaxError(toError(answer.error).message);
    }
  }
  if (answers.size !== asked.size) {
    throw new SyntaxError(`${asked.size} calls, but ${answers.size} answers`);
  }
  return answers;
}

function toError(error: Record<string, unknown>): RpcError {
  const message = typeof error.message === "string" ? error.message : "error without a message";
  return new RpcError(message.slice(0, MAX_MESSAGE), {
    code: typeof error.code === "number" ? error.code : 0,
    data: error.data,
  });
}

/** Whether a value from outside is an object whose fields can be looked at. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
