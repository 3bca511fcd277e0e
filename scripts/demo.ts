/** `deno task demo`: a whole competition on this machine, from an empty chain to the last payout. */
import type { Snapshot } from "../core/chain/types.ts";
import { type Author, Competition, type DemoMiner } from "./demo/competition.ts";
import { countTransactions, type Evidence, tryAfter, tryBefore } from "./demo/evidence.ts";
import { MemoryStore } from "../core/ipfs/store.ts";
import { type DemoData, readData } from "./demo/data.ts";
import { readLedger } from "./demo/ledger.ts";
import { type DemoModel, makeModels } from "./demo/models.ts";
import { type DemoOptions, HELP, readOptions } from "./demo/options.ts";
import { makeAuthors, makeMiners, MAX_INDEPENDENT, nameBook } from "./demo/people.ts";
import { Progress } from "./demo/progress.ts";
import {
  afterLine,
  beforeLine,
  gasTable,
  heading,
  leaderboardTable,
  moneyTable,
  type Names,
  penaltyLines,
  summarize,
  type Summary,
} from "./demo/report.ts";
import { createStyle, formatInteger, printable, wantsColor } from "./lib/table.ts";
import { FUNDS, openWorld, type Person, type World } from "./demo/world.ts";
import { createEvaluator, type Evaluate } from "../functions/evaluate.ts";
import { main } from "./lib/cli.ts";

const style = createStyle({
  color: wantsColor({ noColor: Deno.env.get("NO_COLOR"), terminal: Deno.stdout.isTerminal() }),
});

async function demo(args: string[]): Promise<void> {
  const options = readOptions(args);
  const progress = new Progress({
    write: (text) => Deno.stdout.writeSync(new TextEncoder().encode(text)),
    terminal: Deno.stdout.isTerminal(),
    style,
  });
  const startedAt = performance.now();
  const { seed } = options;
  const data = await progress.phase("Data set", async (report) => {
    const train = options.models === undefined;
    const data = await readData({ folder: options.data, seed, mode: options.mode, train });
    report(`${data.manifest.name}, ${formatInteger(data.manifest.test.rows)} test rows`);
    return data;
  });
  const models = await progress.phase("Models", async (report) => {
    const models = await makeModels({
      folder: options.models,
      data,
      seed,
      onProgress: ({ name, epoch, epochs }) =>
        report(`training ${name}, pass ${epoch} of ${epochs}`),
    });
    report(models.map(({ name }) => printable(name)).join(", "));
    return models;
  });
  const world = await progress.phase("Chain, contract, IPFS gateway and beacon", async (report) => {
    const world = await openWorld({ seed, store: new MemoryStore(), client: options.client });
    report(`DeML at ${world.contract} on ${world.rpcUrl}`);
    return world;
  });
  try {
    await using evaluate = createEvaluator();
    const stage = { options, progress, data, models, evaluate, startedAt };
    const summary = await compete(world, stage);
    if (options.json) progress.print(JSON.stringify(summary));
    if (!summary.ok) throw new Error("the competition did not end as it should: see above");
  } finally {
    await world.close();
  }
}

interface Stage {
  options: DemoOptions;
  progress: Progress;
  data: DemoData;
  models: DemoModel[];
  /** What all miners evaluate with. */
  evaluate: Evaluate;
  /** Milliseconds, as performance.now() counts. */
  startedAt: number;
}

