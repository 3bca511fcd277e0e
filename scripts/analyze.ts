/** Static analysis of the contracts: the compiler's warnings, solhint, and proofs by a solver. */
import { productSources, readSources } from "./analyze/compiler.ts";
import { checkCompiler } from "./analyze/compiler_checks.ts";
import { checkLint } from "./analyze/lint.ts";
import { proveAll, theorems } from "./analyze/proofs.ts";
import { main, readArguments } from "./lib/cli.ts";

const HELP = `Usage: deno task analyze [--json]

Analyses the contracts without running them: the compiler's warnings, solhint (.solhint.json), and the properties in
contracts/test/smt, which a solver proves for all inputs. Fails if anything is found. docs/analysis.md says more.

  --json  end with one line of JSON
  --help  show this`;

/** Files that state properties. */
const PROOFS = ["contracts/test/smt/MoneyProofs.sol", "contracts/test/smt/TallyProofs.sol"];

async function analyze(args: string[]): Promise<void> {
  const { json } = readArguments(args, {});
  const product = await productSources();
  const stated = await readSources(PROOFS);
  const findings = report("compiler", checkCompiler(product));
  findings.push(...report("solhint", await checkLint(product)));
  const proofs = await proveAll(theorems(stated), { ...product, ...stated });
  for (const { contract, proved, asserts, failures } of proofs) {
    findings.push(...report(`${contract}: ${asserts} asserts, ${proved} proofs`, failures));
  }
  const proved = proofs.reduce((sum, proof) => sum + proof.proved, 0);
  if (findings.length > 0) throw new Error(`${findings.length} findings: see above`);
  if (json) console.log(JSON.stringify({ ok: true, proved }));
}

function report(what: string, findings: string[]): string[] {
  console.log(`${findings.length === 0 ? "ok  " : "FAIL"} ${what}`);
  for (const finding of findings) console.log(`     ${finding}`);
  return findings;
}

await main(HELP, analyze);
