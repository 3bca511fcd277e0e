/**
 * A manifest that breaks the schema or cannot be read: the host's mistake, the same for every reader.
 * `path` is the field, as in `manifest.test.rows`.
 */
export class InvalidManifest extends Error {
  /** "InvalidManifest". */
  override readonly name = "InvalidManifest";

  /** `message` says what was expected and what came; the path is put before it. */
  constructor(readonly path: string, message: string, options?: ErrorOptions) {
    super(`${path}: ${message}`, options);
  }
}

/** A JSON value and where it stands: the checks below return it with its type, or name its path. */
export interface Field {
  /** undefined where there is none. */
  readonly value: unknown;
  /** Such as `manifest.test.rows`. */
  readonly path: string;
}

/** The member `name` of an object; its value is undefined where there is none. */
export function member(object: Field, name: string): Field {
  const value = Object.hasOwn(asObject(object), name) ? asObject(object)[name] : undefined;
  return { value, path: `${object.path}.${name}` };
}

/** Whether the object has the member at all. */
export function present(field: Field): boolean {
  return field.value !== undefined;
}

/** An object, not null and not a list. */
export function asObject(field: Field): Record<string, unknown> {
  const { value } = field;
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw unexpected(field, "an object");
  }
  return value as Record<string, unknown>;
}

/** A list of `min` to `max` entries. */
export function asList(field: Field, { min, max }: { min: number; max: number }): Field[] {
  const { value, path } = field;
  if (!Array.isArray(value)) throw unexpected(field, `a list of ${min} to ${max} entries`);
  if (value.length < min || value.length > max) {
    throw new InvalidManifest(
      path,
      `expected a list of ${min} to ${max} entries, got ${value.length}`,
    );
  }
  return value.map((entry, index) => ({ value: entry, path: `${path}[${index}]` }));
}

/** Text of `min` (default 1) to `max` UTF-16 code units. */
export function asText(field: Field, { min = 1, max }: { min?: number; max: number }): string {
  const { value } = field;
  if (typeof value !== "string" || value.length < min || value.length > max) {
    throw unexpected(field, `text of ${min} to ${max} characters`);
  }
  return value;
}

/** A whole number from `min` to `max`. */
export function asWhole(field: Field, { min, max }: { min: number; max: number }): number {
  const { value } = field;
  if (typeof value !== "number" || !Number.isInteger(value) || value < min || value > max) {
    throw unexpected(field, `a whole number from ${grouped(min)} to ${grouped(max)}`);
  }
  return value;
}

/** A finite number. */
export function asFinite(field: Field): number {
  const { value } = field;
  if (typeof value !== "number" || !Number.isFinite(value)) {
    throw unexpected(field, "a finite number");
  }
  return value;
}

/** true or false. */
export function asBoolean(field: Field): boolean {
  if (typeof field.value !== "boolean") throw unexpected(field, "true or false");
  return field.value;
}

/** One of the texts or numbers listed. */
export function asOneOf<const T extends string | number>(field: Field, allowed: readonly T[]): T {
  const found = allowed.find((candidate) => candidate === field.value);
  if (found === undefined) {
    throw unexpected(field, allowed.map((candidate) => JSON.stringify(candidate)).join(" or "));
  }
  return found;
}

/** The error for a field that is not what was expected; names the path and what it has. */
export function unexpected(field: Field, expected: string): InvalidManifest {
  return new InvalidManifest(field.path, `expected ${expected}, got ${shown(field.value)}`);
}

function shown(value: unknown): string {
  if (value === undefined) return "nothing";
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === "object" && value !== null) return "an object";
  const text = JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}

/** 10,000,000 rather than 10000000; the same in every locale. */
function grouped(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ",");
}
