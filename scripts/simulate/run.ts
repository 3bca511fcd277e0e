/** Runs the programme: competitions on the chain in this thread, draws of committees in another. */
import { openWorld, type World } from "../../contracts/test/support/world.ts";
import { COMMITTEES, type Histogram } from "./capture.ts";
import type { Findings } from "./expectations.ts";
import { judge } from "./judge.ts";
import { programme, programmeLength } from "./programme.ts";
import { playScenario } from "./referee.ts";
import { type SeatsOnChain, seatsOnChain } from "./seats_on_chain.ts";
import { Statistics } from "./statistics.ts";

/** Competitions of one chain; a chain keeps all its states in memory. */
const PER_CHAIN = 100;

/** What is run. */
export interface Run {
  /** Scenarios besides those of {@linkcode large}. */
  competitions: number;
  /** Committees for each of COMMITTEES. */
  draws: number;
  /** Of everything that is drawn. */
  seed: number;
  /** Whether large families and more teams are played as well. */
  large: boolean;
}

/** Tells how far it has come. */
type Report = (detail: string) => void;

/** Plays all competitions of a run. */
export async function playAll(run: Run, report: Report = () => {}): Promise<Statistics> {
  const statistics = new Statistics();
  const count = programmeLength(run);
  let world: World | undefined;
  let done = 0;
  for (const scenario of programme(run)) {
    if (world === undefined || done % PER_CHAIN === 0) world = await openWorld();
    report(`${done + 1} of ${count}, ${scenario.family}`);
    const play = await playScenario(world, scenario);
    statistics.add(play, judge(play));
    done++;
  }
  report(`${count}, ${statistics.violations.length} violations`);
  return statistics;
}

/** Draws committees in a thread of its own. */
export async function drawAll({ draws, seed }: Run): Promise<Histogram[][]> {
  const worker = new Worker(new URL("./capture_worker.ts", import.meta.url), { type: "module" });
  try {
    return await new Promise((resolve, reject) => {
      worker.onmessage = ({ data }) => resolve(data);
      worker.onerror = (event) => {
        event.preventDefault();
        reject(new Error(`drawing committees failed: ${event.message}`));
      };
      worker.postMessage({ draws, seed });
    });
  } finally {
    worker.terminate();
  }
}

/** Asks the contract for a few dozen committees. */
export async function askAll({ large }: Run, report: Report = () => {}): Promise<SeatsOnChain[]> {
  const world = await openWorld();
  const answers: SeatsOnChain[] = [];
  for (const size of COMMITTEES) {
    if (size.miners > (large ? 400 : 100)) continue;
    report(`${size.quorum} of ${size.miners} miners`);
    answers.push(await seatsOnChain(world, { ...size, rounds: large ? 4 : 1 }));
  }
  report(answers.map(({ quorum, miners }) => `${quorum} of ${miners}`).join(", "));
  return answers;
}

/** Everything, the draws beside the rest. */
export async function simulate(
  run: Run,
  phase: <T>(title: string, work: (report: Report) => Promise<T>) => Promise<T>,
): Promise<Findings> {
  const drawing = drawAll(run);
  // Whoever waits for it later hears of a failure then.
  drawing.catch(() => {});
  const statistics = await phase("Competitions", (report) => playAll(run, report));
  const onChain = await phase("Committees, from the contract", (report) => askAll(run, report));
  const histograms = await phase("Committees, drawn", () => drawing);
  return { statistics, histograms, draws: run.draws, onChain };
}
