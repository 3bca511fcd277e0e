/** solhint as a library, which neither advertises nor asks for updates. */
import solhint from "solhint";
import { ACCEPTED, type Accepted } from "./accepted.ts";
import type { Sources } from "./compiler.ts";

const CONFIG = new URL("../../.solhint.json", import.meta.url);

/** What a rule says about a line. */
export interface Finding {
  /** Source path. */
  path: string;
  /** From 1. */
  line: number;
  /** Rule, or undefined for what does not parse. */
  ruleId: string | undefined;
  /** What is wrong. */
  message: string;
  /** `Contract.function` in which the line lies, or `Contract`. */
  place: string;
}

/** Findings of solhint that are not accepted, and accepted ones that are gone, one line each. */
export async function checkLint(
  sources: Sources,
  accepted: Record<string, Accepted> = ACCEPTED,
): Promise<string[]> {
  const config = JSON.parse(await Deno.readTextFile(CONFIG));
  const findings = Object.entries(sources).flatMap(([path, { content }]) =>
    lint(path, content, config)
  );
  const counted = new Map<string, Finding[]>();
  for (const finding of findings) {
    const key = `${finding.ruleId} ${finding.place}`;
    counted.set(key, [...counted.get(key) ?? [], finding]);
  }
  const lines: string[] = [];
  for (const [ruleId, { places }] of Object.entries(accepted)) {
    for (const [place, count] of Object.entries(places)) {
      const found = counted.get(`${ruleId} ${place}`)?.length ?? 0;
      if (found < count) lines.push(`${ruleId}: ${count} accepted in ${place}, there are ${found}`);
      if (found <= count) counted.delete(`${ruleId} ${place}`);
    }
  }
  for (const { path, line, ruleId, message, place } of [...counted.values()].flat()) {
    lines.push(`${path}:${line}: ${message.split("\n")[0]} (${ruleId ?? "parser"}, in ${place})`);
  }
  return lines;
}

function lint(path: string, content: string, config: unknown): Finding[] {
  const { reports } = solhint.processStr(content, structuredClone(config), path);
  const lines = content.split("\n");
  return reports.map(({ line, message, ruleId }: Finding) => ({
    path,
    line,
    message,
    ruleId,
    place: placeOf(lines.slice(0, line)),
  }));
}

/** The contract and the function that begin last among these lines. */
function placeOf(lines: string[]): string {
  const contract = lastName(lines, /^(?:abstract )?(?:contract|library|interface) (\w+)/);
  const from = lines.findLastIndex((line) => line.includes(` ${contract} `));
  const name = lastName(lines.slice(from), /^ {4}(?:function (\w+)|(constructor))/);
  return name === undefined ? `${contract}` : `${contract}.${name}`;
}

function lastName(lines: string[], pattern: RegExp): string | undefined {
  for (const line of lines.toReversed()) {
    const match = pattern.exec(line);
    if (match !== null) return match[1] ?? match[2];
  }
  return undefined;
}
