import assert from "node:assert/strict";
import {
  attemptAt,
  attemptSecs,
  attemptWindows,
  beaconRound,
  beaconTime,
  canSettle,
  epochEndsAt,
  epochStartsAt,
  evaluationEndsAt,
  evaluations,
  roundCount,
  runningEpoch,
  settleStartsAt,
  unsealAt,
  unsealRound,
} from "./clock.ts";
import { seededRandom } from "./testing/random.ts";

const CLOCK = { genesis: 1_692_803_367, period: 3, sealGap: 900 };
const PHASE = { registrationEndsAt: 1_800_000_000, submissionEndsAt: 1_800_000_010, epochs: 3 };
const WINDOWS = { commitSecs: 100, revealSecs: 30 };

Deno.test("epochs touch, start at registrationEndsAt and end at submissionEndsAt, rounded down", () => {
  const ends = [0, 1, 2].map((epoch) => epochEndsAt(PHASE, epoch) - PHASE.registrationEndsAt);
  assert.deepEqual(ends, [3, 6, 10]);
  const starts = [0, 1, 2].map((epoch) => epochStartsAt(PHASE, epoch) - PHASE.registrationEndsAt);
  assert.deepEqual(starts, [0, 3, 6]);
});

Deno.test("epochEndsAt() and epochStartsAt() refuse an epoch that the terms do not have", () => {
  for (const epoch of [-1, 3, 0.5, NaN]) {
    const message = `epoch must be from 0 to 2, not ${epoch}`;
    assert.throws(() => epochEndsAt(PHASE, epoch), { name: "RangeError", message });
    assert.throws(() => epochStartsAt(PHASE, epoch), { name: "RangeError", message });
  }
});

Deno.test("runningEpoch() holds from each epoch's start to the second before its end", () => {
  const random = seededRandom(2);
  for (let i = 0; i < 200; i++) {
    const epochs = random.int(1, 64);
    const seconds = random.int(epochs, 700);
    const phase = { registrationEndsAt: 5_000, submissionEndsAt: 5_000 + seconds, epochs };
    for (let now = 4_999; now <= 5_001 + seconds; now++) {
      const expected = Array.from({ length: epochs }, (_, epoch) => epoch)
        .find((epoch) => epochStartsAt(phase, epoch) <= now && now < epochEndsAt(phase, epoch));
      assert.equal(
        runningEpoch(phase, now),
        expected,
        `${epochs} epochs in ${seconds} s at ${now}`,
      );
    }
  }
});

Deno.test("beaconTime() and beaconRound() count as drand does", () => {
  assert.equal(beaconTime(1, CLOCK), 1_692_803_367);
  assert.equal(beaconTime(1_000, CLOCK), 1_692_806_364);
  const rounds = [-1, 0, 1, 2, 3, 4].map((second) => beaconRound(CLOCK.genesis + second, CLOCK));
  assert.deepEqual(rounds, [1, 1, 2, 2, 2, 3]);
});

Deno.test("beaconRound() is the first round at or after a time", () => {
  const random = seededRandom(3);
  for (let i = 0; i < 2_000; i++) {
    const clock = { genesis: random.int(0, 2e9), period: random.int(1, 100) };
    const time = random.int(0, 4e9);
    const round = beaconRound(time, clock);
    assert.ok(beaconTime(round, clock) >= time);
    assert.ok(round === 1 || beaconTime(round - 1, clock) < time);
  }
});

Deno.test("unsealRound() is the first round at or after the epoch's end and the seal gap", () => {
  const target = epochEndsAt(PHASE, 1) + CLOCK.sealGap;
  assert.equal(unsealRound(PHASE, 1, CLOCK), beaconRound(target, CLOCK));
  const exact = { ...CLOCK, genesis: target - 30, period: 10 };
  assert.deepEqual([unsealRound(PHASE, 1, exact), unsealAt(PHASE, 1, exact)], [4, target]);
  const late = { ...exact, genesis: target - 29 };
  assert.deepEqual([unsealRound(PHASE, 1, late), unsealAt(PHASE, 1, late)], [4, target + 1]);
});

Deno.test("roundCount() is the number of rounds of 32", () => {
  const counts = [0, 1, 32, 33, 64, 65].map(roundCount);
  assert.deepEqual(counts, [0, 1, 1, 2, 2, 3]);
});

Deno.test("an attempt takes the commit time of all rounds and two reveal times, three times over", () => {
  assert.equal(attemptSecs(WINDOWS, 1), 160);
  assert.equal(attemptSecs(WINDOWS, 3), 360);
  assert.equal(evaluationEndsAt(WINDOWS, { startsAt: 1_000, rounds: 3 }), 2_080);
});

