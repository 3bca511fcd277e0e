/** One line of JSON for each thing that happened, with nothing in it that must stay secret. */

/** How grave it is: news, something for the operator to look at, something that failed. */
export type Level = "info" | "warn" | "error";

/** Writes one line: a short name of what happened and the values that go with it. */
export type Log = (level: Level, event: string, fields?: Record<string, unknown>) => void;

/** Where lines go, and what must not. */
export interface LogOptions {
  /** Takes a line, without a line feed at its end. */
  write: (line: string) => void;
  /** Texts to blot out wherever they occur: keys, and URLs that may hold one. */
  secrets?: readonly string[];
  /** Time in ms; `Date.now` unless told. */
  now?: () => number;
}

const BLOT = "[hidden]";
/** Blotting out shorter texts would garble lines and hide nothing. */
const MIN_SECRET = 6;
/** Longest text in a line: some errors quote all that they got. */
const MAX_TEXT = 1_000;

/** Makes a log. */
export function createLog({ write, secrets = [], now = Date.now }: LogOptions): Log {
  const hidden = secrets.filter((secret) => secret.length >= MIN_SECRET).flatMap(spellings);
  return (level, event, fields = {}) => {
    const line = JSON.stringify(
      { time: new Date(now()).toISOString(), level, event, ...fields },
      plain,
    );
    write(hidden.reduce((text, secret) => text.replaceAll(secret, BLOT), line));
  };
}

/** A log that keeps nothing. */
export function noLog(): Log {
  return () => {};
}

/** What went wrong, in one line. */
export function describe(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replace(/\s*\n\s*/g, " ").trim().slice(0, MAX_TEXT) || String(error);
}

/** As it is, and as it stands in JSON. */
function spellings(secret: string): string[] {
  return [...new Set([secret, JSON.stringify(secret).slice(1, -1)])];
}

function plain(_key: string, value: unknown): unknown {
  if (typeof value === "bigint") return value.toString();
  if (value instanceof Error) return describe(value);
  return typeof value === "string" ? value.slice(0, MAX_TEXT) : value;
}
