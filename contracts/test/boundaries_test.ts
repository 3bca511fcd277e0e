import assert from "node:assert/strict";
import type { Terms } from "../../core/protocol/types.ts";
import { ALICE, BOB, EVE } from "./support/actors.ts";
import { type Ballot, settleArguments, settleCall, unanimous } from "./support/ballot.ts";
import { addressOf, Reverted } from "./support/chain.ts";
import type { AttemptKey, Competition } from "./support/competition.ts";
import { coder } from "./support/deml.ts";
import { enrolled, MINERS, submitting } from "./support/phases.ts";
import { describe } from "./support/tree.ts";

/** Two epochs of 500 and 501 seconds. */
const TERMS: Partial<Terms> = { epochs: 2, maxPerParticipant: 8 };
const BALLOTS = unanimous(MINERS, [70_000]);
const [FIRST, SECOND, THIRD] = BALLOTS as [Ballot, Ballot, Ballot];

/** What becomes of each call in one second: "done", or the error. */
type Outcomes = Record<keyof ReturnType<typeof callsOf>, string>;

/** All refused; a test says what is not. */
const REFUSED: Outcomes = {
  register: "DeML_TooLate",
  enroll: "DeML_TooLate",
  "submitModel to epoch 0": "DeML_WrongEpoch",
  "submitModel to epoch 1": "DeML_WrongEpoch",
  appendModel: "DeML_WrongEpoch",
  commitScores: "DeML_NoRound",
  revealScores: "DeML_NoRound",
  revealMany: "DeML_NoRound",
  settle: "DeML_NoRound",
  finalize: "DeML_TooEarly",
  claim: "DeML_WrongStatus",
  refund: "DeML_WrongStatus",
  withdrawPrize: "DeML_WrongStatus",
};

/** After submissions, with a round that nobody has committed in. */
const EVALUATING: Outcomes = {
  ...REFUSED,
  "submitModel to epoch 0": "DeML_TooLate",
  "submitModel to epoch 1": "DeML_TooLate",
  appendModel: "DeML_TooLate",
};

/** The same for both ways to reveal. */
function reveals(outcome: string): Pick<Outcomes, "revealScores" | "revealMany"> {
  return { revealScores: outcome, revealMany: outcome };
}

/** Every call whose time is limited, as those make it who have the best claim to it. */
function callsOf(
  c: Competition,
  { commits = {}, others = {}, ballots = [FIRST, SECOND], ballot = SECOND }: Keys,
) {
  const { deml, id } = c;
  const newcomer = addressOf("newcomer");
  const from = (who: typeof ALICE) => ({ from: who });
  const settle = settleArguments(settleCall(c.roundId(others), ballots));
  return {
    register: () => c.register(newcomer),
    enroll: () => c.enroll(newcomer),
    "submitModel to epoch 0": () => c.upload(ALICE, { epoch: 0, size: 2, data: "0x00" }),
    "submitModel to epoch 1": () => c.upload(ALICE, { epoch: 1, size: 2, data: "0x00" }),
    appendModel: () => deml.send("appendModel", [id, 1, "0x00"], from(BOB)),
    commitScores: () => c.commit(THIRD, commits),
    revealScores: () => c.reveal(ballot, others),
    revealMany: () => c.revealMany([ballot], others),
    settle: () => deml.send("settle", settle, from(EVE)),
    finalize: () => c.finalize(others),
    claim: () => deml.send("claim", [id, FIRST.miner], from(EVE)),
    refund: () => deml.send("refund", [id, ALICE], from(EVE)),
    withdrawPrize: () => deml.send("withdrawPrize", [id], from(EVE)),
  };
}

/** What the calls are about. */
interface Keys {
  /** The attempt that the third miner commits in. */
  commits?: AttemptKey;
  /** The attempt of the other calls. */
  others?: AttemptKey;
  /** What the settling says. */
  ballots?: Ballot[];
  /** What is revealed. */
  ballot?: Ballot;
}

/** What becomes of each call at this second; the chain stays as it is. */
async function outcomesAt(time: number, c: Competition, keys: Keys = {}): Promise<Outcomes> {
  const { chain } = c.world;
  chain.travelTo(time);
  const outcomes: Record<string, string> = {};
  for (const [name, call] of Object.entries(callsOf(c, keys))) {
    outcomes[name] = await chain.undoing(() => outcomeOf(call()));
  }
  return outcomes as Outcomes;
}

