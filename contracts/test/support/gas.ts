/**
 * What the contract's calls cost. Gas does not depend on the machine, so the figures are compared exactly
 * (`contracts/test/gas.json`); `deno task gas` prints them.
 */
import { seededRandom } from "../../../core/protocol/testing/random.ts";
import type { Hex, Terms } from "../../../core/protocol/types.ts";
import { ALICE, BOB, CAROL, EVE, HOST, miners as minersNamed, payoutOf } from "./actors.ts";
import { addressOf } from "./chain.ts";
import { Competition } from "./competition.ts";
import { defaultTerms, termsArgument } from "./defaults.ts";
import { coder, type Outcome } from "./deml.ts";
import { type GridCell, measureSize, randomBallots } from "./gas_grid.ts";
import { openWorld, type World } from "./world.ts";

/** All figures, in gas. */
export interface GasReport {
  /** Single transactions, by what they do. */
  functions: Record<string, number>;
  /**
   * Commit, reveal, settle and claim of 20 submissions by 100 miners, divided by the 2,000 evaluations: where each miner
   * reveals for itself, and where somebody reveals for all.
   */
  perEvaluation: { self: number; many: number };
  /**
   * Everything but enrolment, registrations and submissions, of 32 submissions by 100 miners who reveal for themselves,
   * divided by the 3,200 evaluations.
   */
  fullRound: number;
  /** Models from 10 KiB up: the greatest ratio to the floor price of their calldata (EIP-7623). */
  storageOverFloor: number;
  /** The dearest call at the caps: 256 miners, 32 submissions, chunks of 120,000 bytes. */
  maxCall: number;
  /** Competitions of several sizes. */
  grid: GridCell[];
}

/** Submissions and miners of the grid. */
const [SUBMISSIONS, MINERS] = [[1, 20, 32, 100], [7, 100, 256]] as const;
const CHUNK_BYTES = 120_000;

/** Measures everything, each part on a chain of its own. */
export async function measureGas(): Promise<GasReport> {
  const caps = await measureCaps();
  const storage = await measureStorage();
  const grid: GridCell[] = [];
  for (const submissions of SUBMISSIONS) {
    for (const miners of MINERS) grid.push(await measureSize({ submissions, miners }));
  }
  const { self, many } = cell(grid, 20, 100).perEvaluation;
  const dearest = grid.flatMap(({ functions }) => Object.values(functions));
  return {
    functions: { ...await measureFunctions(), ...storage.functions, ...caps },
    perEvaluation: { self, many },
    fullRound: cell(grid, 32, 100).perEvaluation.ending,
    storageOverFloor: storage.overFloor,
    maxCall: Math.max(storage.maxCall, ...Object.values(caps), ...dearest),
    grid,
  };
}

function cell(grid: readonly GridCell[], submissions: number, miners: number): GridCell {
  return grid.find((cell) => cell.submissions === submissions && cell.miners === miners)!;
}

/** Each function in a competition of three miners, after another competition has been opened. */
async function measureFunctions(): Promise<Record<string, number>> {
  const world = await openWorld();
  const functions: Record<string, number> = { deploy: world.deml.gasUsed };
  const measure = async (name: string, call: Promise<Outcome>) => {
    functions[name] = (await call).gasUsed;
  };
  await Competition.create(world);
  const terms = defaultTerms(world.chain.now);
  const create = [termsArgument(terms)];
  await measure(
    "create",
    world.deml.send("create", create, { from: HOST, value: terms.prizeFund }),
  );

  const miners = minersNamed(4);
  const c = await Competition.create(world, { quorum: 3, minReveals: 3 });
  await c.register(ALICE);
  await measure("register", c.register(BOB));
  for (const [i, miner] of miners.entries()) {
    await world.chain.setBalance(payoutOf(miner), 1n);
    if (i === 1) await measure("enroll", c.enroll(miner));
    else await c.enroll(miner);
  }
  world.chain.travelTo(terms.registrationEndsAt);
  const random = seededRandom(1);
  await c.submit(ALICE, { data: random.hex(1_000) });
  await measure("submitModel: 1,000 bytes", c.submit(BOB, { data: random.hex(1_000) }));
  for (const author of [ALICE, BOB]) await c.submit(author);

  world.chain.travelTo(c.unsealAt());
  await measure("postBeacon", c.postBeacon());
  const seated: Hex[] = [];
  for (const miner of miners) {
    if (await world.deml.view("isSeated", [c.roundId(), miner])) seated.push(miner);
  }
  const ballots = randomBallots(random, seated, 4);
  const box = random.hex(12 + 16 + 16);
  await measure("commitScores: first, drawn seats", c.commit(ballots[0]!, {}, box));
  await measure("commitScores: drawn seats", c.commit(ballots[1]!, {}, box));
  await c.commit(ballots[2]!, {}, box);
  world.chain.travelTo(c.windows().commitEndsAt);
  await measure("revealScores: first", c.reveal(ballots[0]!));
  await measure("revealScores", c.reveal(ballots[1]!));
  await c.reveal(ballots[2]!);
  await measure("settle: 4 submissions, 3 miners", c.settle(ballots));
  await measure("finalize", c.finalize());
  await c.deml.send("claim", [c.id, seated[0]], { from: EVE });
  await measure("claim", c.deml.send("claim", [c.id, seated[1]], { from: EVE }));
  await measure("withdrawPrize", c.deml.send("withdrawPrize", [c.id], { from: EVE }));
  await measure("refund", refund(world));
  return functions;
}

