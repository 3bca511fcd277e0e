/** A competition of the demo and what happens to it, phase by phase: the people act, the chain's clock is moved. */
import { readAccount, readSnapshot } from "../../core/chain/reader.ts";
import type { Account, Snapshot, Submission } from "../../core/chain/types.ts";
import {
  appendModelCall,
  claimCall,
  createCall,
  registerCall,
  splitChunks,
  submitModelCall,
  withdrawPrizeCall,
} from "../../core/chain/writes.ts";
import type { Manifest } from "../../core/dataset/manifest.ts";
import { digestFromCid } from "../../core/ipfs/cid.ts";
import { epochStartsAt, roundCount, unsealAt, unsealRound } from "../../core/protocol/clock.ts";
import { penalty } from "../../core/protocol/money.ts";
import { buyIn, withDefaults } from "../../core/protocol/terms.ts";
import type { Terms } from "../../core/protocol/types.ts";
import { NO_CONTEXT, payloadContext, seal, SEAL_BYTES } from "../../core/seal/sealed.ts";
import type { Miner } from "../../functions/miner.ts";
import type { TickReport } from "../../functions/report.ts";
import { type DemoData, publishData } from "./data.ts";
import type { DemoModel } from "./models.ts";
import type { Report } from "./progress.ts";
import { printable } from "../lib/table.ts";
import type { Person, World } from "./world.ts";

const ETHER = 10n ** 18n;
const REGISTRATION_SECS = 3_600;
const EPOCH_SECS = 2 * 3_600;
const WINDOW_SECS = 600;
/** Epochs of an open competition; a sealed one always has one. */
const OPEN_EPOCHS = 2;
/** Seconds between two ticks of a miner. */
export const TICK_SECS = 60;
/** Ticks of all miners after which a phase is given up. */
const MAX_TICKS = 20;

/** Whether a miner has something to claim: fees, or what its dissents left of the bond. */
function hasLeft(account: Account | undefined, { bond }: Snapshot["competition"]): boolean {
  return account !== undefined && (account.fees > 0 || penalty(bond, account.dissents) < bond);
}

/** What went wrong in a tick. */
function problemsOf({ outcomes, errors }: TickReport): string[] {
  const failed = outcomes.filter(({ status }) => status === "failed");
  return [...errors, ...failed.map(({ action, reason }) => `${action}: ${reason}`)];
}

/** A participant and its model. */
export interface Author {
  person: Person;
  model: DemoModel;
}

/** A miner of the demo. */
export interface DemoMiner {
  person: Person;
  miner: Miner;
  role: "honest" | "lying" | "absent";
}

/** What a competition is made of. */
export interface CompetitionParts {
  host: Person;
  data: DemoData;
  models: DemoModel[];
  quorum: number;
  mode: Manifest["mode"];
}

/** A running competition. */
export class Competition {
  private constructor(
    readonly world: World,
    readonly id: number,
    readonly terms: Terms,
    readonly manifest: Manifest,
  ) {}

  /**
   * Publishes the data and creates it: two epochs, or a sealed one; a byte limit that fits the largest payload. The test
   * set is sealed before: the beacon that will open it follows from the terms.
   */
  static async create(
    world: World,
    { host, data, models, quorum, mode }: CompetitionParts,
  ): Promise<Competition> {
    const sealed = mode === "sealed";
    const registrationEndsAt = await world.now() + REGISTRATION_SECS;
    const epochs = sealed ? 1 : OPEN_EPOCHS;
    const submissionEndsAt = registrationEndsAt + epochs * EPOCH_SECS;
    const phases = { registrationEndsAt, submissionEndsAt, epochs };
    const target = {
      round: unsealRound(phases, 0, world.clock),
      publicKey: world.beacon.network.publicKey,
      context: NO_CONTEXT,
    };
    const { cid, manifest } = await publishData(data, {
      store: world.store,
      seal: sealed ? (plain) => seal(plain, target) : undefined,
    });
    const largest = Math.max(...models.map(({ packed }) => packed.length));
    const terms = withDefaults({
      manifest: digestFromCid(cid),
      prizeFund: 10n * ETHER,
      ...phases,
      commitSecs: WINDOW_SECS,
      revealSecs: WINDOW_SECS,
      byteLimit: largest + (sealed ? SEAL_BYTES : 0),
      quorum,
    });
    await world.send(host, createCall(world.contract, terms));
    return new Competition(world, 0, terms, manifest);
  }

