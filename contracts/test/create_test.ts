import assert from "node:assert/strict";
import { fee } from "../../core/protocol/terms.ts";
import type { Terms } from "../../core/protocol/types.ts";
import { ALICE, HOST } from "./support/actors.ts";
import { defaultTerms, termsArgument } from "./support/defaults.ts";
import { DeML, deploymentKey, type Outcome } from "./support/deml.ts";
import { expectRevert, plain } from "./support/revert.ts";
import { type Cases, describe } from "./support/tree.ts";
import { CLOCK, world } from "./support/world.ts";

const DAY = 86_400;
const MAX_UINT96 = 2n ** 96n - 1n;

/** Terms that differ from the usual ones, which may depend on those. */
type Changes = Partial<Terms> | ((usual: Terms) => Partial<Terms>);

/** A low fee, so that no amount stands in the way of another term. */
const CHEAP: Partial<Terms> = {
  miningPoolBps: 1,
  buyInBps: 10_000,
  pricedSubmissions: 10_000,
  bond: 10n ** 18n,
};

/** Amounts that are just enough: a fee of 10,000 wei, and from it the least buy-in and bond. */
const EXACT: Partial<Terms> = {
  prizeFund: 4_000_000n,
  miningPoolBps: 5_000, // 2,000,000 wei
  pricedSubmissions: 100,
  quorum: 1,
  minReveals: 1,
  maxPerParticipant: 1,
  buyInBps: 250, // 100,000 wei: five times the two fees of one submission
  bond: 5_000_000n,
};

async function termsNow(changes: Changes): Promise<Terms> {
  const { now } = (await world()).chain;
  const values = typeof changes === "function" ? changes(defaultTerms(now)) : changes;
  return defaultTerms(now, values);
}

async function create(changes: Changes = {}, deml?: DeML): Promise<Outcome> {
  const terms = await termsNow(changes);
  deml ??= (await world()).deml;
  return deml.send("create", [termsArgument(terms)], { from: HOST, value: terms.prizeFund });
}

/** The competition that was just opened. */
async function opened({ events }: Outcome) {
  return await (await world()).deml.view("competition", [events[0]!.args.id]);
}

/** A deployment whose epochs may be as short as a second. */
async function withoutGap(): Promise<DeML> {
  const { chain, beacon } = await world();
  const key = deploymentKey(beacon.network.publicKey);
  return DeML.deploy(chain, { key, ...CLOCK, sealGap: 0 });
}

/** Cases of a term that has a range of its own. */
function range(
  term: keyof Terms,
  options: { error: string; min: number; max: number; others?: Changes },
): Cases {
  const { min, max, others = {} } = options;
  const name = `DeML_${options.error}OutOfRange` as const;
  const given = (value: number) => (usual: Terms) => ({
    ...typeof others === "function" ? others(usual) : others,
    [term]: value,
  });
  const refuses = (value: number) => () =>
    expectRevert(create(given(value)), name, [value, min, max]);
  const takes = (value: number) => async () => {
    const stored = await opened(await create(given(value)));
    assert.equal(stored[term], BigInt(value));
  };
  return {
    [`when ${term} is below ${min}`]: { [`it reverts with ${name}`]: refuses(min - 1) },
    [`when ${term} is above ${max}`]: { [`it reverts with ${name}`]: refuses(max + 1) },
    [`when ${term} is from ${min} to ${max}`]: {
      "it takes the least": takes(min),
      "it takes the greatest": takes(max),
    },
  };
}

/** Cases of minReveals, whose range follows from the quorum. */
function minReveals(quorum: number, [min, max]: [number, number]): Cases {
  const cases = range("minReveals", {
    error: "MinReveals",
    min,
    max,
    others: { ...CHEAP, quorum },
  });
  return { [`given a quorum of ${quorum}`]: cases };
}

