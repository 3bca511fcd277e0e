import assert from "node:assert/strict";
import { concat } from "ethers";
import type { Hex } from "../../core/protocol/types.ts";
import { ALICE, BOB, EVE, payoutOf } from "./support/actors.ts";
import { addressOf, MAX_GAS } from "./support/chain.ts";
import { defaultTerms, termsArgument } from "./support/defaults.ts";
import { coder, type FunctionName, functionNames } from "./support/deml.ts";
import { cancelled, final, MINERS } from "./support/phases.ts";
import { forEachPayment, pay, type Payment, type PaymentName } from "./support/payments.ts";
import {
  HOSTILE_CODE,
  LONG_ANSWER,
  makeReentering,
  reentry,
  reentryAnswer,
} from "./support/receivers.ts";
import { expectBareRevert, expectRevert } from "./support/revert.ts";
import { describe } from "./support/tree.ts";
import { signatureOf, world } from "./support/world.ts";

const [FIRST, SECOND] = MINERS as [Hex, Hex, Hex];

/** A call that a receiver makes, with its wei, and what comes of it. */
interface Inner {
  name: FunctionName;
  args: unknown[];
  value?: bigint;
  outcome: string;
}

/** What a receiver could call while it is paid, each function as it would like it best. */
function innerCalls({ name: payment, competition: c, receiver }: Payment): Inner[] {
  const won = new Set<PaymentName>(["claim of a miner", "claim of a settler", "prize"]).has(
    payment,
  );
  const roundId = c.roundId();
  const who = receiver === payoutOf(FIRST) ? FIRST : receiver;
  const word = `0x${"11".repeat(32)}`;
  const row = "0x0000000100000001";
  const terms = defaultTerms(c.world.chain.now);
  const beacon = c.unsealRound() + 1;
  const signature = signatureOf(c.world.beacon, beacon);
  const over = "DeML_WrongStatus";
  const noRound = won ? "DeML_RoundDecided" : "DeML_NoRound";
  return [
    { name: "create", args: [termsArgument(terms)], value: terms.prizeFund, outcome: "done" },
    { name: "register", args: [c.id], value: c.buyIn, outcome: over },
    { name: "enroll", args: [c.id, receiver], value: c.terms.bond, outcome: over },
    { name: "submitModel", args: [c.id, 0, 1, "0x00"], outcome: over },
    { name: "appendModel", args: [c.id, 0, "0x00"], outcome: over },
    { name: "postBeacon", args: [beacon, signature], outcome: "done" },
    { name: "commitScores", args: [roundId, word, "0x"], outcome: won ? noRound : over },
    { name: "revealScores", args: [roundId, SECOND, word, row], outcome: noRound },
    { name: "revealMany", args: [roundId, [SECOND], [word], row], outcome: noRound },
    { name: "settle", args: [roundId, [], "0x", [], row, 0], outcome: noRound },
    { name: "finalize", args: [c.id, 0, 0], outcome: over },
    { name: "claim", args: [c.id, who], outcome: "DeML_NothingOwed" },
    { name: "refund", args: [c.id, who], outcome: won ? over : "DeML_NothingOwed" },
    {
      name: "withdrawPrize",
      args: [c.id],
      outcome: !won ? over : payment === "prize" ? "DeML_NothingOwed" : "done",
    },
  ];
}

/** The error that a receiver met, or what else became of its call. */
async function outcomeOf(receiver: Hex): Promise<string> {
  const { chain } = await world();
  const state = await reentry(chain, receiver);
  if (state !== "refused") return state;
  return coder.getError((await reentryAnswer(chain, receiver)).slice(0, 10))!.name;
}

/** A payment to a receiver that calls back. */
async function payReentering(payment: Payment, inner: Omit<Inner, "outcome">): Promise<string> {
  await makeReentering(payment.competition.deml, payment.receiver, inner);
  await pay(payment);
  return await outcomeOf(payment.receiver);
}

/** Wei that go to others while a receiver is paid, because it calls so. */
async function paidToOthers({ competition: c }: Payment, inner: Inner): Promise<bigint> {
  return inner.name === "withdrawPrize" && inner.outcome === "done"
    ? await c.deml.view("pot", [c.id])
    : 0n;
}