  /** The beacon that opens the first epoch, and the test set. */
  get unsealRound(): number {
    return unsealRound(this.terms, 0, this.world.clock);
  }

  /** Unix second of that beacon. */
  get unsealAt(): number {
    return unsealAt(this.terms, 0, this.world.clock);
  }

  /** The competition as the chain has it now. */
  snapshot(): Promise<Snapshot> {
    return readSnapshot(this.world.provider, { contract: this.world.contract, id: this.id });
  }

  /** Registers all authors; each pays the buy-in. */
  async register(authors: Author[], report: Report): Promise<void> {
    const call = registerCall(this.world.contract, { id: this.id, buyIn: buyIn(this.terms) });
    for (const [i, { person }] of authors.entries()) {
      await this.world.send(person, call);
      report(`${i + 1} of ${authors.length}, ${person.name} last`);
    }
  }

  /** Lets each miner enrol in a tick of its own; the absent one does just this and is not seen again. */
  async enroll(miners: DemoMiner[], report: Report): Promise<void> {
    for (const [i, { miner }] of miners.entries()) {
      const { outcomes, errors } = await miner.tick();
      const enrolled = outcomes.some(({ action, status }) =>
        action === "enroll" && status === "done"
      );
      if (!enrolled) {
        const why = outcomes.find(({ action }) => action === "enroll")?.reason ?? errors.join(", ");
        throw new Error(`a miner has not enrolled: ${why}`);
      }
      report(`${i + 1} of ${miners.length}`);
    }
  }