async function outcomeOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return "done";
  } catch (error) {
    if (!(error instanceof Reverted)) throw error;
    return coder.parseError(error.data)?.name ?? error.data;
  }
}

/** The first second of an attempt at the only submission of the only epoch; the beacon is posted. */
async function atAttempt(attempt: number): Promise<Competition> {
  const c = await submitting({ terms: { maxPerParticipant: 8 } });
  await c.submit(ALICE);
  c.world.chain.travelTo(c.unsealAt());
  await c.postBeacon();
  c.world.chain.travelTo(c.windows({ attempt }).commitStartsAt);
  return c;
}

/** Three miners have committed and two of them revealed, in the first second of the reveal window. */
async function oneSilent(attempt: number): Promise<Competition> {
  const c = await atAttempt(attempt);
  await c.commitAll(BALLOTS, { attempt });
  await c.revealAll([FIRST, SECOND], { attempt });
  return c;
}

/** What the third miner, who has committed and not revealed, leaves to do. */
function withSilent(attempt: number): Keys {
  const key = { attempt };
  const ballots = [FIRST, SECOND, { ...THIRD, silent: true }];
  return { commits: { attempt: Math.min(attempt + 1, 2) }, others: key, ballots, ballot: THIRD };
}

/** Asserts what becomes of each call in the last second before a boundary, and in its first second. */
async function around(
  time: number,
  c: Competition,
  { keys, before, after }: { keys?: Keys; before: Outcomes; after: Outcomes },
): Promise<void> {
  assert.deepEqual(await outcomesAt(time - 1, c, keys), before);
  assert.deepEqual(await outcomesAt(time, c, keys), after);
}

const ATTEMPTS = [0, 1, 2];

