import assert from "node:assert/strict";
import {
  type AttemptWindows,
  attemptWindows,
  evaluationEndsAt,
  roundCount,
} from "../core/protocol/clock.ts";
import { encodeRoundId } from "../core/protocol/codec.ts";
import type { Snapshot } from "../core/chain/types.ts";
import type { Plan, Policy, View } from "./actions.ts";
import { plan, roundsToWatch } from "./plan.ts";
import {
  addressOf,
  REGISTRATION_ENDS,
  seatedIn,
  snapshotOf,
  SUBMISSION_ENDS,
  viewOf,
} from "./testing/snapshot.ts";

const POLICY: Policy = { everySecs: 300, blockSecs: 12, maxBond: undefined };

function windowsOf(snapshot: Snapshot, attempt = 0, epoch = 0): AttemptWindows {
  const { startsAt, count } = snapshot.epochs[epoch]!;
  return attemptWindows(snapshot.competition, attempt, { startsAt, rounds: roundCount(count) });
}

function endOf(snapshot: Snapshot, epoch = 0): number {
  const { startsAt, count } = snapshot.epochs[epoch]!;
  return evaluationEndsAt(snapshot.competition, { startsAt, rounds: roundCount(count) });
}

function roundId(attempt = 0, round = 0, epoch = 0): bigint {
  return encodeRoundId({ competition: 7, epoch, round, attempt });
}

/** Kinds of the planned actions. */
function kinds(view: View, now: number, policy = POLICY): string[] {
  return plan(view, now, policy).actions.map(({ kind }) => kind);
}

/** The one reason given for not doing this. */
function reason({ skipped }: Plan, action: string): string {
  const reasons = skipped.filter((skip) => skip.action === action).map((skip) => skip.reason);
  assert.equal(reasons.length, 1, `reasons for no ${action}: ${reasons}`);
  return reasons[0]!;
}

/** Decides all rounds of some epochs. */
function decide(snapshot: Snapshot, epochs: number[], attempt = 0): Snapshot {
  const decided = structuredClone(snapshot);
  for (const epoch of epochs) {
    decided.epochs[epoch]!.decided = roundCount(decided.epochs[epoch]!.count);
    decided.competition.decided += decided.epochs[epoch]!.decided;
    for (const round of decided.rounds[epoch]!) {
      Object.assign(round, { decided: true, attempt, committed: 3, revealed: 3 });
    }
  }
  return decided;
}

Deno.test("a competition at rest has no actions, and a reason", () => {
  const snapshot = snapshotOf();
  const { startsAt } = snapshot.epochs[0]!;
  for (
    const [now, expected] of [
      [REGISTRATION_ENDS - 1, /^enrolment runs until 1970-01-12T13:46:40Z$/],
      [REGISTRATION_ENDS, /^the next evaluation starts at /],
      [startsAt - 1, /^the next evaluation starts at /],
    ] as const
  ) {
    const planned = plan(viewOf(snapshot, 0), now, POLICY);
    assert.deepEqual(planned.actions, []);
    assert.match(reason(planned, "commit"), expected);
  }
  const empty = plan(viewOf(snapshotOf({ counts: [0, 0] }), 0), REGISTRATION_ENDS + 1, POLICY);
  assert.deepEqual(empty.actions, []);
  assert.match(reason(empty, "commit"), /no submissions/);
});

Deno.test("after the submissions and before the beacon nothing is done", () => {
  const snapshot = snapshotOf({ beacons: false });
  const { startsAt } = snapshot.epochs[0]!;
  assert.ok(startsAt >= SUBMISSION_ENDS + 900);
  for (let now = SUBMISSION_ENDS; now < startsAt; now += 100) {
    assert.deepEqual(kinds(viewOf(snapshot, 0), now), []);
  }
});

Deno.test("the beacon is due from the first second of the evaluation, by one miner at first", () => {
  const snapshot = snapshotOf({ beacons: false });
  const { commitStartsAt, commitEndsAt } = windowsOf(snapshot);
  const posting = (now: number) =>
    [0, 1, 2].filter((me) => kinds(viewOf(snapshot, me), now).includes("postBeacon"));
  assert.deepEqual(posting(commitStartsAt - 1), []);
  assert.equal(posting(commitStartsAt).length, 1);
  assert.equal(posting(commitStartsAt + 299).length, 1);
  assert.equal(posting(commitStartsAt + 300).length, 2);
  assert.equal(posting(commitStartsAt + 600).length, 3);
  assert.equal(posting(commitEndsAt - 600).length, 3);
});