Deno.test("attemptWindows() touch one another and the next attempt", () => {
  assert.deepEqual(attemptWindows(WINDOWS, 1, { startsAt: 1_000, rounds: 2 }), {
    attempt: 1,
    commitStartsAt: 1_260,
    commitEndsAt: 1_460,
    revealEndsAt: 1_490,
    settleEndsAt: 1_520,
  });
  for (const attempt of [-1, 3, 0.5]) {
    assert.throws(() => attemptWindows(WINDOWS, attempt, { startsAt: 0, rounds: 1 }), RangeError);
  }
});

Deno.test("attemptAt() names attempt and window at each boundary second", () => {
  const evaluation = { startsAt: 1_000, rounds: 1 };
  function at(now: number) {
    const running = attemptAt(WINDOWS, now, evaluation);
    return running && `${running.attempt} ${running.window}`;
  }
  assert.equal(at(999), undefined);
  for (const attempt of [0, 1, 2]) {
    const start = 1_000 + 160 * attempt;
    assert.equal(at(start), `${attempt} commit`);
    assert.equal(at(start + 99), `${attempt} commit`);
    assert.equal(at(start + 100), `${attempt} reveal`);
    assert.equal(at(start + 129), `${attempt} reveal`);
    assert.equal(at(start + 130), `${attempt} settle`);
    assert.equal(at(start + 159), `${attempt} settle`);
  }
  assert.equal(evaluationEndsAt(WINDOWS, evaluation), 1_480);
  assert.equal(at(1_480), undefined);
});

Deno.test("attemptAt() gives the windows of attemptWindows()", () => {
  const evaluation = { startsAt: 1_000, rounds: 5 };
  const windows = attemptWindows(WINDOWS, 2, evaluation);
  const running = attemptAt(WINDOWS, windows.commitStartsAt, evaluation);
  assert.deepEqual(running, { ...windows, window: "commit" });
});

Deno.test("evaluations() start at the beacon where nothing earlier is evaluated", () => {
  const phase = { registrationEndsAt: 10_000, submissionEndsAt: 40_000, epochs: 3 };
  assert.deepEqual(evaluations({ ...phase, ...WINDOWS }, [40, 0, 1], CLOCK_FROM_ZERO), [
    { startsAt: 20_000, rounds: 2 },
    undefined,
    { startsAt: 40_000, rounds: 1 },
  ]);
});

const CLOCK_FROM_ZERO = { genesis: 0, period: 10, sealGap: 0 };

Deno.test("evaluations() wait for the last earlier epoch with submissions", () => {
  const terms = { registrationEndsAt: 0, submissionEndsAt: 400, epochs: 4, ...WINDOWS };
  const result = evaluations(terms, [1, 0, 33, 1], CLOCK_FROM_ZERO);
  // 3 * (100 + 60) = 480 after 100; 3 * (200 + 60) = 780 after that.
  assert.deepEqual(result.map((e) => e?.startsAt), [100, undefined, 580, 1_360]);
});

Deno.test("evaluations() never overlap and never precede their beacon", () => {
  const random = seededRandom(4);
  for (let i = 0; i < 500; i++) {
    const epochs = random.int(1, 20);
    const terms = {
      registrationEndsAt: 1_000,
      submissionEndsAt: 1_000 + random.int(epochs, 20_000),
      epochs,
      commitSecs: random.int(10, 300),
      revealSecs: random.int(10, 300),
    };
    const counts = Array.from({ length: epochs }, () => random.pick([0, 0, 1, 31, 32, 33, 100]));
    let end = 0;
    evaluations(terms, counts, CLOCK_FROM_ZERO).forEach((evaluation, epoch) => {
      assert.equal(evaluation === undefined, counts[epoch] === 0);
      if (evaluation === undefined) return;
      const opens = unsealAt(terms, epoch, CLOCK_FROM_ZERO);
      assert.equal(evaluation.startsAt, opens > end ? opens : end);
      end = evaluationEndsAt(terms, evaluation);
    });
  }
});

Deno.test("settling opens with the reveal window's end, or earlier once all have revealed", () => {
  const windows = attemptWindows(WINDOWS, 0, { startsAt: 1_000, rounds: 1 });
  assert.equal(settleStartsAt(windows, { committed: 7, revealed: 6 }), 1_130);
  assert.equal(settleStartsAt(windows, { committed: 7, revealed: 7 }), 1_100);
});

Deno.test("canSettle() at each boundary second and with too few reveals", () => {
  const windows = attemptWindows(WINDOWS, 0, { startsAt: 1_000, rounds: 1 });
  function open(now: number, revealed: number): boolean {
    return canSettle(windows, now, { committed: 7, revealed, minReveals: 5 });
  }
  assert.deepEqual([open(1_099, 7), open(1_100, 7), open(1_159, 7), open(1_160, 7)], [
    false,
    true,
    true,
    false,
  ]);
  assert.deepEqual([open(1_129, 5), open(1_130, 5), open(1_159, 5), open(1_160, 5)], [
    false,
    true,
    true,
    false,
  ]);
  assert.equal(open(1_130, 4), false);
  assert.equal(canSettle(windows, 1_130, { committed: 4, revealed: 4, minReveals: 5 }), false);
});
