import assert from "node:assert/strict";
import {
  buyIn,
  checkTerms,
  type ChosenTerms,
  fee,
  miningPool,
  minRevealsRange,
  withDefaults,
} from "./terms.ts";
import { seededRandom } from "./testing/random.ts";
import type { Terms } from "./types.ts";

const NOW = 1_800_000_000;
const DAY = 86_400;
const ETHER = 10n ** 18n;
const CONTEXT = { now: NOW, sealGap: 900 };
const CHOSEN: ChosenTerms = {
  manifest: `0x${"ab".repeat(32)}`,
  prizeFund: 10n * ETHER,
  registrationEndsAt: NOW + DAY,
  submissionEndsAt: NOW + 15 * DAY,
};

function terms(changes: Partial<Terms> = {}): Terms {
  return withDefaults({ ...CHOSEN, ...changes });
}

function refuses(changes: Partial<Terms>, message: RegExp): void {
  assert.throws(() => checkTerms(terms(changes), CONTEXT), { name: "RangeError", message });
}

Deno.test("withDefaults() gives the table of PROTOCOL.md section 2", () => {
  assert.deepEqual(terms(), {
    ...CHOSEN,
    miningPoolBps: 2000,
    buyInBps: 1000,
    epochs: 1,
    commitSecs: 3600,
    revealSecs: 3600,
    byteLimit: 120_000,
    pricedSubmissions: 100,
    maxPerParticipant: 3,
    quorum: 100,
    minReveals: 67,
    bond: ETHER / 10n,
  });
  checkTerms(terms(), CONTEXT);
});

Deno.test("withDefaults() keeps what the host chose", () => {
  const chosen = terms({ quorum: 9, minReveals: 5, bond: ETHER, epochs: 14 });
  assert.deepEqual(
    [chosen.quorum, chosen.minReveals, chosen.bond, chosen.epochs],
    [9, 5, ETHER, 14],
  );
});

Deno.test("withDefaults() raises the bond where 1 % would be under 500 fees", () => {
  const small = terms({ quorum: 7 });
  assert.equal(small.bond, 500n * fee(small));
  assert.ok(small.bond > small.prizeFund / 100n);
  checkTerms(small, CONTEXT);
});

Deno.test("withDefaults() leaves values out of their range to checkTerms()", () => {
  for (const value of [0, -1, 1.5, NaN]) {
    refuses({ quorum: value }, /^quorum must be/);
    refuses({ pricedSubmissions: value }, /^pricedSubmissions must be/);
    refuses({ miningPoolBps: value }, /^miningPoolBps must be/);
  }
});

Deno.test("miningPool(), buyIn() and fee() round down", () => {
  const odd = { ...terms({ quorum: 7 }), prizeFund: 12_345n };
  assert.equal(miningPool(odd), 2_469n); // 2,469.0
  assert.equal(buyIn(odd), 1_234n); // 1,234.5
  assert.equal(fee(odd), 3n); // 2,469 / 800 = 3.08
});

Deno.test("minRevealsRange() is quorum / 2 + 1 .. 2 * quorum / 3 + 1", () => {
  const ranges = [1, 2, 3, 4, 7, 100, 256].map((quorum) => {
    const { min, max } = minRevealsRange(quorum);
    return [quorum, min, max];
  });
  assert.deepEqual(ranges, [
    [1, 1, 1],
    [2, 2, 2],
    [3, 2, 3],
    [4, 3, 3],
    [7, 4, 5],
    [100, 51, 67],
    [256, 129, 171],
  ]);
});

Deno.test("checkTerms() accepts both ends of each range and refuses one beyond", () => {
  const loose = { quorum: 256, minReveals: 129, prizeFund: 10n ** 24n, buyInBps: 10_000 };
  const ranges: [keyof Terms, number, number, Partial<Terms>?][] = [
    ["miningPoolBps", 1, 5000],
    ["buyInBps", 1, 10000, { miningPoolBps: 1, maxPerParticipant: 1, pricedSubmissions: 10_000 }],
    ["epochs", 1, 64],
    ["commitSecs", 10, 30 * DAY],
    ["revealSecs", 10, 30 * DAY],
    ["byteLimit", 1, 2 ** 20],
    ["pricedSubmissions", 1, 10_000, { miningPoolBps: 100 }],
    ["maxPerParticipant", 1, 8],
    ["minReveals", 129, 171],
  ];
  for (const [term, min, max, more] of ranges) {
    for (const value of [min, max]) {
      checkTerms(terms({ ...loose, ...more, [term]: value }), CONTEXT);
    }
    for (const value of [min - 1, max + 1, min + 0.5, NaN]) {
      refuses(
        { ...loose, ...more, [term]: value },
        new RegExp(`^${term} must be a whole number from ${min} to ${max}, not ${value}$`),
      );
    }
  }
  for (const quorum of [1, 256]) {
    const minReveals = minRevealsRange(quorum).max;
    checkTerms(terms({ quorum, minReveals }), CONTEXT);
  }
  for (const quorum of [0, 257]) refuses({ quorum }, /^quorum must be .* 1 to 256, not/);
});