Deno.test("while the beacon is missing nobody commits; it is still posted for a later attempt, not for none", () => {
  const snapshot = snapshotOf({ beacons: false });
  const first = windowsOf(snapshot);
  const planned = plan(viewOf(snapshot, 0), first.commitEndsAt - 20, POLICY);
  assert.deepEqual(planned.actions.map(({ kind }) => kind), ["postBeacon"]);
  assert.match(reason(planned, "commit"), /beacon is not posted/);
  assert.deepEqual(kinds(viewOf(snapshot, 0), first.revealEndsAt), ["postBeacon"]);
  const last = windowsOf(snapshot, 2);
  assert.deepEqual(kinds(viewOf(snapshot, 0), last.commitEndsAt - 13), ["postBeacon"]);
  const late = plan(viewOf(snapshot, 0), last.commitEndsAt - 12, POLICY);
  assert.deepEqual(late.actions, []);
  assert.match(reason(late, "postBeacon"), /no commit window is left/);
});

Deno.test("the beacon's round is the epoch's", () => {
  const snapshot = snapshotOf({ counts: [0, 3], beacons: false });
  const { commitEndsAt } = windowsOf(snapshot, 0, 1);
  const [action] = plan(viewOf(snapshot, 0), commitEndsAt - 300, POLICY).actions;
  // 1_100_000 + 900 s at 3 s a round from second 0, counted from 1.
  assert.deepEqual(action, { kind: "postBeacon", epoch: 1, round: 366_968 });
});

Deno.test("commits from the first to the last second that a transaction still arrives", () => {
  const snapshot = snapshotOf();
  const { commitStartsAt, commitEndsAt } = windowsOf(snapshot);
  const commit = plan(viewOf(snapshot, 0), commitStartsAt, POLICY).actions;
  assert.deepEqual(commit, [{
    kind: "commit",
    roundId: roundId(),
    submissions: [0, 1],
    endsAt: commitEndsAt,
    lastChance: false,
  }]);
  assert.deepEqual(kinds(viewOf(snapshot, 0), commitEndsAt - 13), ["commit"]);
  const late = plan(viewOf(snapshot, 0), commitEndsAt - 12, POLICY);
  assert.deepEqual(late.actions, []);
  assert.match(reason(late, "commit"), /too late/);
});

Deno.test("the last chance to evaluate is less than two ticks before the end, however long the window", () => {
  function lastChance(snapshot: Snapshot, left: number): boolean {
    const { commitEndsAt } = windowsOf(snapshot);
    const [action] = plan(viewOf(snapshot, 0), commitEndsAt - left, POLICY).actions;
    assert.equal(action?.kind, "commit");
    return action.lastChance;
  }
  assert.equal(lastChance(snapshotOf(), 600), false);
  assert.equal(lastChance(snapshotOf(), 599), true);
  assert.equal(lastChance(snapshotOf({ commitSecs: 36_000 }), 600), false);
  assert.equal(lastChance(snapshotOf({ commitSecs: 36_000 }), 599), true);
  assert.equal(lastChance(snapshotOf({ commitSecs: 60 }), 60), true);
});

Deno.test("each round has its own submissions, the last one fewer", () => {
  const snapshot = snapshotOf({ counts: [3, 70] });
  const { commitStartsAt } = windowsOf(snapshot, 0, 1);
  const { actions } = plan(viewOf(decide(snapshot, [0]), 1), commitStartsAt, POLICY);
  const rounds = actions.map((action) => {
    assert.equal(action.kind, "commit");
    const { roundId, submissions } = action;
    return [roundId, submissions[0], submissions.at(-1), submissions.length];
  });
  assert.deepEqual(rounds, [
    [roundId(0, 0, 1), 3, 34, 32],
    [roundId(0, 1, 1), 35, 66, 32],
    [roundId(0, 2, 1), 67, 72, 6],
  ]);
});