/** What a competition still owes, by its own views. */
async function debts({ competition: c, name }: Payment): Promise<bigint> {
  const accounts = await Promise.all(
    [...MINERS, EVE].map((who) => c.deml.view("owed", [c.id, who])),
  );
  const pot: bigint = await c.deml.view("pot", [c.id]);
  const isCancelled = name === "buy-in" || name === "refund of the host";
  let refunds = 0n;
  for (const who of isCancelled ? [ALICE, BOB] : []) {
    if ((await c.deml.view("participant", [c.id, who])).registered) refunds += c.buyIn;
  }
  return accounts.reduce((sum, amount) => sum + amount, pot + refunds);
}

/** Forces wei upon an address: a contract that destroys itself in its constructor (EIP-6780) asks nobody. */
async function force(address: Hex, value: bigint): Promise<void> {
  const { chain } = await world();
  const data = concat(["0x73", address, "0xff"]) as Hex; // PUSH20, SELFDESTRUCT
  await chain.send({ from: addressOf("forcer"), data, value });
}

describe(import.meta.url, {
  "when a receiver calls any function while it is paid": {
    "it is paid once, and meets a competition that has paid it (I1, I9)": async () => {
      await forEachPayment(async (payment) => {
        const { competition: c, receiver, due, name } = payment;
        const { chain, deml } = c.world;
        const inners = innerCalls(payment);
        const names = inners.map((inner) => inner.name).sort();
        assert.deepEqual(names, functionNames({ changingState: true }).sort());
        for (const inner of inners) {
          await chain.undoing(async () => {
            const label = `${name}, calling ${inner.name}`;
            const kept = inner.outcome === "done" ? inner.value ?? 0n : 0n;
            const others = await paidToOthers(payment, inner);
            // Balance without what the receiver has to give itself: the payment, and nothing else, pays its call.
            const before = await chain.balance(receiver);
            const held = await chain.balance(deml.address);
            assert.equal(await payReentering(payment, inner), inner.outcome, label);
            const toSelf = receiver === ALICE ? others : 0n;
            assert.equal(await chain.balance(receiver), before + due - kept + toSelf, label);
            assert.equal(await chain.balance(deml.address), held - due - others + kept, label);
          });
        }
      });
    },
    "it leaves exactly what is still owed to the others (I1)": async () => {
      await forEachPayment(async (payment) => {
        const { chain } = payment.competition.world;
        for (const inner of innerCalls(payment)) {
          await chain.undoing(async () => {
            const before = await debts(payment) - await paidToOthers(payment, inner);
            await payReentering(payment, inner);
            assert.equal(await debts(payment), before - payment.due, inner.name);
          });
        }
      });
    },
  },
  "when a receiver asks the views while it is paid": {
    "it reads that it has been paid": async () => {
      await forEachPayment(async (payment) => {
        const { competition: { id }, receiver, call } = payment;
        const who = call.args[1] ?? receiver;
        const name = ({
          "claim of a miner": "owed",
          "claim of a settler": "owed",
          "prize": "pot",
          "buy-in": "participant",
          "refund of the host": "pot",
        } as const)[payment.name];
        const args = name === "pot" ? [id] : [id, who];
        assert.equal(await payReentering(payment, { name, args }), "done");
        // `participant` begins with whether it is registered.
        const answer = await reentryAnswer(payment.competition.world.chain, receiver);
        assert.equal(BigInt(answer), 0n, payment.name);
      });
    },
  },
  "when a receiver does what pays others": {
    "it pays each of them once": async () => {
      await forEachPayment(async (payment) => {
        const { competition: c, name } = payment;
        const { chain, deml } = c.world;
        const isFinal = name !== "buy-in" && name !== "refund of the host";
        const [to, inner] = isFinal
          ? [payoutOf(SECOND), { name: "claim" as const, args: [c.id, SECOND] }]
          : [BOB, { name: "refund" as const, args: [c.id, BOB] }];
        const amount = isFinal ? await deml.view("owed", [c.id, SECOND]) : c.buyIn;
        const before = await chain.balance(to);
        assert.equal(await payReentering(payment, inner), "done");
        assert.equal(await chain.balance(to), before + amount);
        const again = deml.send(inner.name, inner.args, { from: EVE });
        const who = inner.args[1];
        await expectRevert(again, "DeML_NothingOwed", [c.id, who]);
      });
    },
  },
  "when a receiver does not take its payment": {
    "it reverts with DeML_PaymentFailed, whether it reverts or burns all gas (I11)": async () => {
      await forEachPayment(async (payment) => {
        const { competition: { world: { chain } }, receiver, due } = payment;
        for (const code of Object.values(HOSTILE_CODE)) {
          await chain.request("hardhat_setCode", [receiver, code]);
          await expectRevert(pay(payment), "DeML_PaymentFailed", [receiver, due]);
        }
      });
    },
    "it keeps the payment for when it does": async () => {
      await forEachPayment(async (payment) => {
        const { competition: { world: { chain } }, receiver, due } = payment;
        await chain.request("hardhat_setCode", [receiver, HOSTILE_CODE["burns all gas"]]);
        await assert.rejects(pay(payment));
        await chain.request("hardhat_setCode", [receiver, "0x"]);
        const before = await chain.balance(receiver);
        await pay(payment);
        assert.equal(await chain.balance(receiver), before + due);
      });
    },
    "it blocks no other payment (I11)": async () => {
      const { chain } = await world();
      await chain.undoing(async () => {
        const hostile: Hex[] = [];
        await forEachPayment(({ receiver }) => Promise.resolve(void hostile.push(receiver)));
        for (const receiver of hostile) {
          await chain.request("hardhat_setCode", [receiver, HOSTILE_CODE["burns all gas"]]);
        }
        const [won, lost] = [await final(), await cancelled()];
        await won.deml.send("claim", [won.id, SECOND], { from: BOB });
        await lost.deml.send("claim", [lost.id, SECOND], { from: BOB });
        await lost.deml.send("refund", [lost.id, BOB], { from: BOB });
      });
    },
  },
  "when a receiver answers with a megabyte": {
    "it is paid": async () => {
      await forEachPayment(async (payment) => {
        const { competition: { world: { chain } }, receiver, due } = payment;
        await chain.request("hardhat_setCode", [receiver, LONG_ANSWER]);
        const before = await chain.balance(receiver);
        await pay(payment);
        assert.equal(await chain.balance(receiver), before + due);
      });
    },
  },
  "when somebody sends ether without a call": {
    "it reverts": async () => {
      const { chain, deml } = await world();
      for (const data of ["0x", "0x00", "0xffffffff"] as const) {
        const transfer = chain.send({ from: EVE, to: deml.address, data, value: 1n });
        await expectBareRevert(transfer);
      }
    },
    "it reverts where a function takes none": async () => {
      const c = await final();
      const paid = new Set<FunctionName>(["create", "register", "enroll"]);
      for (const name of functionNames({ changingState: true })) {
        if (paid.has(name)) continue;
        const { args } = innerCalls(await anyPayment()).find((inner) => inner.name === name)!;
        await expectBareRevert(c.deml.send(name, args, { from: EVE, value: 1n }));
      }
    },
  },
  "given ether that was forced upon the contract": {
    "it changes no payment, and nobody can take it (I1)": async () => {
      await forEachPayment(async (payment) => {
        const { competition: c, receiver, due } = payment;
        const { chain, deml } = c.world;
        const [held, owed] = [await chain.balance(deml.address), await debts(payment)];
        await force(deml.address, 10n ** 18n + 7n);
        assert.equal(await chain.balance(deml.address), held + 10n ** 18n + 7n);
        assert.equal(await debts(payment), owed);
        const before = await chain.balance(receiver);
        await pay(payment);
        assert.equal(await chain.balance(receiver), before + due);
        assert.equal(await chain.balance(deml.address), held + 10n ** 18n + 7n - due);
      });
    },
    "it changes nothing where the contract is a block's fee recipient": async () => {
      const { chain, deml } = await world();
      await chain.undoing(async () => {
        const before = await final();
        const pot = await deml.view("pot", [before.id]);
        const held = await chain.balance(deml.address);
        await chain.setBalance(EVE, 10n ** 24n);
        await chain.request("hardhat_setCoinbase", [deml.address]);
        const gasPrice = `0x${(10n ** 9n).toString(16)}`;
        const tip = {
          from: EVE,
          to: BOB,
          value: "0x1",
          gas: `0x${MAX_GAS.toString(16)}`,
          gasPrice,
        };
        await chain.request("evm_setNextBlockTimestamp", [chain.now]);
        await chain.request("eth_sendTransaction", [tip]);
        assert.ok(await chain.balance(deml.address) > held, "the tip has arrived");
        assert.equal(await deml.view("pot", [before.id]), pot);
        await deml.send("withdrawPrize", [before.id], { from: EVE });
      });
    },
  },
});

/** Some payment, for the arguments that fit it. */
async function anyPayment(): Promise<Payment> {
  let found: Payment | undefined;
  await forEachPayment((payment) => Promise.resolve(void (found ??= payment)));
  return found!;
}
