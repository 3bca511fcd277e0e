/** What a demo shows: tables for people, one line of JSON for programs. Pure functions of what the chain says. */
import type { Snapshot, Submission } from "../../core/chain/types.ts";
import { leaderboard } from "../../core/protocol/ranking.ts";
import { penalty } from "../../core/protocol/money.ts";
import type { Hex } from "../../core/protocol/types.ts";
import { type Before, type Evidence, isConvincing } from "./evidence.ts";
import type { Ledger } from "./ledger.ts";
import {
  type Column,
  formatEther,
  formatEthers,
  formatInteger,
  formatScore,
  formatTable,
  printable,
  type Style,
} from "../lib/table.ts";

/** Names of what the chain knows by address or number. */
export interface Names {
  /** Name of a party, by its address. */
  person(address: Hex): string;
  /** Name of a submission's model. */
  model(submission: Submission): string;
}

/** The summary that `--json` prints. */
export interface Summary {
  /** Whether the competition ended as it should: a winner, books that balance, and evidence that convinces. */
  ok: boolean;
  mode: "sealed" | "open";
  /** Score of each settled model; models whose submission is void are left out. */
  scores: Record<string, number>;
  winner: string | undefined;
  miners: number;
  /** Agreeing evaluations of each model. */
  agreeing: Record<string, number>;
  balanced: boolean;
  /** In sealed mode: who could open what when, and what was needed of host and authors. */
  sealed?: Evidence;
  /** By function: number of calls, mean and greatest gas. */
  gas: Record<string, { calls: number; mean: number; max: number }>;
  /** Wall-clock seconds. */
  seconds: number;
}

const right = (title: string): Column => ({ title, align: "right" });

/** The leaderboard: place, author, model, score, agreeing evaluations, bytes on the chain, epoch if there are several. */
export function leaderboardTable(snapshot: Snapshot, names: Names): string {
  const { competition: { quorum, epochs }, miners } = snapshot;
  const seats = Math.min(quorum, miners.length);
  const columns = [
    right("place"),
    { title: "author" },
    { title: "model" },
    right("score"),
    right("agreeing"),
    right("payload bytes"),
    ...epochs > 1 ? [right("epoch")] : [],
  ];
  const rows = leaderboard(snapshot.submissions).map((submission, i) => {
    const { result, author, size, epoch } = submission;
    const settled = result.state === "settled";
    return [
      settled ? String(i + 1) : "-",
      names.person(author),
      printable(names.model(submission)),
      settled ? formatScore(result.score) : result.state,
      settled ? `${result.agreeing}/${seats}` : "-",
      formatInteger(size),
      ...epochs > 1 ? [String(epoch + 1)] : [],
    ];
  });
  return formatTable(columns, rows);
}

/** What every party paid and got, and the sum, which is what the contract still holds: nothing. */
export function moneyTable({ entries, left }: Ledger): string {
  const sum = (key: "paid" | "got" | "gas") => entries.reduce((all, entry) => all + entry[key], 0n);
  const all = [
    ...entries,
    { name: "sum", paid: sum("paid"), got: sum("got"), gas: sum("gas") },
  ];
  const paid = formatEthers(all.map((entry) => entry.paid));
  const got = formatEthers(all.map((entry) => entry.got));
  const net = formatEthers(all.map((entry) => entry.got - entry.paid), { sign: true });
  const columns = [{ title: "party" }, right("paid, ETH"), right("got, ETH"), right("net, ETH")];
  const rows = all.map(({ name }, i) => [name, paid[i]!, got[i]!, net[i]!]);
  return `${formatTable(columns, rows)}\nleft in the contract: ${formatEther(left)} ETH`;
}

/** One line for each miner that lost stake. */
export function penaltyLines(
  miners: readonly { name: string; dissents: number }[],
  bond: bigint,
): string[] {
  return miners.filter(({ dissents }) => dissents > 0).map(({ name, dissents }) => {
    const lost = formatEther(penalty(bond, dissents));
    const all = formatEther(bond);
    return `${name}: ${dissents} dissents cost ${lost} of its bond of ${all} ETH`;
  });
}

/** Gas by function: calls, mean, greatest. */
export function gasTable({ gas }: Ledger): string {
  const columns = [{ title: "function" }, right("calls"), right("mean gas"), right("most gas")];
  const rows = [...gas].map(([name, { calls, total, max }]) => [
    name,
    formatInteger(calls),
    formatInteger(Math.round(total / calls)),
    formatInteger(max),
  ]);
  return formatTable(columns, rows);
}

/** The summary for programs. */
export function summarize(
  snapshot: Snapshot,
  { names, ledger, evidence, seconds }: {
    names: Names;
    ledger: Ledger;
    /** Of a sealed competition. */
    evidence: Evidence | undefined;
    seconds: number;
  },
): Summary {
  const { competition } = snapshot;
  const scores: Record<string, number> = {};
  const agreeing: Record<string, number> = {};
  for (const submission of snapshot.submissions) {
    if (submission.result.state !== "settled") continue;
    scores[names.model(submission)] = submission.result.score;
    agreeing[names.model(submission)] = submission.result.agreeing;
  }
  const best = competition.best === undefined ? undefined : snapshot.submissions[competition.best];
  const ok = competition.status === "final" && best !== undefined && ledger.balanced &&
    ledger.left === 0n && (evidence === undefined || isConvincing(evidence));
  return {
    ok,
    mode: evidence === undefined ? "open" : "sealed",
    scores,
    winner: best === undefined ? undefined : names.model(best),
    miners: snapshot.miners.length,
    agreeing,
    balanced: ledger.balanced,
    ...evidence === undefined ? {} : { sealed: evidence },
    gas: Object.fromEntries(
      [...ledger.gas].map(([name, { calls, total, max }]) => [
        name,
        { calls, mean: Math.round(total / calls), max },
      ]),
    ),
    seconds: Math.round(seconds * 10) / 10,
  };
}

/** In a line: what a second before the beacon was to be had and to be opened. */
export function beforeLine({ relayStatus, beaconPosted, sealed, openedBefore }: Before): string {
  const posted = beaconPosted ? "has it or takes" : "does not have it and refuses";
  return `the relay refuses it (HTTP ${relayStatus}), the contract ${posted} the newest beacon in its place, ` +
    `which opens ${openedBefore} of ${sealed} sealed submissions and files`;
}

/** In a line: what it took to open everything. */
export function afterLine(
  { openedAfter, sealed, testSetFault, ownerTransactions }: Evidence,
): string {
  const testSet = testSetFault === null ? "as promised" : `false (${printable(testSetFault)})`;
  return `the posted beacon opens ${openedAfter} of ${sealed}; the test set is ${testSet}; ` +
    `transactions of host and authors since submissions ended: ${ownerTransactions}`;
}

/** Heading of a part of the output. */
export function heading(text: string, style: Style): string {
  return `\n${style.bold(text)}`;
}
