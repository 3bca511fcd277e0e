import assert from "node:assert/strict";
import { HOST, payoutOf } from "../contracts/test/support/actors.ts";
import { addressOf } from "../contracts/test/support/chain.ts";
import { openWorld, world } from "../contracts/test/support/world.ts";
import { ABSTAIN } from "../core/protocol/codec.ts";
import { alone, author, mate, scenario, together } from "./simulate/casting.ts";
import { COMMITTEES, HOSTILE_SHARES } from "./simulate/capture.ts";
import type { Hex } from "../core/protocol/types.ts";
import type { Play } from "./simulate/ending.ts";
import { expectations, summarize, type Summary } from "./simulate/expectations.ts";
import { openGame } from "./simulate/game.ts";
import { judge } from "./simulate/judge.ts";
import { intrude } from "./simulate/meddler.ts";
import { playScenario } from "./simulate/referee.ts";
import { PROMPT, type Scenario } from "./simulate/scenario.ts";
import { seatsOnChain } from "./simulate/seats_on_chain.ts";
import { Statistics } from "./simulate/statistics.ts";
import { absent, garbage, honest, lazy } from "./simulate/strategies.ts";
import { canceller, pushing } from "./simulate/teams.ts";

/** Seven seats, so many of them pushing; the honest author's model is better. */
function pushed(hostile: number): Scenario {
  return scenario("pushed", 1, {
    terms: { quorum: 7 },
    miners: [...alone(honest, 7 - hostile), ...together(pushing, hostile)],
    authors: [author([95_000]), mate([{ score: 90_000 }])],
  });
}

async function play(of: Scenario): Promise<Play> {
  return await playScenario(await world(), of);
}

/** What the expectations say about one competition, all draws being in order. */
function verdict(of: Play): { failures: string[]; facts: Summary } {
  const statistics = new Statistics();
  statistics.add(of, judge(of));
  const empty = COMMITTEES.map(({ quorum }) =>
    HOSTILE_SHARES.map(() => Array<number>(quorum + 1).fill(0))
  );
  const facts = summarize({ statistics, histograms: empty, draws: 1, onChain: [] }, 0);
  return { failures: expectations({ ...facts, captureDeviation: 0 }), facts };
}

Deno.test("a minority that lies loses, and harms nobody honest (I7)", async () => {
  const of = await play(pushed(3));
  const audit = judge(of);
  assert.deepEqual(audit.cases.map(({ outcome }) => outcome), ["true", "true"]);
  assert.equal(audit.minority, true);
  assert.equal(audit.minersAtLoss, 0);
  assert(audit.teamNet < audit.twinNet);
  assert.deepEqual(verdict(of).failures, []);
});

Deno.test("a majority that lies settles false scores, and is found out", async () => {
  const of = await play(pushed(4));
  const audit = judge(of);
  assert.deepEqual(audit.cases.map(({ outcome }) => outcome), ["false", "false"]);
  assert.deepEqual(audit.cases.map(({ owing }) => owing.length), [3, 3]);
  assert.equal(audit.minority, false);
  assert.equal(audit.robbed, true);
  assert.equal(audit.minersAtLoss, 3);
  assert(audit.teamWon && audit.teamNet > audit.twinNet);
  assert.deepEqual(audit.faults, []);
  const { facts } = verdict(of);
  assert.equal(facts.falseSettledOutside, 2);
  assert.equal(facts.falseSettledInMinority, 0);
  assert.equal(facts.violations, 0);
});

Deno.test("a false score against a majority would fail the run", async () => {
  const of = await play(pushed(3));
  of.results[1] = { score: 100_000, agreeing: 4 };
  of.best = 1;
  const { facts, failures } = verdict(of);
  assert.equal(facts.falseSettledInMinority, 1);
  assert.equal(facts.honestPenalisedInMinority, 0);
  assert.equal(facts.honestLosses, 1); // The best submission did not win.
  assert(failures.some((sentence) => sentence.includes("no false score")), failures.join());
});

Deno.test("a void submission against a majority would fail the run", async () => {
  const of = await play(pushed(3));
  of.results[0] = "void";
  const { facts, failures } = verdict(of);
  assert.equal(facts.honestVoidInMinority, 1);
  assert(failures.some((sentence) => sentence.includes("void")), failures.join());
});

