/**
 * A tick: one run of a miner, from reading the chain to the last transaction. It starts from nothing but the secret and
 * the chain; whatever it is handed in memory or folders only saves time.
 */
import { fromAmount, fromQuantity } from "../core/chain/calls.ts";
import type { Sender } from "../core/chain/types.ts";
import { feeWeight } from "../core/protocol/money.ts";
import type { Action, Plan, Policy } from "./actions.ts";
import { describe } from "./log.ts";
import { plan } from "./plan.ts";
import { sameAddress } from "./plan_context.ts";
import type { Outcome, TickReport } from "./report.ts";
import { endingOf, estimate, send } from "./send.ts";
import { blankCommit, prepare, type StepParts } from "./steps.ts";
import { findWork, readView, type Sight, type WorkKey } from "./view.ts";

/** What is urgent or quick comes first, evaluations last. Enrolments come after everything else. */
const ORDER: readonly Action["kind"][] = [
  "reveal",
  "settle",
  "postBeacon",
  "finalize",
  "claim",
  "commit",
];

/** What goes out however late the tick is: it must be done while its window is open, and takes no time here. */
const AT_ANY_TIME: ReadonlySet<Action["kind"]> = new Set(["reveal", "settle"]);

/** Plans of one tick: what is done may make room for more (post a beacon, commit; reveal, settle, finalize, claim). */
const MAX_PASSES = 5;

/** What a tick needs. */
export interface TickParts extends StepParts, Omit<WorkKey, "miner" | "wallTime" | "enrolls"> {
  /** The miner's key. */
  sender: Sender;
  /** How it wants to work. */
  policy: Policy;
  /** Unix second of the wall clock. */
  clock: () => number;
  /** Longest duration of a tick, in seconds. */
  deadlineSecs: number;
  /** Whether to estimate and not to send. */
  dryRun: boolean;
}

/** An action of one competition. */
interface Job {
  id: number;
  action: Action;
  sight: Sight & { readAt: number };
  /** Whether others that take time come after it in this tick. */
  othersWait: boolean;
}

/** How far a tick has come. */
interface Course {
  parts: TickParts;
  report: TickReport;
  /** Time in ms at which it must end. */
  deadline: number;
  /** Jobs that were tried: each is tried once, whatever a node that lags behind says afterwards. */
  tried: Set<string>;
  /** Competitions in which the miner has, or may have, committed what it has not revealed yet. */
  unrevealed: Set<number>;
}

/**
 * Runs one tick. What fails in one competition, or in one action, stops no other and is in the report.
 *
 * @throws {ChainUnreachable} if no chain node answers
 * @throws {RangeError} if there is no DeML contract at the address
 */
export async function runTick(parts: TickParts): Promise<TickReport> {
  const startedAt = parts.millis();
  const { provider, sender, policy, clock } = parts;
  const key = { ...parts, miner: sender.address, wallTime: clock() };
  const [work, account] = await Promise.all([
    findWork(provider, { ...key, enrolls: policy.maxBond !== undefined }),
    readSender(parts),
  ]);
  const report: TickReport = {
    startedAt,
    endedAt: startedAt,
    miner: sender.address,
    balance: account.balance,
    competitions: work.ids,
    outcomes: [],
    skipped: [],
    errors: work.missing.map((id) => `there is no competition ${id}`),
    exhausted: false,
    unrevealed: false,
  };
  const deadline = startedAt + 1000 * parts.deadlineSecs;
  const unrevealed = new Set<number>();
  const course = { parts, report, deadline, tried: new Set<string>(), unrevealed };
  if (account.waiting > 0) {
    // Whatever it was, the chain does not show it yet: another one like it would be paid for nothing.
    report.errors.push(`${account.waiting} transactions of an earlier tick are not mined yet`);
    for (const id of work.ids) unrevealed.add(id);
  } else await runPasses(course);
  report.unrevealed = unrevealed.size > 0;
  report.endedAt = parts.millis();
  return report;
}

async function readSender({ provider, sender }: TickParts) {
  const [balance, mined, pending] = await Promise.all([
    provider.request({ method: "eth_getBalance", params: [sender.address, "latest"] }),
    provider.request({ method: "eth_getTransactionCount", params: [sender.address, "latest"] }),
    provider.request({ method: "eth_getTransactionCount", params: [sender.address, "pending"] }),
  ]);
  const [first, next] = [mined, pending].map((answer) =>
    fromQuantity(answer, "number of transactions")
  ) as [number, number];
  return { balance: fromAmount(balance, "balance"), waiting: next - first };
}