describe(import.meta.url, {
  "given the end of registration": {
    "it takes people until the second before, models from that second on": async () => {
      const c = await enrolled({ terms: TERMS });
      const before = {
        ...REFUSED,
        register: "done",
        enroll: "done",
        "submitModel to epoch 0": "DeML_TooEarly",
        "submitModel to epoch 1": "DeML_TooEarly",
        appendModel: "DeML_TooEarly",
      };
      const after = {
        ...REFUSED,
        "submitModel to epoch 0": "done",
        appendModel: "DeML_WrongOffset",
        finalize: "DeML_NotYetCertain",
      };
      await around(c.terms.registrationEndsAt, c, { before, after });
    },
  },
  "given the end of an epoch": {
    "it takes the epoch's models until the second before, the next one's from that second on (I12)":
      async () => {
        const c = await submitting({ terms: TERMS });
        await c.submit(ALICE);
        await c.upload(BOB, { size: 3, data: "0x01" });
        const both = { ...REFUSED, commitScores: "DeML_TooEarly" };
        const before = { ...both, "submitModel to epoch 0": "done", appendModel: "done" };
        const after = { ...both, "submitModel to epoch 1": "done" };
        await around(c.epochEndsAt(0), c, { before, after });
      },
  },
  "given the end of submissions": {
    "it takes models until the second before": async () => {
      const c = await submitting({ terms: TERMS });
      c.world.chain.travelTo(c.epochStartsAt(1));
      await c.submit(ALICE, { epoch: 1 });
      await c.upload(BOB, { epoch: 1, size: 3, data: "0x01" });
      const keys = { commits: { epoch: 1 }, others: { epoch: 1 } };
      const after = { ...EVALUATING, commitScores: "DeML_TooEarly" };
      const before = {
        ...after,
        "submitModel to epoch 0": "DeML_WrongEpoch",
        "submitModel to epoch 1": "done",
        appendModel: "done",
      };
      await around(c.terms.submissionEndsAt, c, { keys, before, after });
    },
  },
  "given the time of the beacon": {
    "it takes commitments from that second on, however early the beacon is posted (I5)":
      async () => {
        const c = await submitting({ terms: TERMS });
        await c.submit(ALICE);
        c.world.chain.travelTo(c.epochEndsAt(0));
        await c.postBeacon(0);
        const both = { ...REFUSED, "submitModel to epoch 1": "done" };
        const before = { ...both, commitScores: "DeML_TooEarly" };
        const after = { ...both, commitScores: "done" };
        await around(c.unsealAt(0), c, { before, after });
      },
  },
  "given the end of a commit window": {
    "it takes commitments until the second before, reveals from that second on (I5)": async () => {
      for (const attempt of ATTEMPTS) {
        const c = await atAttempt(attempt);
        for (const ballot of [FIRST, SECOND]) await c.commit(ballot, { attempt });
        const keys = { commits: { attempt }, others: { attempt } };
        const before = {
          ...EVALUATING,
          commitScores: "done",
          revealScores: "DeML_TooEarly",
          revealMany: "DeML_TooEarly",
          settle: "DeML_TooEarly",
        };
        const after = { ...before, commitScores: "DeML_TooLate", ...reveals("done") };
        await around(c.windows({ attempt }).commitEndsAt, c, { keys, before, after });
      }
    },
    "it takes the settling from that second on once all have revealed": async () => {
      for (const attempt of ATTEMPTS) {
        const c = await atAttempt(attempt);
        await c.commitAll([FIRST, SECOND], { attempt });
        await c.revealAll([FIRST, SECOND], { attempt });
        const keys = { commits: { attempt }, others: { attempt } };
        assert.deepEqual(await outcomesAt(c.windows({ attempt }).commitEndsAt, c, keys), {
          ...EVALUATING,
          commitScores: "DeML_TooLate",
          revealScores: "DeML_AlreadyRevealed",
          revealMany: "done", // Somebody was first, which is as good.
          settle: "done",
        });
      }
    },
  },
  "given the end of a reveal window": {
    "it takes reveals until the second before, the settling from that second on": async () => {
      for (const attempt of ATTEMPTS) {
        const c = await oneSilent(attempt);
        const both = {
          ...EVALUATING,
          commitScores: attempt < 2 ? "DeML_TooEarly" : "DeML_TooLate",
        };
        const before = { ...both, ...reveals("done"), settle: "DeML_TooEarly" };
        const after = { ...both, ...reveals("DeML_TooLate"), settle: "done" };
        const keys = withSilent(attempt);
        await around(c.windows({ attempt }).revealEndsAt, c, { keys, before, after });
      }
    },
  },
  "given the end of an attempt": {
    "it takes the settling until the second before, the next attempt's commitments from that second on":
      async () => {
        for (const attempt of [0, 1]) {
          const c = await oneSilent(attempt);
          const both = { ...EVALUATING, ...reveals("DeML_TooLate") };
          const before = { ...both, commitScores: "DeML_TooEarly", settle: "done" };
          const after = { ...both, commitScores: "done", settle: "DeML_TooLate" };
          const keys = withSilent(attempt);
          await around(c.windows({ attempt }).settleEndsAt, c, { keys, before, after });
        }
      },
  },
  "given the end of an evaluation": {
    "it takes the settling until the second before, the cancelling from that second on (I3)":
      async () => {
        const c = await oneSilent(2);
        const both = {
          ...EVALUATING,
          commitScores: "DeML_TooLate",
          ...reveals("DeML_TooLate"),
        };
        const before = { ...both, settle: "done" };
        const after = { ...both, settle: "DeML_TooLate", finalize: "done" };
        await around(c.evaluationEndsAt(), c, { keys: withSilent(2), before, after });
      },
    "it takes the next epoch's commitments from that second on, however early its beacon is":
      async () => {
        const c = await submitting({ terms: TERMS });
        await c.submit(ALICE);
        c.world.chain.travelTo(c.unsealAt(0));
        await c.postBeacon(0);
        await c.evaluate(BALLOTS);
        await c.submit(ALICE, { epoch: 1 });
        c.world.chain.travelTo(c.unsealAt(1));
        await c.postBeacon(1);
        assert.ok(c.unsealAt(1) < c.evaluationEndsAt(0));
        const both = {
          ...EVALUATING,
          ...reveals("DeML_RoundDecided"),
          settle: "DeML_RoundDecided",
          finalize: "DeML_NotYetCertain",
        };
        const before = { ...both, commitScores: "DeML_TooEarly" };
        const after = { ...both, commitScores: "done" };
        const keys = { commits: { epoch: 1 } };
        await around(c.evaluationEndsAt(0), c, { keys, before, after });
      },
  },
});
