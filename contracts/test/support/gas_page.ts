/** The page docs/gas.md: what each function costs at several sizes, beside the first DeML contract and the floor. */
import type { GasReport } from "./gas.ts";
import type { GridCell } from "./gas_grid.ts";

/** What one transaction must cost at least: 21,000, its calldata, and one new word of storage. */
interface Reference {
  /** The first DeML contract's function for the same, measured with the same compiler and chain. */
  original?: string;
  /** The same gas with nothing but what the chain itself takes. */
  floor?: string;
}

/**
 * Figures of the first DeML contract (20 models of 1 KB by 100 miners; it needs one deployment for each competition), and
 * the floor: one transaction with its calldata and, where something must be kept, one new word of storage.
 */
const REFERENCES: Record<string, Reference> = {
  create: { original: "1,356,000 (a deployment and a deposit)", floor: "43,900 and calldata" },
  register: { original: "47,879", floor: "43,900" },
  enroll: { original: "- (miners were not bonded)", floor: "43,900" },
  submitModel: { original: "825,000", floor: "63,000" },
  postBeacon: { original: "-", floor: "102,900 (the pairing) and 43,100" },
  commitScores: { original: "- (scores were public)", floor: "26,000 (a word that exists)" },
  revealScores: {
    original: "186,746 for each evaluation (minerGuess)",
    floor: "26,000 for each round",
  },
  revealMany: {},
  settle: { original: "3,100,000 for each model (the 100th guess)" },
  finalize: { floor: "26,000" },
  claim: { original: "- (miners were not paid)", floor: "32,600 (a payment)" },
  withdrawPrize: { original: "32,390", floor: "32,600 (a payment)" },
  refund: { original: "- (there was none)", floor: "32,600 (a payment)" },
};

/** Gas of a whole competition of 20 models of 1 KB and 100 miners with the first DeML contract. */
const ORIGINAL_TOTAL = 392_000_000;

/** The whole page. */
export function gasPage(report: GasReport): string {
  return `${INTRODUCTION}
## Each function

Mean gas of a call; of \`revealMany\` and \`settle\` the call of the fullest round (at most 32 submissions). Nothing depends on
the number of participants. Models have 1,000 random bytes. The columns are submissions x miners.

${functionsTable(report.grid)}

A hyphen in the column of the first contract means that it had no such thing. Its evaluations were one transaction for each
miner and model, which resent the model; its hundredth guess settled a model, and with 20 models of 1 KB ran out of the
16,777,216 gas that a transaction may take since EIP-7825.

## For each evaluation

An evaluation is one miner's score of one submission. "Self" counts commit, reveal, settle and claim where each miner
reveals for itself, "many" the same with one \`revealMany\` for each round; "to the prize" adds beacon, finalize and
withdrawPrize to "self" (everything but enrolment, registration and submissions); "all" adds those too, but for enrolment.

${evaluationsTable(report.grid)}

The aim for 32 submissions x 100 miners, everything but enrolment counted, is 4,600: ${
    format(report.fullRound)
  }. Submissions are
paid by their authors and dominated by their bytes: with them it is ${
    format(find(report.grid, 32, 100).perEvaluation.all)
  }.

## Models

| bytes | gas |
|---:|---:|
${
    Object.entries(report.functions).filter(([name]) => name.startsWith("model of"))
      .map(([name, gas]) => `| ${name.slice(9, -6)} | ${format(gas)} |`).join("\n")
  }

From 10 KiB up that is ${
    report.storageOverFloor.toFixed(4)
  } times the floor of the calldata (EIP-7623). The first contract took
7,350,000 for 10 KB, and 24 KB did not fit into a block's transaction any more.

## The greatest call

${format(report.maxCall)} gas, of 16,777,216 that a transaction may take (EIP-7825).
`;
}

const INTRODUCTION = `# Gas

Written by \`deno task gas --write\`; a test compares it with what the contract takes. Figures are of the whole transaction,
on the hardfork osaka, and do not depend on the machine. Payout addresses exist already: one that was never used adds
25,000 to its first claim.
`;

function functionsTable(grid: readonly GridCell[]): string {
  const sizes = grid.map(({ submissions, miners }) => `${submissions} x ${miners}`);
  const head = ["function", ...sizes, "first contract", "floor"];
  const rows = Object.keys(grid[0]!.functions).map((name) => {
    const { original = "-", floor = "-" } = REFERENCES[name] ?? {};
    return [
      `\`${name}\``,
      ...grid.map(({ functions }) => format(functions[name]!)),
      original,
      floor,
    ];
  });
  return table(head, rows);
}

function evaluationsTable(grid: readonly GridCell[]): string {
  const head = ["submissions x miners", "self", "many", "to the prize", "all"];
  const rows = grid.map(({ submissions, miners, perEvaluation: { self, many, ending, all } }) => [
    `${submissions} x ${miners}`,
    ...[self, many, ending, all].map(format),
  ]);
  const { perEvaluation: { all } } = find(grid, 20, 100);
  const original = Math.round(ORIGINAL_TOTAL / 2_000);
  rows.push(["first contract, 20 x 100", "-", "-", "-", format(original)]);
  return `${table(head, rows)}\n\nThe first contract took ${
    (original / all).toFixed(0)
  } times as much at 20 x 100.`;
}

function find(grid: readonly GridCell[], submissions: number, miners: number): GridCell {
  return grid.find((cell) => cell.submissions === submissions && cell.miners === miners)!;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const rule = head.map((_, i) => i === 0 ? "---" : "---:");
  return [line(head), `|${rule.join("|")}|`, ...rows.map(line)].join("\n");
}

function format(gas: number): string {
  return gas.toLocaleString("en");
}
