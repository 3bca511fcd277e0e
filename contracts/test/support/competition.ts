/** A competition of a test, and the steps that lead it through its phases. */
import {
  type AttemptWindows,
  attemptWindows,
  epochEndsAt,
  epochStartsAt,
  type Evaluation,
  evaluationEndsAt,
  evaluations,
  unsealAt,
  unsealRound,
} from "../../../core/protocol/clock.ts";
import { encodeRoundId, encodeScores, toHex } from "../../../core/protocol/codec.ts";
import { commitmentOf } from "../../../core/protocol/commitment.ts";
import { buyIn, fee } from "../../../core/protocol/terms.ts";
import type { Hex, Terms } from "../../../core/protocol/types.ts";
import { EVE, HOST, payoutOf } from "./actors.ts";
import { type Ballot, packRows, saltOf, settleArguments, settleCall } from "./ballot.ts";
import { defaultTerms, termsArgument } from "./defaults.ts";
import type { DeML, Outcome } from "./deml.ts";
import { signatureOf, type World } from "./world.ts";

/** EIP-155 id of the tests' chain. */
export const CHAIN_ID = 31_337n;

/** What names one attempt of one round; each is 0 where it is left out. */
export interface AttemptKey {
  /** Of the competition. */
  epoch?: number;
  /** Of the epoch. */
  round?: number;
  /** 0, 1 or 2. */
  attempt?: number;
}

/** A competition on a test's chain. Its steps send what an honest party would, at the clock's time. */
export class Competition {
  /** Where it is played. */
  readonly world: World;
  /** As the host fixed them. */
  readonly terms: Terms;
  /** Its number. */
  readonly id: bigint;
  /** Complete submissions of each epoch. */
  readonly counts: number[];

  private constructor(world: World, terms: Terms, id: bigint) {
    this.world = world;
    this.terms = terms;
    this.id = id;
    this.counts = Array.from({ length: terms.epochs }, () => 0);
  }

  /** The host opens a competition. */
  static async create(world: World, changes: Partial<Terms> = {}): Promise<Competition> {
    const terms = defaultTerms(world.chain.now, changes);
    const { events } = await world.deml.send("create", [termsArgument(terms)], {
      from: HOST,
      value: terms.prizeFund,
    });
    return new Competition(world, terms, events[0]!.args.id);
  }

  /** The contract. */
  get deml(): DeML {
    return this.world.deml;
  }

  /** What a participant pays, wei. */
  get buyIn(): bigint {
    return buyIn(this.terms);
  }

  /** What one agreeing evaluation earns, wei, unless the competition is cancelled. */
  get fee(): bigint {
    return fee(this.terms);
  }

  /** A participant registers. */
  register(participant: Hex): Promise<Outcome> {
    return this.deml.send("register", [this.id], { from: participant, value: this.buyIn });
  }

  /** A miner enrols. */
  enroll(miner: Hex, payout: Hex = payoutOf(miner)): Promise<Outcome> {
    return this.deml.send("enroll", [this.id, payout], { from: miner, value: this.terms.bond });
  }

  /** An author submits a whole model in one call. */
  submit(
    author: Hex,
    { epoch = 0, data = "0x00" }: { epoch?: number; data?: Hex } = {},
  ): Promise<Outcome> {
    return this.upload(author, { epoch, size: (data.length - 2) / 2, data });
  }

  /** An author starts an upload. */
  async upload(
    author: Hex,
    { epoch = 0, size, data }: { epoch?: number; size: number; data: Hex },
  ): Promise<Outcome> {
    const args = [this.id, epoch, size, data];
    return this.#count(await this.deml.send("submitModel", args, { from: author }));
  }

  /** An author goes on with an upload. */
  async append(author: Hex, { offset, data }: { offset: number; data: Hex }): Promise<Outcome> {
    const args = [this.id, offset, data];
    return this.#count(await this.deml.send("appendModel", args, { from: author }));
  }

  /** Unix second at which an epoch starts. */
  epochStartsAt(epoch: number): number {
    return epochStartsAt(this.terms, epoch);
  }

  /** Unix second at which an epoch ends. */
  epochEndsAt(epoch: number): number {
    return epochEndsAt(this.terms, epoch);
  }

  /** The drand round that opens an epoch. */
  unsealRound(epoch = 0): number {
    return unsealRound(this.terms, epoch, this.deml.clock);
  }

  /** Unix second at which an epoch's beacon appears. */
  unsealAt(epoch = 0): number {
    return unsealAt(this.terms, epoch, this.deml.clock);
  }

  /** When an epoch is evaluated. @throws {RangeError} for an epoch without submissions */
  evaluation(epoch = 0): Evaluation {
    const evaluation = evaluations(this.terms, this.counts, this.deml.clock)[epoch];
    if (evaluation === undefined) throw new RangeError(`epoch ${epoch} has no submissions`);
    return evaluation;
  }