/** The competition itself; shows it, and gives the summary. */
async function compete(
  world: World,
  { options, progress, data, models, evaluate, startedAt }: Stage,
): Promise<Summary> {
  const { mode, quorum } = options;
  const host = await world.person("host");
  const authors = await makeAuthors(world, models);
  const competition = await progress.phase("Competition created", async (report) => {
    const competition = await Competition.create(world, { host, data, models, quorum, mode });
    report(
      mode === "open"
        ? "open, two epochs"
        : `test set sealed for beacon ${competition.unsealRound}`,
    );
    return competition;
  });
  const miners = await makeMiners(world, options.miners, {
    bond: competition.terms.bond,
    evaluate,
  });
  if (miners.length > MAX_INDEPENDENT) {
    progress.print(
      style.dim(`  More than ${MAX_INDEPENDENT} miners share one evaluation of each model here.`),
    );
  }
  const people = [host, ...[...authors, ...miners].map(({ person }) => person)];
  const modelsByAuthor = nameBook(
    authors.map(({ person, model }) => ({ name: model.name, address: person.address })),
  );
  const names = {
    person: nameBook(people),
    model: ({ author }: { author: `0x${string}` }) => modelsByAuthor(author),
  };

  await progress.phase("Participants register", (report) => competition.register(authors, report));
  await progress.phase("Miners enrol", (report) => competition.enroll(miners, report));
  const owners = [host, ...authors.map(({ person }) => person)];
  const players = { competition, authors, miners, owners, names, progress };
  const { ended, evidence } = mode === "open"
    ? { ended: await playOpen(players), evidence: undefined }
    : await playSealed(players);
  await progress.phase("Winner withdraws the prize", (report) =>
    competition.payOut(ended, {
      winner: ({ author }) => authors.find(({ person }) => person.address === author)!.person,
      report,
    }));
  const ledger = await readLedger(world.provider, {
    contract: world.contract,
    people,
    funds: FUNDS,
  });
  progress.print(heading("Money", style));
  progress.print(moneyTable(ledger));
  const dissents = (await competition.dissents(ended, miners))
    .map(({ person: { name }, dissents }) => ({ name, dissents }));
  for (const line of penaltyLines(dissents, competition.terms.bond)) {
    progress.print(style.red(line));
  }
  progress.print(heading("Gas", style));
  progress.print(gasTable(ledger));
  const seconds = (performance.now() - startedAt) / 1000;
  return summarize(ended, { names, ledger, evidence, seconds });
}

/** Who takes part, and how it is shown. */
interface Players {
  competition: Competition;
  authors: Author[];
  miners: DemoMiner[];
  /** Host and authors. */
  owners: Person[];
  names: Names;
  progress: Progress;
}

/** Two epochs, the leaderboard between them; up to the final result. */
async function playOpen(players: Players): Promise<Snapshot> {
  const { competition, authors, miners, progress } = players;
  const half = Math.ceil(authors.length / 2);
  for (const [epoch, group] of [authors.slice(0, half), authors.slice(half)].entries()) {
    if (group.length === 0) continue;
    await progress.phase(
      `Epoch ${epoch + 1}: models to the chain`,
      (report) => competition.submit(epoch, group, report),
    );
    const settled = await progress.phase(
      `Epoch ${epoch + 1}: beacon, evaluations, reveals, settlement`,
      (report) => competition.evaluate(epoch, miners, report),
    );
    const isLast = epoch === 1 || half === authors.length;
    showLeaderboard(
      isLast ? "Leaderboard" : "Leaderboard, submissions still open",
      settled,
      players,
    );
  }
  return await finish(players);
}

/** One epoch, and proof that it was sealed; up to the final result. */
async function playSealed(players: Players): Promise<{ ended: Snapshot; evidence: Evidence }> {
  const { competition, authors, miners, owners, progress } = players;
  const { world, terms, unsealRound } = competition;
  await progress.phase(
    "Sealed models to the chain",
    (report) => competition.submit(0, authors, report),
  );
  await world.travelTo(terms.submissionEndsAt);
  const sent = await countTransactions(world, owners);
  const before = await progress.phase(`A second before beacon ${unsealRound}`, async (report) => {
    const before = await tryBefore(competition);
    report(beforeLine(before));
    return before;
  });
  const settled = await progress.phase(
    "Beacon, evaluations, reveals, settlement",
    (report) => competition.evaluate(0, miners, report),
  );
  showLeaderboard("Leaderboard", settled, players);
  const ended = await finish(players);
  const evidence = await progress.phase(
    "Sealed until the beacon, open after it",
    async (report) => {
      const ownerTransactions = await countTransactions(world, owners) - sent;
      const evidence = { ...before, ...await tryAfter(competition), ownerTransactions };
      report(afterLine(evidence));
      return evidence;
    },
  );
  return { ended, evidence };
}

function finish({ competition, miners, progress }: Players): Promise<Snapshot> {
  return progress.phase("Final: claims", (report) => competition.finish(miners, report));
}

function showLeaderboard(title: string, settled: Snapshot, { names, progress }: Players): void {
  progress.print(heading(title, style));
  progress.print(`${leaderboardTable(settled, names)}\n`);
}

await main(HELP, demo);