Deno.test("what is committed is not committed again", () => {
  const snapshot = snapshotOf();
  const { commitStartsAt } = windowsOf(snapshot);
  const taken = [{ committed: [0, 2] }];
  const mine = plan(viewOf(snapshot, 0, taken), commitStartsAt, POLICY);
  assert.deepEqual(mine.actions, []);
  assert.match(reason(mine, "commit"), /^committed in block 95$/);
  assert.deepEqual(kinds(viewOf(snapshot, 1, taken), commitStartsAt), ["commit"]);
});

Deno.test("a commitment of an earlier attempt is none in this one", () => {
  const snapshot = snapshotOf();
  const view = viewOf(snapshot, 0, [{ attempt: 0, committed: [0] }]);
  const { actions } = plan(view, windowsOf(snapshot, 1).commitStartsAt, POLICY);
  assert.equal(actions.length, 1);
  assert.equal(actions[0]?.kind === "commit" && actions[0].roundId, roundId(1));
});

Deno.test("of more miners than the quorum, exactly the committee of the attempt commits", () => {
  const snapshot = snapshotOf({ miners: 9, quorum: 4 });
  for (const attempt of [0, 1, 2]) {
    const { commitStartsAt } = windowsOf(snapshot, attempt);
    const seated = seatedIn(snapshot, attempt);
    assert.equal(seated.length, 4);
    for (let me = 0; me < 9; me++) {
      const planned = plan(viewOf(snapshot, me), commitStartsAt, POLICY);
      assert.equal(planned.actions.length, seated.includes(me) ? 1 : 0);
      if (!seated.includes(me)) assert.match(reason(planned, "commit"), /no seat/);
    }
  }
});

Deno.test("a decided round takes nothing more", () => {
  const snapshot = decide(snapshotOf({ counts: [2, 0] }), [0]);
  const { commitStartsAt, revealEndsAt } = windowsOf(snapshot);
  for (const now of [commitStartsAt, revealEndsAt]) {
    const planned = plan(viewOf(snapshot, 0), now, POLICY);
    assert.deepEqual(planned.actions, []);
    assert.match(reason(planned, "commit"), /all rounds of epoch 0 are decided/);
  }
});

Deno.test("reveals its own commitment in the reveal window only", () => {
  const snapshot = snapshotOf();
  const { commitEndsAt, revealEndsAt } = windowsOf(snapshot);
  const view = viewOf(snapshot, 1, [{ committed: [0, 1, 2] }]);
  assert.deepEqual(kinds(view, commitEndsAt - 1), []);
  const { actions } = plan(view, commitEndsAt, POLICY);
  assert.equal(actions.length, 1);
  assert.ok(actions[0]?.kind === "reveal");
  assert.equal(actions[0].roundId, roundId());
  assert.equal(actions[0].seat.miner, addressOf(1));
  assert.deepEqual(kinds(view, revealEndsAt - 1), ["reveal"]);
  assert.deepEqual(kinds(view, revealEndsAt), []);
});

Deno.test("does not reveal what it did not commit, has revealed, or what cannot settle any more", () => {
  const snapshot = snapshotOf();
  const { commitEndsAt } = windowsOf(snapshot);
  for (
    const [taken, expected] of [
      [[], /nothing committed/],
      [[{ committed: [1, 2] }], /nothing committed/],
      [[{ committed: [1, 2], revealed: [0] }], /already revealed/],
      [[{ committed: [0, 1] }], /^2 commitments, and settling takes 3 reveals$/],
    ] as const
  ) {
    const view = viewOf(snapshot, 0, taken.map((seats) => ({ ...seats })) as never);
    const planned = plan(view, commitEndsAt, POLICY);
    assert.ok(!planned.actions.some(({ kind }) => kind === "reveal"));
    assert.match(reason(planned, "reveal"), expected);
  }
});

Deno.test("settles once all have revealed, and otherwise from the end of the reveal window", () => {
  const snapshot = snapshotOf({ miners: 4, quorum: 4 });
  const { commitEndsAt, revealEndsAt, settleEndsAt } = windowsOf(snapshot);
  const settling = (revealed: number[], committed: number[], now: number) =>
    [0, 1, 2, 3].filter((me) =>
      kinds(viewOf(snapshot, me, [{ committed, revealed }]), now).includes("settle")
    );
  assert.equal(settling([0, 1, 2, 3], [], commitEndsAt).length, 1);
  assert.deepEqual(settling([0, 1, 2], [3], revealEndsAt - 1), []);
  assert.equal(settling([0, 1, 2], [3], revealEndsAt).length, 1);
  assert.equal(settling([0, 1, 2], [3], settleEndsAt - 600).length, 4);
  assert.equal(settling([0, 1, 2], [3], settleEndsAt - 1).length, 4);
  assert.deepEqual(settling([0, 1], [2, 3], revealEndsAt), []);
});