  /** Unix second at which an epoch's last attempt ends. */
  evaluationEndsAt(epoch = 0): number {
    return evaluationEndsAt(this.terms, this.evaluation(epoch));
  }

  /** The windows of an attempt. */
  windows({ epoch = 0, attempt = 0 }: AttemptKey = {}): AttemptWindows {
    return attemptWindows(this.terms, attempt, this.evaluation(epoch));
  }

  /** The roundId of an attempt. */
  roundId({ epoch = 0, round = 0, attempt = 0 }: AttemptKey = {}): bigint {
    return encodeRoundId({ competition: Number(this.id), epoch, round, attempt });
  }

  /** Somebody posts an epoch's beacon. */
  postBeacon(epoch = 0): Promise<Outcome> {
    const round = this.unsealRound(epoch);
    const signature = signatureOf(this.world.beacon, round);
    return this.deml.send("postBeacon", [round, signature], { from: EVE });
  }

  /** The commitment of a ballot. */
  commitment(ballot: Ballot, key: AttemptKey = {}): Hex {
    const { miner, scores } = ballot;
    const roundId = this.roundId(key);
    return commitmentOf({
      chainId: CHAIN_ID,
      contract: this.deml.address,
      roundId,
      miner,
      salt: saltOf(miner, roundId),
      scores,
    });
  }

  /** A miner commits. */
  commit(ballot: Ballot, key: AttemptKey = {}, box: Hex = "0x"): Promise<Outcome> {
    const args = [this.roundId(key), this.commitment(ballot, key), box];
    return this.deml.send("commitScores", args, { from: ballot.miner });
  }

  /** A miner reveals, or `from` does it for the miner. */
  reveal({ miner, scores }: Ballot, key: AttemptKey = {}, from: Hex = miner): Promise<Outcome> {
    const roundId = this.roundId(key);
    const args = [roundId, miner, saltOf(miner, roundId), toHex(encodeScores(scores))];
    return this.deml.send("revealScores", args, { from });
  }

  /** Somebody reveals for all miners that are not silent. */
  revealMany(ballots: readonly Ballot[], key: AttemptKey = {}): Promise<Outcome> {
    const roundId = this.roundId(key);
    const open = ballots.filter(({ silent }) => !silent);
    const salts = open.map(({ miner }) => saltOf(miner, roundId));
    const rows = packRows(open.map(({ scores }) => scores));
    const args = [roundId, open.map(({ miner }) => miner), salts, rows];
    return this.deml.send("revealMany", args, { from: EVE });
  }

  /** Somebody settles what these ballots decide. */
  settle(ballots: readonly Ballot[], key: AttemptKey = {}, from: Hex = EVE): Promise<Outcome> {
    const call = settleCall(this.roundId(key), ballots);
    return this.deml.send("settle", settleArguments(call), { from });
  }

  /** Moves the clock to the commit window and commits all ballots. */
  async commitAll(ballots: readonly Ballot[], key: AttemptKey = {}): Promise<void> {
    this.#travelTo(this.windows(key).commitStartsAt);
    for (const ballot of ballots) await this.commit(ballot, key);
  }

  /** Moves the clock to the reveal window and reveals all ballots that are not silent. */
  async revealAll(ballots: readonly Ballot[], key: AttemptKey = {}): Promise<void> {
    this.#travelTo(this.windows(key).commitEndsAt);
    for (const ballot of ballots) if (!ballot.silent) await this.reveal(ballot, key);
  }

  /** Moves the clock to the end of the reveal window and settles. */
  settleAll(ballots: readonly Ballot[], key: AttemptKey = {}, from: Hex = EVE): Promise<Outcome> {
    this.#travelTo(this.windows(key).revealEndsAt);
    return this.settle(ballots, key, from);
  }

  /** A whole attempt of a round, from its first commit to its settling. */
  async evaluate(ballots: readonly Ballot[], key: AttemptKey = {}, from: Hex = EVE): Promise<void> {
    await this.commitAll(ballots, key);
    await this.revealAll(ballots, key);
    await this.settleAll(ballots, key, from);
  }

  /** Somebody ends the competition; `epoch` and `round` name the undecided round, if that is what ends it. */
  finalize({ epoch = 0, round = 0 }: AttemptKey = {}): Promise<Outcome> {
    return this.deml.send("finalize", [this.id, epoch, round], { from: EVE });
  }

  #count(outcome: Outcome): Outcome {
    for (const { name, args } of outcome.events) {
      if (name === "ModelSubmitted") this.counts[Number(args.epoch)]!++;
    }
    return outcome;
  }

  /** Several rounds share their windows, so the clock may be there already. */
  #travelTo(time: number): void {
    const { chain } = this.world;
    if (chain.now < time) chain.travelTo(time);
  }
}
