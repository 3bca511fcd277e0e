import { ConversionError } from "./error.ts";
import { MAX_JSON_BYTES, MAX_JSON_DEPTH } from "./limits.ts";

/** What JSON can hold. */
export type Json = null | boolean | number | string | Json[] | JsonObject;

/** A JSON object. Read its members with {@link member}: a file chooses their names. */
export type JsonObject = { [name: string]: Json };

/**
 * Parses JSON of a bounded size and depth.
 *
 * @param what names the text in errors
 * @throws {ConversionError} if it is too large, nested too deep, or not JSON
 */
export function parseJson(text: string | Uint8Array, what: string): Json {
  if (text.length > MAX_JSON_BYTES) {
    throw new ConversionError(
      `${what}: expected at most ${MAX_JSON_BYTES} bytes of JSON, got ${text.length}.`,
    );
  }
  try {
    const decoded = typeof text === "string" ? text : UTF8.decode(text);
    checkDepth(decoded, what);
    return JSON.parse(decoded) as Json;
  } catch (cause) {
    if (cause instanceof ConversionError) throw cause;
    const why = (cause as Error).message.slice(0, 100);
    throw new ConversionError(`${what}: expected JSON, got a text that is none (${why}).`, {
      cause,
    });
  }
}

/** Whether a value is a JSON object (and no list). */
export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A member of an object; undefined if `value` is no object or has no such member of its own. */
export function member(value: Json | undefined, name: string): Json | undefined {
  return isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}

/** A value as text for an error message: JSON, cut off after `length` characters. */
export function shown(value: Json | undefined, length = 60): string {
  if (value === undefined) return "none";
  const text = JSON.stringify(value);
  return text.length > length ? `${text.slice(0, length)}…` : text;
}

const UTF8 = new TextDecoder("utf-8", { fatal: true });
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Everything that walks the parsed value may recurse, once this has passed. */
function checkDepth(text: string, what: string): void {
  let depth = 0;
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (quoted) {
      if (code === BACKSLASH) i++;
      else if (code === QUOTE) quoted = false;
    } else if (code === QUOTE) quoted = true;
    else if (code === 0x5b || code === 0x7b) depth++;
    else if (code === 0x5d || code === 0x7d) depth--;
    if (depth > MAX_JSON_DEPTH) {
      throw new ConversionError(
        `${what}: expected JSON nested at most ${MAX_JSON_DEPTH} deep, got more.`,
      );
    }
  }
}