Deno.test("says why it does not settle", () => {
  const snapshot = snapshotOf({ miners: 4, quorum: 4 });
  const { commitEndsAt } = windowsOf(snapshot);
  const few = plan(
    viewOf(snapshot, 0, [{ committed: [2, 3], revealed: [0, 1] }]),
    commitEndsAt,
    POLICY,
  );
  assert.match(reason(few, "settle"), /^2 of at least 3 reveals$/);
  const open = plan(
    viewOf(snapshot, 0, [{ committed: [3], revealed: [0, 1, 2] }]),
    commitEndsAt,
    POLICY,
  );
  assert.match(reason(open, "settle"), /^1 may still reveal until /);
});

Deno.test("a settle action has the round and all its seats", () => {
  const snapshot = snapshotOf();
  const { settleEndsAt } = windowsOf(snapshot, 1);
  const view = viewOf(snapshot, 0, [{ attempt: 1, revealed: [0, 1, 2] }]);
  const [action] = plan(view, settleEndsAt - 1, POLICY).actions;
  assert.ok(action?.kind === "settle");
  assert.equal(action.roundId, roundId(1));
  assert.equal(action.round.revealed, 3);
  assert.equal(action.seats.length, 3);
});

Deno.test("rounds of one epoch are planned side by side", () => {
  const snapshot = snapshotOf({ counts: [40] });
  const { commitEndsAt } = windowsOf(snapshot);
  const view = viewOf(snapshot, 0, [
    { round: 0, committed: [1, 2], revealed: [0] },
    { round: 1, committed: [0, 1, 2] },
  ]);
  const planned = plan(view, commitEndsAt, POLICY);
  assert.deepEqual(
    planned.actions.map((action) => [action.kind, "roundId" in action && action.roundId]),
    [
      ["reveal", roundId(0, 1)],
    ],
  );
  assert.equal(planned.skipped.length, 3);
});

Deno.test("finalizes what is certain: too few miners, nobody there, all decided, an attempt too many", () => {
  const finals = (snapshot: Snapshot, now: number) =>
    snapshot.miners.flatMap(({ index }) => plan(viewOf(snapshot, index), now, POLICY).actions);
  const early = REGISTRATION_ENDS;
  for (
    const snapshot of [
      snapshotOf({ miners: 2, counts: [0] }),
      snapshotOf({ participants: 0, counts: [0] }),
    ]
  ) {
    assert.deepEqual(finals(snapshot, early - 1), []);
    assert.deepEqual(finals(snapshot, early), [{ kind: "finalize", epoch: 0, round: 0 }]);
  }
  const nothing = snapshotOf({ counts: [0] });
  assert.deepEqual(finals(nothing, SUBMISSION_ENDS - 1), []);
  assert.deepEqual(finals(nothing, SUBMISSION_ENDS), [{ kind: "finalize", epoch: 0, round: 0 }]);
  const lapsed = snapshotOf({ counts: [2, 40] });
  lapsed.rounds[0]![0]!.decided = true;
  lapsed.rounds[1]![0]!.decided = true;
  assert.deepEqual(finals(lapsed, endOf(lapsed, 1)), [{ kind: "finalize", epoch: 1, round: 1 }]);
});

Deno.test("an open competition whose rounds are all decided is final only after the submissions", () => {
  const snapshot = decide(snapshotOf({ counts: [2, 0], bestScore: 5 }), [0]);
  const finalizing = (now: number) =>
    [0, 1, 2].filter((me) => kinds(viewOf(snapshot, me), now).includes("finalize"));
  assert.deepEqual(finalizing(SUBMISSION_ENDS - 1), []);
  assert.equal(finalizing(SUBMISSION_ENDS).length, 1);
  assert.equal(finalizing(SUBMISSION_ENDS + 600).length, 3);
});

