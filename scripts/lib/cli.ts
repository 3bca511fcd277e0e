/** What all tasks share on the command line: arguments, `--help`, and one clear line when something goes wrong. */
import { parseArgs, type ParseArgsConfig } from "node:util";

/** A mistake on the command line. */
export class UsageError extends Error {
  override name = "UsageError";
}

/** Options of a task, as node:util's parseArgs takes them. */
export type Options = NonNullable<ParseArgsConfig["options"]>;

/**
 * Reads the arguments of a task; `help`, `json` and `verbose` are understood by all of them.
 *
 * @throws {UsageError} for arguments that the task does not know
 */
export function readArguments<const T extends Options>(args: string[], options: T) {
  return parse(args, { options, allowPositionals: false }).values;
}

/** The same for a task that also takes paths. @throws {UsageError} for options that the task does not know */
export function readPaths<const T extends Options>(args: string[], options: T) {
  const { values, positionals: paths } = parse(args, { options, allowPositionals: true });
  return { values, paths };
}

function parse<const T extends Options>(
  args: string[],
  { options, allowPositionals }: { options: T; allowPositionals: boolean },
) {
  const common = {
    help: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
    verbose: { type: "boolean", default: false },
  } as const;
  const all = { ...common, ...options } as typeof common & T;
  try {
    return parseArgs({ args, options: all, strict: true, allowPositionals });
  } catch (error) {
    const [line] = (error instanceof Error ? error.message : String(error)).split(". ");
    throw new UsageError(`${line}. See --help.`, { cause: error });
  }
}

/**
 * A whole number from an argument.
 *
 * @throws {UsageError} if it is none, or out of range
 */
export function wholeNumber(
  text: string,
  { name, min, max }: { name: string; min: number; max: number },
): number {
  const value = Number(text);
  if (text.trim() !== "" && Number.isInteger(value) && value >= min && value <= max) return value;
  throw new UsageError(`--${name}: expected a whole number from ${min} to ${max}, got "${text}"`);
}

/**
 * Runs a task: prints its help if asked for. Where it throws, prints one line (with `--verbose` the stack, with `--json`
 * also `{"ok":false,"error":...}`) and ends the process with code 1.
 */
export async function main(help: string, task: (args: string[]) => Promise<void>): Promise<void> {
  const args = Deno.args.filter((argument) => argument !== "--");
  if (args.includes("--help") || args.includes("-h")) {
    console.log(help);
    return;
  }
  try {
    await task(args);
  } catch (error) {
    console.error(args.includes("--verbose") ? error : `error: ${describe(error)}`);
    if (args.includes("--json")) console.log(JSON.stringify({ ok: false, error: describe(error) }));
    Deno.exit(1);
  }
}

/** What went wrong, in one line. */
export function describe(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replace(/\s*\n\s*/g, " ").trim() || String(error);
}
