/** One line of JSON for each thing that happened, with nothing in it that must stay secret. */

/** How grave it is: news, something for the operator to look at, something that failed. */
export type Level = "info" | "warn" | "error";

/** Writes one line: a short name of what happened and the values that go with it. */
export type Log = (level: Level, event: string, fields?: Record<string, unknown>) => void;

/** Where lines go, and what must not. */
export interface LogOptions {
  /** Takes a line, without a line feed at its end. */
  write: (line: string) => void;
  /** Texts that {@linkcode createBlot} blots out. */
  secrets?: readonly string[];
  /** Time in ms; `Date.now` unless told. */
  now?: () => number;
}

const BLOT = "[hidden]";
/** Blotting out shorter texts would garble lines and hide nothing. */
const MIN_SECRET = 6;
/** Longest text in a line: some errors quote all that they got. */
const MAX_TEXT = 1_000;

/**
 * Makes a function that blots texts out wherever they occur: of an HTTP address the origin stays, of anything else
 * nothing.
 *
 * @param secrets keys, and addresses that may hold one
 */
export function createBlot(secrets: readonly string[]): (text: string) => string {
  const hidden = secrets.filter((secret) => secret.length >= MIN_SECRET)
    .flatMap((secret) => spellings(secret).map((spelling) => ({ spelling, shown: shown(secret) })))
    // One that goes on where another one ends must not leave its rest.
    .sort((a, b) => b.spelling.length - a.spelling.length);
  return (text) =>
    hidden.reduce((rest, { spelling, shown }) => rest.replaceAll(spelling, shown), text);
}

/** Makes a log. */
export function createLog({ write, secrets = [], now = Date.now }: LogOptions): Log {
  const blot = createBlot(secrets);
  return (level, event, fields = {}) => {
    const line = JSON.stringify(
      { time: new Date(now()).toISOString(), level, event, ...fields },
      plain,
    );
    write(blot(line));
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

/** As it is, in the forms in which addresses are used, and as they stand in JSON. */
function spellings(secret: string): string[] {
  const url = httpUrl(secret);
  const texts = url === null ? [secret] : [secret, url.href, url.origin + url.pathname]
    .map((text) => text.replace(/\/+$/, ""))
    .flatMap((text) => [text, text.replace(/\/ipfs$/, "")]);
  return [...new Set(texts.flatMap((text) => [text, JSON.stringify(text).slice(1, -1)]))];
}

function shown(secret: string): string {
  return httpUrl(secret)?.origin ?? BLOT;
}

function httpUrl(text: string): URL | null {
  const url = URL.parse(text);
  return url !== null && /^https?:$/.test(url.protocol) ? url : null;
}

function plain(_key: string, value: unknown): unknown {
  if (typeof value === "bigint") return value.toString();
  if (value instanceof Error) return describe(value);
  return typeof value === "string" ? value.slice(0, MAX_TEXT) : value;
}