/** A participant's refund. */
async function refund(world: World): Promise<Outcome> {
  const c = await Competition.create(world);
  await c.register(CAROL);
  world.chain.travelTo(c.terms.registrationEndsAt);
  await c.finalize();
  return c.deml.send("refund", [c.id, CAROL], { from: EVE });
}

/** Models of several sizes, in chunks as our tools cut them. */
async function measureStorage() {
  const world = await openWorld();
  const random = seededRandom(2);
  const functions: Record<string, number> = {};
  const sizes = [10_240, 24_576, CHUNK_BYTES, CHUNK_BYTES + 10_240, 1 << 20];
  const authors = sizes.map((size) => addressOf(`author of ${size} bytes`));
  const c = await withPeople(world, {
    authors,
    miners: minersNamed(3),
    terms: { byteLimit: 1 << 20 },
  });
  let [overFloor, maxCall] = [0, 0];
  for (const [i, size] of sizes.entries()) {
    let [gas, floor] = [0, 0];
    for (let offset = 0; offset < size; offset += CHUNK_BYTES) {
      const chunk = random.bytes(Math.min(CHUNK_BYTES, size - offset));
      const [name, args] = offset === 0
        ? ["submitModel", [c.id, 0, size, chunk]] as const
        : ["appendModel", [c.id, offset, chunk]] as const;
      const { gasUsed } = await c.deml.send(name, [...args], { from: authors[i]! });
      gas += gasUsed;
      floor += calldataFloor(coder.encodeFunctionData(name, args) as Hex);
      maxCall = Math.max(maxCall, gasUsed);
    }
    functions[`model of ${size.toLocaleString("en")} bytes`] = gas;
    overFloor = Math.max(overFloor, gas / floor);
  }
  return { functions, overFloor: Math.ceil(overFloor * 1e4) / 1e4, maxCall };
}

/** EIP-7623: 21,000, and 10 gas for each zero byte, 40 for each other byte. */
function calldataFloor(data: Hex): number {
  const bytes = data.slice(2).match(/../g) ?? [];
  return bytes.reduce((gas, byte) => gas + (byte === "00" ? 10 : 40), 21_000);
}

/** A round at the caps: 32 submissions, and 256 seats drawn among 300 miners. */
async function measureCaps(): Promise<Record<string, number>> {
  const functions: Record<string, number> = {};
  for (const silent of [0, 85]) {
    const world = await openWorld();
    const terms = { quorum: 256, minReveals: 171 };
    const setup = await submissions(world, { miners: 300, count: 32, terms });
    const { competition: c, random } = setup;
    const ballots = [];
    for (const ballot of setup.ballots) {
      if (!await world.deml.view("isSeated", [c.roundId(), ballot.miner])) continue;
      ballots.push({ ...ballot, silent: ballots.length < silent });
    }
    for (const ballot of ballots) {
      const { gasUsed } = await c.commit(ballot, {}, random.hex(512));
      const name = "commitScores: box of 512 bytes, drawn seats";
      functions[name] = Math.max(functions[name] ?? 0, gasUsed);
    }
    world.chain.travelTo(c.windows().commitEndsAt);
    const revealed = await c.revealMany(ballots);
    if (silent === 0) functions["revealMany: 32 submissions, 256 miners"] = revealed.gasUsed;
    world.chain.travelTo(c.windows().revealEndsAt);
    const name = `settle: 32 submissions, ${256 - silent} miners and ${silent} silent`;
    functions[name] = (await c.settle(ballots)).gasUsed;
  }
  return functions;
}

/** A competition with `count` submissions, its beacon posted, at the start of its commit window. */
async function submissions(
  world: World,
  options: { miners: number; count: number; terms?: Partial<Terms> },
) {
  const { count } = options;
  const miners = minersNamed(options.miners);
  const authors = Array.from({ length: count }, (_, i) => addressOf(`author ${i}`));
  const terms = { quorum: miners.length, ...options.terms };
  const c = await withPeople(world, { authors, miners, terms });
  for (const author of authors) await c.submit(author);
  world.chain.travelTo(c.unsealAt());
  await c.postBeacon();
  const random = seededRandom(3);
  return { competition: c, ballots: randomBallots(random, miners, count), random };
}

async function withPeople(
  world: World,
  people: { authors: Hex[]; miners: Hex[]; terms: Partial<Terms> },
): Promise<Competition> {
  const c = await Competition.create(world, people.terms);
  for (const author of people.authors) await c.register(author);
  for (const miner of people.miners) {
    // An address that was never used would add the chain's price of a new account to its first claim.
    await world.chain.setBalance(payoutOf(miner), 1n);
    await c.enroll(miner);
  }
  world.chain.travelTo(c.terms.registrationEndsAt);
  return c;
}

/** The figures as a table. */
export function gasTable(report: GasReport): string {
  const rows: [string, string][] = Object.entries(report.functions)
    .map(([name, gas]) => [name, gas.toLocaleString("en")]);
  rows.push(
    ["per evaluation, each miner reveals", report.perEvaluation.self.toLocaleString("en")],
    ["per evaluation, revealMany", report.perEvaluation.many.toLocaleString("en")],
    ["per evaluation of a full round, to the prize", report.fullRound.toLocaleString("en")],
    ["model storage / calldata floor", report.storageOverFloor.toFixed(4)],
    ["dearest call at the caps", report.maxCall.toLocaleString("en")],
  );
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, figure]) => `${name.padEnd(width)} ${figure.padStart(12)}`).join("\n");
}
