import { type InvalidCode, InvalidModel } from "../model/invalid.ts";
import { LocalFailure } from "./failure.ts";

/** How the native part's messages begin: no text of the model comes before the first colon. */
const NATIVE = String.raw`^[^:]* ERROR_CODE: \d+, ERROR_MESSAGE: `;

/**
 * The whole message of a failed allocation, in the native part (operator new, its arena) or before it.
 * Whole, because a refusal may end with any text out of the model.
 */
const ALLOCATION = new RegExp(
  NATIVE + String.raw`(?:Exception during initialization: )?` +
    String
      .raw`(?:Non-zero status code returned while running \w+ node\. Name:'[^']*' Status Message: )?` +
    String.raw`(?:std::bad_alloc|\S*bfc_arena\.cc:\d+ ` +
    String.raw`[^'"\n]{0,300}Failed to allocate memory for requested buffer of size \d+)$` +
    String.raw`|^[^:]*\. failed to allocate a buffer of size \d+\.$`,
);

/**
 * How the messages begin that follow from the model alone: what the native part reports with a code of
 * its own, and the JavaScript part's refusal of outputs of types that it has no array for.
 */
const REFUSAL = new RegExp(NATIVE + "|^unsupported data type: ");

/**
 * What an error thrown by the runtime says: that the model is INVALID (the runtime itself refuses it, the
 * same everywhere) or that something failed here (memory ran out, the WebAssembly code trapped or
 * aborted). Whatever is not clearly the first is the second.
 */
export function classify(error: unknown, code: InvalidCode): InvalidModel | LocalFailure {
  const options = { cause: error };
  if (isPlainError(error)) {
    const message = error.message.trim();
    if (ALLOCATION.test(message)) {
      return new LocalFailure("allocation", `runtime: out of memory. ${message}`, options);
    }
    if (REFUSAL.test(message)) {
      return new InvalidModel(code, `model: the runtime refuses it. ${shorten(message)}`, options);
    }
  }
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return new LocalFailure("crash", `runtime: crashed with "${shorten(message)}"`, options);
}

/** Not a RangeError (stack, array sizes), WebAssembly.RuntimeError (trap, abort) or thrown number. */
function isPlainError(error: unknown): error is Error {
  return error instanceof Error && Object.getPrototypeOf(error) === Error.prototype;
}

function shorten(message: string): string {
  return message.length > 500 ? `${message.slice(0, 499)}…` : message;
}