async function runPasses(course: Course): Promise<void> {
  let ids = course.report.competitions;
  const enrolments: Job[] = [];
  for (let pass = 0; pass < MAX_PASSES && ids.length > 0; pass++) {
    const jobs = (await Promise.all(ids.map((id) => look(id, course)))).flat();
    jobs.sort((a, b) => rank(a) - rank(b));
    const moved = new Set<number>();
    for (const [i, job] of jobs.entries()) {
      job.othersWait = jobs.slice(i + 1).some(({ action }) => action.kind === "commit");
      if (job.action.kind === "enroll") {
        enrolments.push(job); // A bond may wait; the commits of the next passes may not.
        continue;
      }
      const outcome = await runJob(job, course);
      if (outcome.status === "done" || outcome.status === "first") moved.add(job.id);
    }
    ids = [...moved];
  }
  for (const job of enrolments) await runJob(job, course);
}

/** Reads and plans one competition. */
async function look(id: number, { parts, report, tried, unrevealed }: Course): Promise<Job[]> {
  unrevealed.add(id); // As long as nothing else is known.
  try {
    const { provider, contract, sender, policy, clock, blockSecs } = parts;
    const key = { contract, miner: sender.address, id, wallTime: clock(), blockSecs };
    const readAt = parts.millis();
    const sight = { ...await readView(provider, key), readAt };
    checkChain(sight, sender);
    if (sight.clockError !== undefined) noteError(sight.clockError, report);
    if (!hasUnrevealed(sight)) unrevealed.delete(id);
    const planned: Plan = plan(sight.view, sight.now, policy);
    report.skipped = [
      ...report.skipped.filter(({ competition }) => competition !== id),
      ...planned.skipped.map((skip) => ({ competition: id, ...skip })),
    ];
    const jobs = planned.actions.map((action) => ({ id, action, sight, othersWait: false }));
    return jobs.filter((job) => !tried.has(nameOf(job)));
  } catch (error) {
    const message = `competition ${id}: ${describe(error)}`;
    report.errors.push(message);
    parts.log("error", "cannot look at a competition", { competition: id, error });
    return [];
  }
}

/** Whether the miner has committed in a running attempt and not revealed. */
function hasUnrevealed({ view: { seats, miner } }: Sight): boolean {
  return [...seats.values()].flat()
    .some((seat) => seat.state === "committed" && sameAddress(seat.miner, miner));
}

/** Boxes and commitments are made for one chain: the miner does not follow a node to another one. */
function checkChain({ view: { snapshot } }: Sight, { chainId }: Sender): void {
  if (chainId === undefined || snapshot.chainId === chainId) return;
  throw new RangeError(
    `expected chain ${chainId}, for which this miner signs, but the node answers for chain ${snapshot.chainId}`,
  );
}

/** Errors that are the same for every competition are told once. */
function noteError(error: string, { errors }: TickReport): void {
  if (!errors.includes(error)) errors.push(error);
}

async function runJob(job: Job, course: Course): Promise<Outcome> {
  const { parts, report, tried } = course;
  const { kind } = job.action;
  tried.add(nameOf(job));
  const name = {
    competition: job.id,
    action: kind,
    ..."roundId" in job.action ? { roundId: job.action.roundId } : {},
  };
  let outcome: Outcome;
  try {
    outcome = { ...name, ...await attempt(job, course) };
  } catch (error) {
    outcome = { ...name, ...endingOf(error, kind) };
  }
  report.outcomes.push(outcome);
  const { action, status, ...rest } = outcome;
  parts.log(status === "failed" ? "error" : "info", `${action} ${status}`, rest);
  return outcome;
}

async function attempt({ action, sight, othersWait }: Job, { parts, report, deadline }: Course) {
  if (parts.millis() >= deadline && !AT_ANY_TIME.has(action.kind)) {
    return { status: "declined", reason: "the tick ran out of time" } as const;
  }
  function onExhausted(reason: string): void {
    report.exhausted = true;
    noteError(reason, report);
  }
  const context = { ...parts, ...sight, deadline, othersWait, onExhausted };
  if (!parts.dryRun) return await send(await prepare(action, context), parts);
  const call = action.kind === "commit"
    ? blankCommit(action, context)
    : await prepare(action, context);
  return { ...await estimate(call, parts), ...earnings(action, sight) };
}

/** The most that an action can earn: agreeing on every submission of the round, or settling all of them. */
function earnings(action: Action, { view }: Sight): { earns?: bigint } {
  const { fee } = view.snapshot.competition;
  const count = action.kind === "commit"
    ? action.submissions.length
    : action.kind === "settle"
    ? action.round.count
    : 0;
  return count === 0 ? {} : { earns: BigInt(count * feeWeight(count)) * fee };
}

function nameOf({ id, action }: Job): string {
  return `${id} ${action.kind} ${"roundId" in action ? action.roundId : ""}`;
}

function rank({ action }: Job): number {
  const deadline = action.kind === "commit" ? action.endsAt / 2 ** 41 : 0;
  return ORDER.indexOf(action.kind) + deadline;
}