Deno.test("the turns to finalize start when the last round could be settled, not before", () => {
  const snapshot = decide(snapshotOf({ bestScore: 5 }), [0]);
  const { commitEndsAt, revealEndsAt } = windowsOf(snapshot);
  const finalizing = (view: Snapshot, now: number) =>
    [0, 1, 2].filter((me) => kinds(viewOf(view, me), now).includes("finalize")).length;
  assert.equal(finalizing(snapshot, commitEndsAt), 1);
  snapshot.rounds[0]![0]!.revealed = 2;
  assert.equal(finalizing(snapshot, commitEndsAt), 0);
  assert.equal(finalizing(snapshot, revealEndsAt), 1);
});

Deno.test("where an earlier epoch lapsed undecided, nothing of a later one is evaluated: it is finalized", () => {
  const snapshot = snapshotOf({ counts: [2, 2], beacons: false });
  const { startsAt } = snapshot.epochs[1]!;
  assert.ok(startsAt >= endOf(snapshot, 0));
  const all = [0, 1, 2].flatMap((me) => kinds(viewOf(snapshot, me), startsAt + 3_000));
  assert.deepEqual([...new Set(all)], ["finalize"]);
});

Deno.test("a later epoch is evaluated once the earlier one is decided", () => {
  const snapshot = decide(snapshotOf({ counts: [2, 2] }), [0]);
  const { commitStartsAt } = windowsOf(snapshot, 0, 1);
  const [action] = plan(viewOf(snapshot, 0), commitStartsAt, POLICY).actions;
  assert.ok(action?.kind === "commit");
  assert.deepEqual([action.roundId, action.submissions], [roundId(0, 0, 1), [2, 3]]);
});

Deno.test("claims what is owed once it is over", () => {
  for (const status of ["final", "cancelled"] as const) {
    const snapshot = snapshotOf({ status });
    assert.deepEqual(kinds(viewOf(snapshot, 0), SUBMISSION_ENDS), ["claim"]);
    snapshot.miners[0]!.account!.dissents = 10;
    assert.match(reason(plan(viewOf(snapshot, 0), 0, POLICY), "claim"), /stake lost/);
    snapshot.miners[0]!.account!.fees = 1;
    assert.deepEqual(kinds(viewOf(snapshot, 0), SUBMISSION_ENDS), ["claim"]);
    snapshot.miners[0]!.account = undefined;
    assert.match(reason(plan(viewOf(snapshot, 0), 0, POLICY), "claim"), /already claimed/);
    assert.match(reason(plan(viewOf(snapshot, 50), 0, POLICY), "claim"), /not a miner/);
  }
});

Deno.test("enrols only where it may, in time, and for a bond that the operator allows", () => {
  const snapshot = snapshotOf();
  const { bond } = snapshot.competition;
  const allowed = { ...POLICY, maxBond: bond };
  const stranger = viewOf(snapshot, 50);
  const now = REGISTRATION_ENDS - 13;
  assert.deepEqual(plan(stranger, now, allowed).actions, [{ kind: "enroll", bond }]);
  for (
    const [view, at, policy, expected] of [
      [stranger, now + 1, allowed, /enrolment ends at/],
      [stranger, now, POLICY, /DEML_ENROLL is off/],
      [stranger, now, { ...POLICY, maxBond: bond - 1n }, /over DEML_ENROLL/],
      [{ ...stranger, miner: snapshot.competition.host }, now, allowed, /the host/],
    ] as const
  ) {
    const planned = plan(view, at, policy);
    assert.deepEqual(planned.actions, []);
    assert.match(reason(planned, "enroll"), expected);
  }
});

Deno.test("neither enrols nor commits where its ticks could miss the reveal window", () => {
  // Two ticks and two transactions: 2 x 300 s + 2 x 12 s.
  for (const [revealSecs, expected] of [[623, []], [624, ["commit"]]] as const) {
    const snapshot = snapshotOf({ revealSecs });
    const { commitStartsAt } = windowsOf(snapshot);
    const commit = plan(viewOf(snapshot, 0), commitStartsAt, POLICY);
    assert.deepEqual(commit.actions.map(({ kind }) => kind), expected);
    const policy = { ...POLICY, maxBond: snapshot.competition.bond };
    const enroll = plan(viewOf(snapshot, 50), REGISTRATION_ENDS - 100, policy);
    assert.equal(enroll.actions.length, expected.length);
    if (expected.length > 0) continue;
    for (const [planned, action] of [[commit, "commit"], [enroll, "enroll"]] as const) {
      assert.match(reason(planned, action), /reveal window of 623 s is under the 624 s/);
    }
  }
});

