/** The hostile suite with its times and memory, each kind of payload in a process of its own. */
import { type Finding, HOSTILE } from "../../core/evaluate/hostile/suite.ts";
import { FULL } from "../../core/evaluate/hostile/hostile.ts";

/** Longest that a verdict may take, in ms. */
const MAX_MS = 2_000;
/** Most memory of the process, in bytes. */
const MAX_BYTES = 600 * 10 ** 6;

const CHILD = new URL("hostile_child.ts", import.meta.url);

/** What a process finds of one kind. */
export interface KindReport {
  /** All payloads. */
  readonly findings: readonly Finding[];
  /** Most memory of the process after a payload, in bytes; those that it built are in it. */
  readonly peak: number;
  /** What a good model got at the end. */
  readonly honest: string | number;
}

/**
 * Runs the suite and shows what it took.
 *
 * @throws {Error} if a verdict is wrong, too late, or took too much memory
 */
export async function reportHostile({ json }: { json: boolean }): Promise<void> {
  const reports: KindReport[] = [];
  for (const kind of Object.keys(HOSTILE)) {
    const report = await runKind(kind);
    reports.push(report);
    for (const finding of report.findings) showFault(finding);
  }
  const findings = reports.flatMap((report) => report.findings);
  const wrong = findings.filter(({ verdict, expected }) => verdict !== expected).length;
  const { name, ms } = findings.reduce((a, b) => a.ms > b.ms ? a : b);
  const bytes = Math.max(...reports.map(({ peak }) => peak));
  const sound = reports.every(({ honest }) => honest === FULL);
  console.log(
    `${findings.length} payloads, ${wrong} wrong verdicts; slowest "${name}" with ${
      ms.toFixed(0)
    } ms; ` +
      `at most ${(bytes / 1e6).toFixed(0)} MB; good models after them ${
        sound ? "unharmed" : "harmed"
      }`,
  );
  if (json) {
    const summary = {
      payloads: findings.length,
      wrong,
      slowest: name,
      ms: Math.round(ms),
      bytes,
      sound,
    };
    console.log(JSON.stringify(summary));
  }
  if (wrong > 0 || ms > MAX_MS || bytes > MAX_BYTES || !sound) {
    throw new Error(`expected all verdicts within ${MAX_MS} ms and ${MAX_BYTES / 1e6} MB`);
  }
}

function showFault({ name, verdict, expected, ms, message }: Finding): void {
  if (verdict === expected && ms <= MAX_MS) return;
  const got = `${verdict} in ${ms.toFixed(0)} ms`;
  console.log(`${name}: expected ${expected} within ${MAX_MS} ms, got ${got}. ${message}`);
}

async function runKind(kind: string): Promise<KindReport> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", CHILD.href, kind],
  }).output();
  if (success) return JSON.parse(new TextDecoder().decode(stdout));
  throw new Error(`hostile payloads, ${kind}: ${new TextDecoder().decode(stderr).trim()}`);
}