  /** Submits the models of an epoch, sealed if it is to be, each in as many chunks as it takes. */
  async submit(epoch: number, authors: Author[], report: Report): Promise<void> {
    const { world, terms } = this;
    await world.travelTo(epochStartsAt(terms, epoch));
    let transactions = 0;
    for (const [i, { person, model }] of authors.entries()) {
      const payload = await this.#payloadOf(model, person);
      transactions += await this.#upload(payload, {
        epoch,
        person,
        report: (done) =>
          report(
            `${i + 1} of ${authors.length}, ${
              printable(model.name)
            } ${done} of ${payload.length} bytes`,
          ),
      });
    }
    report(`${authors.length} in ${transactions} transactions`);
  }

  #payloadOf({ packed }: DemoModel, { address }: Person): Promise<Uint8Array> | Uint8Array {
    if (this.manifest.mode === "open") return packed;
    const { world: { chainId, contract, beacon }, id, unsealRound: round } = this;
    const context = payloadContext({ chainId, contract, id, author: address });
    return seal(packed, { round, publicKey: beacon.network.publicKey, context });
  }

  /** Gives the number of transactions. */
  async #upload(
    payload: Uint8Array,
    { epoch, person, report }: { epoch: number; person: Person; report: (bytes: number) => void },
  ): Promise<number> {
    const { world, id } = this;
    let offset = 0;
    const chunks = splitChunks(payload);
    for (const data of chunks) {
      await world.send(
        person,
        offset === 0
          ? submitModelCall(world.contract, { id, epoch, size: payload.length, data })
          : appendModelCall(world.contract, { id, offset, data }),
      );
      offset += data.length;
      report(offset);
    }
    return chunks.length;
  }

  /** Runs the miners' ticks until all submissions of an epoch are decided. */
  async evaluate(epoch: number, miners: DemoMiner[], report: Report): Promise<Snapshot> {
    await this.world.travelTo(unsealAt(this.terms, epoch, this.world.clock));
    const present = miners.filter(({ role }) => role !== "absent");
    const committers = await this.#tickUntil(present, (snapshot) => {
      const rounds = snapshot.rounds[epoch] ?? [];
      const seats = Math.min(this.terms.quorum, miners.length);
      const committed = rounds.reduce((sum, round) => sum + round.committed, 0);
      report(`${committed} committed`);
      const absent = miners.length - present.length;
      return rounds.every((round) => round.committed >= seats - absent);
    });
    const rounds = committers.rounds[epoch] ?? [];
    await this.world.travelTo(Math.max(...rounds.map((round) => round.commitEndsAt)));
    return await this.#tickUntil(present, (snapshot) => {
      const { decided = 0, count = 0 } = snapshot.epochs[epoch] ?? {};
      const revealed = (snapshot.rounds[epoch] ?? []).reduce(
        (sum, round) => sum + round.revealed,
        0,
      );
      report(`${revealed} revealed, ${decided} of ${roundCount(count)} rounds settled`);
      return decided === roundCount(count);
    });
  }

  /** Ends the submission phase and lets the miners finalize and claim; somebody claims for the absent one. */
  async finish(miners: DemoMiner[], report: Report): Promise<Snapshot> {
    const { world, id } = this;
    await world.travelTo(this.terms.submissionEndsAt);
    const present = miners.filter(({ role }) => role !== "absent");
    const addresses = new Set(present.map(({ person }) => person.address));
    const ended = await this.#tickUntil(present, ({ competition, miners: rows }) => {
      report(competition.status);
      return competition.status !== "open" &&
        !rows.some(({ address, account }) =>
          addresses.has(address) && hasLeft(account, competition)
        );
    });
    // Anybody may call for anybody: the money goes where it belongs.
    for (const { person, role } of miners) {
      if (role === "absent") {
        await world.send(person, claimCall(world.contract, { id, who: person.address }));
      }
    }
    return ended;
  }

  /** Lets the winner withdraw the prize. @throws {Error} if there is none */
  async payOut(
    { competition: { best, status }, submissions }: Snapshot,
    { winner, report }: { winner: (submission: Submission) => Person; report: Report },
  ): Promise<void> {
    const submission = best === undefined ? undefined : submissions[best];
    if (submission === undefined || status !== "final") {
      throw new Error(`the competition ended as ${status}, without a winner`);
    }
    const { world, id } = this;
    await world.send(winner(submission), withdrawPrizeCall(world.contract, { id }));
    report(winner(submission).name);
  }

  /** Dissents of each miner when the last round had been settled: claiming empties the accounts. */
  dissents(
    { rounds }: Snapshot,
    miners: DemoMiner[],
  ): Promise<{ person: Person; dissents: number }[]> {
    const number = Math.max(...rounds.flat().map(({ settleBlock }) => settleBlock));
    const { world: { provider, contract }, id } = this;
    return Promise.all(miners.map(async ({ person }) => {
      const key = { contract, id, who: person.address, block: { number } };
      return { person, dissents: (await readAccount(provider, key))?.dissents ?? 0 };
    }));
  }

  /**
   * Runs ticks of all miners, a tick's time apart, until all had their turn and the chain says so. `done` hears of the
   * competition after every single tick.
   *
   * @throws {Error} if it never does
   */
  async #tickUntil(miners: DemoMiner[], done: (snapshot: Snapshot) => boolean): Promise<Snapshot> {
    const problems = new Set<string>();
    for (let tick = 0; tick < MAX_TICKS; tick++) {
      let isDone = false;
      let snapshot: Snapshot | undefined;
      for (const { miner, person } of miners) {
        for (const problem of problemsOf(await miner.tick())) {
          problems.add(`${person.name}: ${problem}`);
        }
        snapshot = await this.snapshot();
        isDone = done(snapshot);
      }
      if (isDone && snapshot !== undefined) return snapshot;
      await this.world.travelTo(await this.world.now() + TICK_SECS);
    }
    throw new Error(`the miners came to no end: ${[...problems].join("; ") || "no errors"}`);
  }
}
