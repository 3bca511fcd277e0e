/**
 * Plants one fault after the other in a copy of the contracts and runs the invariant tests on it: each fault must be
 * found by the invariant that it is said to break. The faults are described in contracts/test/mutants.
 */
import { describe, main, readPaths } from "./lib/cli.ts";
import { runPool } from "./lib/pool.ts";
import { type Mutant, parseMutant, plant } from "./mutants/mutant.ts";
import { type Verdict, Workshop } from "./mutants/workshop.ts";

const HELP = `Usage: deno task mutants [NAME...]

Plants the faults of contracts/test/mutants (or those named) one by one in a copy of the contracts, and runs the
invariant tests on each copy. Fails if one is not found by the invariant that it names, does not fit the sources or does
not compile.

  --json  prints {"mutants":n,"survived":n} as the last line
  --help  shows this`;

const ROOT = new URL("../", import.meta.url);
const FOLDER = new URL("contracts/test/mutants/", ROOT);
const SUFFIX = ".mutant";
const RUNS = 256;

/** The mutants of these names, or all, in order. */
async function readMutants(names: string[]): Promise<Mutant[]> {
  const mutants: Mutant[] = [];
  for await (const { name } of Deno.readDir(FOLDER)) {
    if (!name.endsWith(SUFFIX)) continue;
    const mutant = parseMutant(
      name.slice(0, -SUFFIX.length),
      await Deno.readTextFile(new URL(name, FOLDER)),
    );
    if (names.length === 0 || names.includes(mutant.name)) mutants.push(mutant);
  }
  const missing = names.filter((name) => mutants.every((mutant) => mutant.name !== name));
  if (missing.length > 0) throw new RangeError(`no mutant has the name ${missing.join(", ")}`);
  return mutants.toSorted((a, b) => a.invariant - b.invariant || (a.name < b.name ? -1 : 1));
}

/**
 * The campaign of the invariant that it breaks must find it. Where that does not, all of them say what it looks like to
 * the others. Says which mutant it was if that throws.
 */
async function examine(workshop: Workshop, mutant: Mutant): Promise<Verdict> {
  const number = String(mutant.invariant).padStart(2, "0");
  try {
    const own = { runs: RUNS, invariants: `invariant_I${number}`, alone: true };
    const verdict = await workshop.test(mutant, own);
    if (!verdict.passed) return verdict;
    const others = await workshop.test(mutant, { runs: RUNS, invariants: "invariant_I" });
    if (!others.passed) {
      console.log(`${mutant.name}: not found by I${mutant.invariant}, but ${others.how}`);
    }
    return verdict;
  } catch (error) {
    throw new Error(`${mutant.name}: ${describe(error)}`, { cause: error });
  }
}

async function examineAll(mutants: Mutant[], workshops: Workshop[]): Promise<string[]> {
  const survived: string[] = [];
  const free = [...workshops];
  let done = 0;
  await runPool(mutants, workshops.length, async (mutant) => {
    const workshop = free.pop() as Workshop;
    const verdict = await examine(workshop, mutant);
    free.push(workshop);
    if (verdict.passed) survived.push(mutant.name);
    const count = `${++done}/${mutants.length}`;
    console.log(`${count} ${mutant.name}: ${verdict.passed ? "SURVIVED" : verdict.how}`);
  });
  return survived;
}

async function runMutants(args: string[]): Promise<void> {
  const { values: { json }, paths } = readPaths(args, {});
  const mutants = await readMutants(paths);
  // What does not fit is known before anything runs.
  for (const mutant of mutants) plant(mutant, await Deno.readTextFile(new URL(mutant.file, ROOT)));
  console.log(`${mutants.length} mutants; compiling the contracts as they are`);
  const workshops = [await Workshop.open()];
  Deno.addSignalListener("SIGINT", () => void closeAll(workshops).finally(() => Deno.exit(130)));
  try {
    const [first] = workshops as [Workshop];
    while (workshops.length < navigator.hardwareConcurrency) workshops.push(await first.clone());
    const sound = await first.test(undefined, { runs: RUNS, invariants: "invariant_I01" });
    if (!sound.passed) throw new Error(`the contracts without a fault fail: ${sound.how}`);
    const survived = await examineAll(mutants, workshops);
    if (survived.length > 0) console.error(`error: not found: ${survived.join(", ")}`);
    console.log(`${mutants.length} mutants, ${survived.length} survived`);
    if (json) console.log(JSON.stringify({ mutants: mutants.length, survived: survived.length }));
    if (survived.length > 0) Deno.exitCode = 1;
  } finally {
    await closeAll(workshops);
  }
}

async function closeAll(workshops: Workshop[]): Promise<void> {
  for (const workshop of workshops.splice(0)) await workshop.close();
}

await main(HELP, runMutants);