Deno.test("wrong books, lost wei and accepted intrusions would fail the run", async () => {
  const books = await play(pushed(3));
  const [miner] = books.miners.keys();
  books.accounts.get(miner!)!.dissents++;
  assert.match(judge(books).faults.join(), /dissents, not/);
  assert.equal(verdict(books).facts.violations, 2);

  const money = await play(pushed(3));
  money.ledger.of(HOST).received += 1n;
  assert.equal(verdict(money).facts.conserved, false);

  const intrusion = await play(pushed(3));
  intrusion.intrusions.accepted.push("claim before the end");
  const { facts, failures } = verdict(intrusion);
  assert.equal(facts.intrusionsAccepted, 1);
  assert(failures.some((sentence) => sentence.includes("out of turn")), failures.join());
});

Deno.test("a wei that goes from the pot to a miner would fail the run", async () => {
  const of = await play(pushed(3));
  const [miner] = of.miners.keys();
  move(of, { from: of.submissions[of.best!]!.author, to: miner!, wei: 1n });
  assert.match(judge(of).faults.join(), /the winner was paid \d+ wei, not \d+/);
  const { facts, failures } = verdict(of);
  assert.equal(facts.conserved, true); // The totals are right all the same.
  assert.equal(facts.violations, 2);
  assert(failures.some((sentence) => sentence.includes("counted again")), failures.join());
});

Deno.test("honest miners without their fees would fail the run", async () => {
  const of = await play(pushed(3));
  const winner = of.submissions[of.best!]!.author;
  const workers = [...of.miners].filter(([, { strategy }]) => strategy.honest);
  for (const [miner] of workers) {
    move(of, { from: miner, to: winner, wei: of.ledger.net(miner) });
  }
  const { facts } = verdict(of);
  assert.equal(facts.conserved, true);
  assert.equal(facts.violations, workers.length + 1);
});

/** As if a payment had gone to somebody else. */
function move({ ledger }: Play, { from, to, wei }: { from: Hex; to: Hex; wei: bigint }): void {
  ledger.of(from).received -= wei;
  ledger.of(to).received += wei;
}

Deno.test("balances count, whatever the events of the contract say", async () => {
  const of = await openWorld();
  const { chain, deml } = of;
  const payout = payoutOf(addressOf("miner 0"));
  const send = deml.send.bind(deml);
  deml.send = async (name, ...rest) => {
    const outcome = await send(name, ...rest);
    if (name !== "withdrawPrize") return outcome;
    const winner = outcome.events[0]!.args.winner as Hex;
    await chain.setBalance(payout, await chain.balance(payout) + 1n);
    await chain.setBalance(winner, await chain.balance(winner) - 1n);
    return outcome;
  };
  const audit = judge(await playScenario(of, pushed(3)));
  assert.equal(audit.conserved, true);
  assert.equal(audit.faults.filter((fault) => / was paid /.test(fault)).length, 2);
  assert.equal(audit.faults.filter((fault) => /^the event of/.test(fault)).length, 2);
});

Deno.test("refunds of the wrong size would fail the run", async () => {
  const of = await play(cancelled());
  const [author] = of.authors.keys();
  move(of, { from: HOST, to: author!, wei: 1n });
  assert.match(judge(of).faults.join(), /the host was paid \d+ wei, not \d+/);
  assert.equal(verdict(of).facts.violations, 2);
});

Deno.test("another winner than the best, and another end, would fail the run", async () => {
  const of = await play(pushed(3));
  of.best = 1;
  assert.match(judge(of).faults.join(), /submission 1 won, not submission 0/);
  of.best = undefined;
  of.status = "cancelled";
  assert.match(judge(of).faults.join(), /ended cancelled, not final/);
});

Deno.test("a penalty booked on an honest miner against a majority would fail the run", async () => {
  const of = await play(pushed(3));
  const [worker] = of.miners.keys();
  of.accounts.get(worker!)!.dissents++;
  const { facts, failures } = verdict(of);
  assert.equal(facts.falseSettledInMinority, 0);
  assert.equal(facts.honestPenalisedInMinority, 1);
  assert(failures.some((sentence) => sentence.includes("may be penalised")), failures.join());
});