describe(import.meta.url, {
  "when the prize fund takes more than 96 bits": {
    "it reverts with DeML_PrizeFundTooLarge": async () => {
      await (await world()).chain.setBalance(HOST, 2n ** 100n);
      const call = create({ ...CHEAP, prizeFund: MAX_UINT96 + 1n });
      await expectRevert(call, "DeML_PrizeFundTooLarge", [MAX_UINT96 + 1n, MAX_UINT96]);
    },
  },
  ...range("miningPoolBps", { error: "MiningPool", min: 1, max: 5_000 }),
  ...range("buyInBps", { error: "BuyIn", min: 1, max: 10_000, others: CHEAP }),
  ...range("pricedSubmissions", {
    error: "PricedSubmissions",
    min: 1,
    max: 10_000,
    others: { miningPoolBps: 1, buyInBps: 10_000, bond: 10n ** 18n },
  }),
  ...range("epochs", {
    error: "Epochs",
    min: 1,
    max: 64,
    others: ({ registrationEndsAt }) => ({ submissionEndsAt: registrationEndsAt + DAY }),
  }),
  ...range("maxPerParticipant", { error: "MaxPerParticipant", min: 1, max: 8 }),
  ...range("commitSecs", { error: "CommitSecs", min: 10, max: 30 * DAY }),
  ...range("revealSecs", { error: "RevealSecs", min: 10, max: 30 * DAY }),
  ...range("byteLimit", { error: "ByteLimit", min: 1, max: 2 ** 20 }),
  ...range("quorum", { error: "Quorum", min: 1, max: 256 }),
  ...minReveals(1, [1, 1]),
  ...minReveals(2, [2, 2]),
  ...minReveals(3, [2, 3]),
  ...minReveals(4, [3, 3]),
  ...minReveals(100, [51, 67]),
  ...minReveals(256, [129, 171]),
  "when registration ends now": {
    "it reverts with DeML_TimesOutOfOrder": async () => {
      const { now } = (await world()).chain;
      const call = create({ registrationEndsAt: now });
      await expectRevert(call, "DeML_TimesOutOfOrder", [now, now]);
    },
  },
  "when registration ends in a second": {
    "it opens the competition": async () => {
      const { now } = (await world()).chain;
      const stored = await opened(await create({ registrationEndsAt: now + 1 }));
      assert.equal(stored.registrationEndsAt, BigInt(now + 1));
    },
  },
  "when submissions end with registration": {
    "it reverts with DeML_TimesOutOfOrder": async () => {
      const { registrationEndsAt: time } = await termsNow({});
      const call = create({ submissionEndsAt: time });
      await expectRevert(call, "DeML_TimesOutOfOrder", [time, time]);
    },
  },
  "when submissions end over 366 days ahead": {
    "it reverts with DeML_TooFarAhead": async () => {
      const latest = (await world()).chain.now + 366 * DAY;
      const call = create({ submissionEndsAt: latest + 1 });
      await expectRevert(call, "DeML_TooFarAhead", [latest + 1, latest]);
    },
  },
  "when submissions end 366 days ahead": {
    "it opens the competition": async () => {
      const latest = (await world()).chain.now + 366 * DAY;
      const stored = await opened(await create({ submissionEndsAt: latest }));
      assert.equal(stored.submissionEndsAt, BigInt(latest));
    },
  },
  "when an epoch is shorter than the seal gap": {
    "it reverts with DeML_EpochTooShort": async () => {
      const call = create(({ registrationEndsAt }) => ({
        epochs: 3,
        submissionEndsAt: registrationEndsAt + 3 * CLOCK.sealGap - 1,
      }));
      await expectRevert(call, "DeML_EpochTooShort", [CLOCK.sealGap - 1, CLOCK.sealGap]);
    },
  },
  "when an epoch is as long as the seal gap": {
    "it opens the competition": async () => {
      const stored = await opened(
        await create(({ registrationEndsAt }) => ({
          epochs: 3,
          submissionEndsAt: registrationEndsAt + 3 * CLOCK.sealGap,
        })),
      );
      assert.equal(stored.epochs, 3n);
    },
  },
  "given no seal gap": {
    "when an epoch is shorter than a second": {
      "it reverts with DeML_EpochTooShort": async () => {
        const call = create(({ registrationEndsAt }) => ({
          epochs: 3,
          submissionEndsAt: registrationEndsAt + 2,
        }), await withoutGap());
        await expectRevert(call, "DeML_EpochTooShort", [0, 1]);
      },
    },
    "when an epoch is a second long": {
      "it opens the competition": async () => {
        const deml = await withoutGap();
        await create(({ registrationEndsAt }) => ({
          epochs: 3,
          submissionEndsAt: registrationEndsAt + 3,
        }), deml);
        assert.equal((await deml.view("competition", [0])).epochs, 3n);
      },
    },
  },
  "when the mining pool is less than a wei per evaluation": {
    "it reverts with DeML_FeeZero": async () => {
      // Half of 399 wei for 100 submissions of 2 evaluations.
      const call = create({ ...EXACT, prizeFund: 399n });
      await expectRevert(call, "DeML_FeeZero", [199, 200]);
    },
  },
  "when the mining pool is a wei per evaluation": {
    "it opens the competition with a fee of 1": async () => {
      const terms = { ...EXACT, prizeFund: 400n };
      assert.equal((await opened(await create(terms))).fee, 1n);
    },
  },
  "when the buy-in does not cover five fees for each evaluation that it can ask for": {
    "it reverts with DeML_BuyInTooLow": async () => {
      const call = create({ ...EXACT, buyInBps: 249 });
      await expectRevert(call, "DeML_BuyInTooLow", [99_600, 100_000]);
    },
  },
  "when the bond is below 500 fees": {
    "it reverts with DeML_BondTooLow": async () => {
      const call = create({ ...EXACT, bond: 4_999_999n });
      await expectRevert(call, "DeML_BondTooLow", [4_999_999, 5_000_000]);
    },
  },
  "when buy-in and bond are just enough": {
    "it opens the competition": async () => {
      const stored = await opened(await create(EXACT));
      assert.deepEqual([stored.fee, stored.bond], [10_000n, 5_000_000n]);
    },
  },
  "when all amounts are the greatest of 96 bits": {
    "it opens the competition (I11)": async () => {
      await (await world()).chain.setBalance(HOST, 2n ** 100n);
      const terms = { ...CHEAP, prizeFund: MAX_UINT96, bond: MAX_UINT96 };
      const stored = await opened(await create(terms));
      assert.deepEqual([stored.prizeFund, stored.bond], [MAX_UINT96, MAX_UINT96]);
      assert.equal(stored.fee, fee(await termsNow(terms)));
    },
  },
  "when all terms are in range": {
    "it keeps host, prize fund and terms": async () => {
      const terms = await termsNow({ epochs: 2 });
      const stored = await opened(await create({ epochs: 2 }));
      for (const [term, value] of Object.entries(terms)) {
        assert.equal(plain(stored[term]), plain(value), term);
      }
      assert.equal(plain(stored.host), HOST);
    },
    "it computes the fee and rounds it down": async () => {
      // A fifth of the prize fund, by 97 submissions and 4 evaluations: 2,000,000,000,000,002,469 / 388.
      assert.equal((await opened(await create())).fee, 5_154_639_175_257_738n);
    },
    "it starts with empty books, open": async () => {
      const stored = await opened(await create());
      const empty = ["participants", "miners", "submissions", "rounds", "decided", "best"];
      for (const field of [...empty, "bestScore", "lastEpoch", "fees", "penalties", "status"]) {
        assert.equal(stored[field], 0n, field);
      }
      assert.equal(stored.paid, false);
    },
    "it numbers competitions from 0 and returns the number": async () => {
      const { deml } = await world();
      const next = await deml.view("competitionCount");
      const terms = await termsNow({});
      const options = { from: HOST, value: terms.prizeFund };
      assert.equal(await deml.ask("create", [termsArgument(terms)], options), next);
      assert.equal((await create()).events[0]!.args.id, next);
      assert.equal(await deml.view("competitionCount"), next + 1n);
    },
    "it takes the prize fund": async () => {
      const { chain, deml } = await world();
      const before = await chain.balance(deml.address);
      await create({ prizeFund: 7n * 10n ** 18n });
      assert.equal(await chain.balance(deml.address), before + 7n * 10n ** 18n);
    },
    "it lets anybody be host, of several competitions": async () => {
      const { deml } = await world();
      const terms = await termsNow({});
      for (let i = 0; i < 2; i++) {
        const options = { from: ALICE, value: terms.prizeFund };
        const outcome = await deml.send("create", [termsArgument(terms)], options);
        assert.equal(plain((await opened(outcome)).host), ALICE);
      }
    },
    "it emits CompetitionCreated": async () => {
      const terms = await termsNow({});
      const id = await (await world()).deml.view("competitionCount");
      const { events } = await create();
      assert.deepEqual(events.map(({ name }) => name), ["CompetitionCreated"]);
      const values = [id, HOST, terms.manifest, terms.prizeFund];
      assert.deepEqual(events[0]!.args.map(plain), values);
    },
  },
});