Deno.test("checkTerms() refuses amounts of 2^96 wei and more", () => {
  const max = 2n ** 96n - 1n;
  checkTerms(terms({ prizeFund: max }), CONTEXT);
  refuses(
    { prizeFund: max + 1n },
    /^prizeFund must be from 0 to 79228162514264337593543950335 wei/,
  );
  checkTerms(terms({ bond: max }), CONTEXT);
  refuses({ bond: max + 1n }, /^bond must be from 0 to/);
  refuses({ bond: -1n }, /^bond must be from 0 to/);
});

Deno.test("checkTerms() refuses a manifest that is not a digest of 32 bytes", () => {
  for (const manifest of ["0x", `0x${"ab".repeat(31)}`, `0x${"zz".repeat(32)}`, "Qm"]) {
    refuses({ manifest: manifest as Terms["manifest"] }, /^manifest must be a digest/);
  }
});

Deno.test("checkTerms() refuses times out of order or more than 366 days ahead", () => {
  const latest = NOW + 366 * DAY;
  checkTerms(terms({ registrationEndsAt: NOW + 1 }), CONTEXT);
  checkTerms(terms({ submissionEndsAt: latest }), CONTEXT);
  refuses({ registrationEndsAt: NOW }, /^registrationEndsAt .* 1800000001 to \d+, not 1800000000$/);
  refuses({ submissionEndsAt: latest + 1 }, /^submissionEndsAt must be/);
  refuses({ submissionEndsAt: CHOSEN.registrationEndsAt }, /^submissionEndsAt must be/);
});

Deno.test("checkTerms() refuses an epoch shorter than the seal gap, and than one second", () => {
  const { registrationEndsAt } = CHOSEN;
  checkTerms(terms({ epochs: 3, submissionEndsAt: registrationEndsAt + 2700 }), CONTEXT);
  refuses(
    { epochs: 3, submissionEndsAt: registrationEndsAt + 2699 },
    /^epochs of 899 s are too short: .* \(3\) must be at least 900 s/,
  );
  const noGap = { now: NOW, sealGap: 0 };
  checkTerms(terms({ epochs: 3, submissionEndsAt: registrationEndsAt + 3 }), noGap);
  assert.throws(
    () => checkTerms(terms({ epochs: 3, submissionEndsAt: registrationEndsAt + 2 }), noGap),
    /^RangeError: epochs of 0 s/,
  );
});

Deno.test("checkTerms() refuses a fee of 0", () => {
  // 20 % of P for 100 * 101 evaluations: P = 50,500 gives 1 wei.
  const exact = { prizeFund: 50_500n, bond: 500n, buyInBps: 1000 };
  checkTerms(terms(exact), CONTEXT);
  refuses({ ...exact, prizeFund: 50_499n }, /^fee must be above 0, .* 10099 wei .* 10100 eval/);
  refuses({ ...exact, prizeFund: 0n }, /^fee must be above 0/);
});

Deno.test("checkTerms() refuses a buy-in that does not cover its submissions' fees", () => {
  // fee = 2 ether / 10,100; 5 * 3 * 101 of them are just under 0.3 ether: 3 %.
  checkTerms(terms({ buyInBps: 300 }), CONTEXT);
  refuses({ buyInBps: 299 }, /^buyIn must be at least 299999999999999970 wei \(1515 fees\), not/);
});

Deno.test("checkTerms() refuses a bond under 500 fees", () => {
  const bond = 500n * fee(terms());
  checkTerms(terms({ bond }), CONTEXT);
  refuses({ bond: bond - 1n }, /^bond must be at least \d+ wei \(500 fees\), not/);
});

Deno.test("checkTerms() names the first wrong term in the order of the table", () => {
  const wrong: Partial<Terms> = { miningPoolBps: 0, epochs: 0, quorum: 0, bond: 0n };
  refuses(wrong, /^miningPoolBps/);
  refuses({ ...wrong, miningPoolBps: 1 }, /^epochs must/);
  refuses({ quorum: 0, bond: 0n }, /^quorum/);
  refuses({ bond: 0n, buyInBps: 1 }, /^buyIn/);
});

Deno.test("withDefaults() is accepted for every quorum and prize fund that pays a fee", () => {
  const random = seededRandom(1);
  for (let i = 0; i < 2_000; i++) {
    const prizeFund = BigInt(random.int(200_000, 2 ** 40)) ** 2n;
    checkTerms(terms({ quorum: random.int(1, 256), prizeFund }), CONTEXT);
  }
});