Deno.test("what an honest miner owes to a captured committee is no harm to a majority", async () => {
  const of = await play(pushed(4));
  const [worker] = of.miners.keys();
  assert.equal(of.accounts.get(worker!)!.dissents, 2);
  assert.equal(verdict(of).facts.honestPenalisedInMinority, 0);
  of.accounts.get(worker!)!.dissents++;
  assert.equal(verdict(of).facts.honestPenalisedInMinority, 1);
});

Deno.test("a miner that earned by lying what work earns would fail the run", async () => {
  const of = await play(scenario("lazy", 3, {
    terms: { quorum: 7 },
    miners: [...alone(honest, 6), ...alone(lazy, 1)],
    authors: [author([95_010, 93_020, 91_030])],
  }));
  const { facts } = verdict(of);
  assert.deepEqual(facts.strategiesBeatingHonest, []);
  const [liar] = [...of.miners].find(([, { strategy }]) => strategy === lazy)!;
  const [worker] = of.miners.keys();
  of.accounts.set(liar, of.accounts.get(worker!)!);
  of.ledger.of(liar).received = of.ledger.of(worker!).received;
  assert.deepEqual(verdict(of).facts.strategiesBeatingHonest, [lazy.name]);
});

Deno.test("poison makes honest miners abstain on one submission, and costs them nothing", async () => {
  const of = await play(scenario("poison", 1, {
    terms: { quorum: 7 },
    miners: alone(honest, 7),
    authors: [author([95_000]), mate([{ score: 99_000, fails: 1 }])],
  }));
  assert.deepEqual(of.results, [{ score: 95_000, agreeing: 7 }, "void"]);
  assert([...of.attempts[0]!.rows.values()].every((row) => row[1] === ABSTAIN));
  assert.equal(judge(of).minersAtLoss, 0);
});

/** A third of the seats stays away. */
function cancelled(): Scenario {
  return { ...pushed(0), miners: [...alone(honest, 4), ...together(canceller, 3)] };
}

Deno.test("a third that stays away cancels, and all get their money back", async () => {
  const of = await play(cancelled());
  assert.equal(of.status, "cancelled");
  assert.equal(of.attempts.length, 3);
  const everybody = [HOST, ...of.authors.keys(), ...of.miners.keys()];
  assert.deepEqual(everybody.map((who) => of.ledger.net(who)), everybody.map(() => 0n));
  assert.equal(judge(of).teamNet, 0n);
});

Deno.test("everything out of turn is tried, and refused", async () => {
  const of = await play({
    ...pushed(2),
    terms: { quorum: 9, epochs: 2 },
    miners: [...pushed(2).miners, ...alone(garbage, 1), ...alone(absent, 1)],
    timing: { ...PROMPT, settleFrom: 1 },
    meddling: true,
  });
  assert.deepEqual([...of.intrusions.tried.keys()].sort(), [
    "beacon of another round",
    "claim before the end",
    "commit after the window",
    "finalize before it is certain",
    "prize before the end",
    "refund before the end",
    "reveal of a copied commitment",
    "settle a second time",
    "settle after the attempt",
    "settle as if all were void",
    "settle before all could reveal",
    "settle with another mask",
    "settle with one reveal for all",
    "settle with other medians",
    "settle without a reveal",
    "submission after its epoch",
  ]);
  assert.deepEqual(of.intrusions.accepted, []);
  assert.deepEqual(of.intrusions.misjudged, []);
});