Deno.test("who is not enrolled neither evaluates nor settles", () => {
  const snapshot = snapshotOf();
  const { commitStartsAt, settleEndsAt } = windowsOf(snapshot);
  const view = viewOf(snapshot, 50, [{ revealed: [0, 1, 2] }]);
  for (const now of [commitStartsAt, settleEndsAt - 1, endOf(snapshot)]) {
    assert.deepEqual(kinds(view, now), []);
  }
});

Deno.test("a miner is found however its address is written", () => {
  const snapshot = snapshotOf();
  const { commitStartsAt } = windowsOf(snapshot);
  const view = viewOf(snapshot, 0);
  const upper = `0x${view.miner.slice(2).toUpperCase()}` as const;
  assert.deepEqual(kinds({ ...view, miner: upper }, commitStartsAt), ["commit"]);
});

Deno.test("seats are watched only of rounds with commits in the running attempt", () => {
  const snapshot = snapshotOf({ counts: [70] });
  const view = viewOf(snapshot, 0, [{ round: 0, committed: [0] }, { round: 2, revealed: [1] }]);
  const { commitStartsAt, commitEndsAt } = windowsOf(snapshot);
  assert.deepEqual(roundsToWatch(snapshot, commitStartsAt), []);
  assert.deepEqual(roundsToWatch(view.snapshot, commitStartsAt - 1), []);
  const watched = [roundId(0, 0), roundId(0, 2)];
  assert.deepEqual(roundsToWatch(view.snapshot, commitStartsAt), watched);
  assert.deepEqual(roundsToWatch(view.snapshot, commitEndsAt), watched);
  assert.deepEqual(roundsToWatch(view.snapshot, windowsOf(snapshot, 1).commitStartsAt), []);
  view.snapshot.rounds[0]![0]!.decided = true;
  assert.deepEqual(roundsToWatch(view.snapshot, commitStartsAt), [roundId(0, 2)]);
  const over = {
    ...view.snapshot,
    competition: { ...snapshot.competition, status: "final" as const },
  };
  assert.deepEqual(roundsToWatch(over, commitStartsAt), []);
});

Deno.test("a view without the seats that it needs is refused, not guessed at", () => {
  const snapshot = snapshotOf();
  const view = viewOf(snapshot, 0, [{ committed: [0] }]);
  const { commitStartsAt } = windowsOf(snapshot);
  assert.throws(() => plan({ ...view, seats: new Map() }, commitStartsAt, POLICY), RangeError);
});

Deno.test("whatever the moment, no miner is told to do what the contract would refuse", () => {
  // Every second of three attempts, in steps that meet all edges: actions only in their windows.
  const snapshot = snapshotOf({ commitSecs: 60, revealSecs: 30 });
  const policy = { ...POLICY, everySecs: 3 };
  const { startsAt } = snapshot.epochs[0]!;
  for (let now = startsAt - 5; now < endOf(snapshot); now++) {
    const attempt = Math.max(0, Math.floor((now - startsAt) / 120));
    const windows = windowsOf(snapshot, attempt);
    const seats = { attempt, committed: [0, 2], revealed: [1] };
    for (const action of plan(viewOf(snapshot, 0, [seats]), now, policy).actions) {
      assert.equal(action.kind, "reveal");
      assert.ok(now >= windows.commitEndsAt && now < windows.revealEndsAt);
    }
    const all = { attempt, revealed: [0, 1, 2] };
    for (const action of plan(viewOf(snapshot, 0, [all]), now, policy).actions) {
      assert.equal(action.kind, "settle");
      assert.ok(now >= windows.commitEndsAt && now < windows.settleEndsAt);
    }
    for (const action of plan(viewOf(snapshot, 0), now, policy).actions) {
      assert.equal(action.kind, "commit");
      assert.ok(now >= windows.commitStartsAt && now + policy.blockSecs < windows.commitEndsAt);
    }
  }
});
