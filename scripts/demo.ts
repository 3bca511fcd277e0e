/** `deno task demo`: a whole competition on this machine, from an empty chain to the last payout. */
import { Competition } from "./demo/competition.ts";
import { MemoryStore } from "../core/ipfs/store.ts";
import { type DemoData, publishData } from "./demo/data.ts";
import { readLedger } from "./demo/ledger.ts";
import { type DemoModel, makeModels } from "./demo/models.ts";
import { type DemoOptions, HELP, readOptions } from "./demo/options.ts";
import { makeAuthors, makeMiners, MAX_INDEPENDENT, nameBook } from "./demo/people.ts";
import { Progress } from "./demo/progress.ts";
import {
  gasTable,
  heading,
  leaderboardTable,
  moneyTable,
  penaltyLines,
  summarize,
  type Summary,
} from "./demo/report.ts";
import { createStyle, formatInteger, printable, wantsColor } from "./lib/table.ts";
import { FUNDS, openWorld, type World } from "./demo/world.ts";
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
  const store = new MemoryStore();
  const data = await progress.phase("Data set", async (report) => {
    const train = options.models === undefined;
    const data = await publishData({ folder: options.data, seed, train, store });
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
    const world = await openWorld({ seed, store });
    report(`DeML at ${world.contract} on ${world.rpcUrl}`);
    return world;
  });
  try {
    const summary = await compete(world, { options, progress, data, models, startedAt });
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
  /** Milliseconds, as performance.now() counts. */
  startedAt: number;
}

/** The competition itself; shows it, and gives the summary. */
async function compete(
  world: World,
  { options, progress, data, models, startedAt }: Stage,
): Promise<Summary> {
  const host = await world.person("host");
  const authors = await makeAuthors(world, models);
  const competition = await progress.phase(
    "Competition created",
    () => Competition.create(world, { host, data, models, quorum: options.quorum }),
  );
  const miners = await makeMiners(world, options.miners, competition.terms.bond);
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
  const half = Math.ceil(authors.length / 2);
  let settled = await competition.snapshot();
  for (const [epoch, group] of [authors.slice(0, half), authors.slice(half)].entries()) {
    if (group.length === 0) continue;
    await progress.phase(
      `Epoch ${epoch + 1}: models to the chain`,
      (report) => competition.submit(epoch, group, report),
    );
    settled = await progress.phase(
      `Epoch ${epoch + 1}: beacon, evaluations, reveals, settlement`,
      (report) => competition.evaluate(epoch, miners, report),
    );
    const isLast = epoch === 1 || half === authors.length;
    progress.print(heading(isLast ? "Leaderboard" : "Leaderboard, submissions still open", style));
    progress.print(`${leaderboardTable(settled, names)}\n`);
  }
  const ended = await progress.phase(
    "Final: claims and prize",
    (report) =>
      competition.payOut(miners, {
        winner: ({ author }) => authors.find(({ person }) => person.address === author)!.person,
        report,
      }),
  );
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
  return summarize(ended, { names, ledger, seconds });
}

await main(HELP, demo);