Deno.test("what is refused for another reason would fail the run, and what goes through is undone", async () => {
  const game = await openGame(await world(), pushed(2));
  const { competition: { id, terms }, intrusions } = game;
  const claim = { what: "claim", name: "claim" as const, args: [id, HOST] };
  await intrude(game, { ...claim, error: "DeML_WrongStatus" });
  assert.deepEqual(intrusions.misjudged, []);
  await intrude(game, { ...claim, error: "DeML_NothingOwed" });
  assert.deepEqual(intrusions.misjudged, ["claim: DeML_WrongStatus, not DeML_NothingOwed"]);
  game.competition.world.chain.travelTo(terms.registrationEndsAt);
  const [from] = game.authors.keys();
  const submit = { name: "submitModel" as const, args: [id, 0, 1, "0x01"], from: from! };
  await intrude(game, { what: "a submission in time", error: "DeML_TooLate", ...submit });
  await intrude(game, { what: "the same", error: "DeML_TooLate", ...submit });
  assert.deepEqual(intrusions.accepted, ["a submission in time", "the same"]);

  const of = await play(pushed(3));
  of.intrusions.misjudged.push("claim: DeML_WrongStatus, not DeML_NothingOwed");
  assert.equal(verdict(of).facts.violations, 1);
});

Deno.test("sealed for real: a copy scores 0, and a false test set lets the stand-in decide", async () => {
  const sealed = { terms: { quorum: 7 }, sealed: true, miners: alone(honest, 7) };
  const copied = await play(scenario("copied", 1, {
    ...sealed,
    authors: [author([95_000]), mate([{ score: 95_000, copyOf: 0 }])],
  }));
  assert.deepEqual(copied.results.map(scoreOf), [95_000, 0]);
  const stoodIn = await play(scenario("false test set", 1, {
    ...sealed,
    host: "seals a false test set",
    authors: [author([95_000], { standIn: 94_000 }), mate([{ score: 1, standIn: 100_000 }])],
  }));
  assert.deepEqual(stoodIn.results.map(scoreOf), [94_000, 100_000]);
});

function scoreOf(result: Play["results"][number]) {
  return typeof result === "string" ? result : result.score;
}

Deno.test("late beacons and late settling change nothing but the time", async () => {
  const of = await play({
    ...pushed(2),
    timing: { ...PROMPT, beacon: { attempt: 1, late: true }, settle: "late", settleFrom: 2 },
  });
  assert.equal(of.status, "final");
  assert.deepEqual(of.attempts.map(({ key, decided }) => [key.attempt, decided]), [
    [1, false],
    [2, true],
  ]);
});

Deno.test("the same scenario on a fresh chain goes the same way", async () => {
  const of = { ...pushed(2), miners: [...pushed(2).miners, ...alone(lazy, 5)] };
  const [a, b] = [
    await playScenario(await openWorld(), of),
    await playScenario(await openWorld(), of),
  ];
  assert.deepEqual(a.results, b.results);
  assert.deepEqual(a.attempts, b.attempts);
  assert.deepEqual(
    [...a.miners.keys()].map((who) => a.ledger.of(who)),
    [
      ...b.miners.keys(),
    ].map((who) => b.ledger.of(who)),
  );
});

Deno.test("the contract seats whom core/ draws", async () => {
  const seats = await seatsOnChain(await world(), { quorum: 7, miners: 21, rounds: 2 });
  assert.equal(seats.committees, 6);
  assert.equal(seats.different, 0);
});

async function run(...args: string[]) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "scripts/simulate.ts", ...args],
    cwd: new URL("../", import.meta.url),
    env: { NO_COLOR: "1" },
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, output: text(stdout), errors: text(stderr) };
}

Deno.test("the task plays a mixture of all families, and nothing honest is harmed", async () => {
  const { code, output, errors } = await run("--quick", "--json");
  assert.equal(code, 0, errors);
  const summary = JSON.parse(output.trimEnd().split("\n").at(-1)!) as Summary;
  assert.equal(summary.ok, true);
  assert.equal(summary.competitions, 30);
  assert(summary.minority > 50 && summary.outside > 0 && summary.falseSettledOutside > 0);
  assert(summary.intrusions > 50 && summary.committeesOnChain === 9);
  assert.match(output, /Captured committees\nseats +hostile/);
});

Deno.test("the task answers mistakes with one line and code 1, and explains itself", async () => {
  const { code, errors } = await run("--competitions=0");
  assert.equal(code, 1);
  assert.match(
    errors,
    /^error: --competitions: expected a whole number from 1 to 1000000, got "0"\n$/,
  );
  const help = await run("--help");
  assert.equal(help.code, 0);
  assert.match(help.output, /^Usage: deno task simulate/);
});
