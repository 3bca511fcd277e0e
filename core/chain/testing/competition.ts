/** Competitions on a test's chain, taken through their phases by real calls. */
import { type BeaconClock, evaluations, unsealAt, unsealRound } from "../../protocol/clock.ts";
import { encodeRoundId, encodeScores, toHex } from "../../protocol/codec.ts";
import { commitmentOf } from "../../protocol/commitment.ts";
import { buyIn, withDefaults } from "../../protocol/terms.ts";
import type { Hex, Terms } from "../../protocol/types.ts";
import { g1ToEip2537 } from "../../seal/points.ts";
import {
  appendModelCall,
  commitScoresCall,
  createCall,
  enrollCall,
  postBeaconCall,
  registerCall,
  revealScoresCall,
  settleCall,
  splitChunks,
  submitModelCall,
} from "../writes.ts";
import type { Receipt, Reveal } from "../types.ts";
import { BEACON, type TestChain } from "./chain.ts";

/** Seconds from creation to the end of registration. */
const REGISTRATION = 20_000;
/** Seconds of an epoch. */
const EPOCH = 10_000;

/** The cast of a competition: accounts of the chain. */
export interface Cast {
  host: Hex;
  participants: Hex[];
  miners: Hex[];
}

/** A competition that goes on call by call. */
export class TestCompetition {
  readonly chain: TestChain;
  readonly id: number;
  readonly terms: Terms;
  readonly cast: Cast;
  readonly clock: BeaconClock;

  private constructor(chain: TestChain, of: { id: number; terms: Terms; cast: Cast }) {
    this.chain = chain;
    this.id = of.id;
    this.terms = of.terms;
    this.cast = of.cast;
    this.clock = { ...chain.beacon.network, sealGap: BEACON.sealGap };
  }

  /** Creates a competition with everybody of its cast in it; the next block is the first to take submissions. */
  static async open(
    chain: TestChain,
    { id, participants, miners, ...terms }: Partial<Terms> & {
      id: number;
      participants: number;
      miners: number;
    },
  ): Promise<TestCompetition> {
    const [host, ...others] = chain.accounts as [Hex, ...Hex[]];
    const cast = {
      host,
      participants: others.slice(0, participants),
      miners: others.slice(participants, participants + miners),
    };
    const full = await testTerms(chain, terms);
    const competition = new TestCompetition(chain, { id, terms: full, cast });
    await competition.#fill();
    await chain.at(full.registrationEndsAt);
    return competition;
  }

  async #fill(): Promise<void> {
    const { chain: { contract }, chain, id, terms, cast } = this;
    await chain.send(cast.host, createCall(contract, terms));
    for (const participant of cast.participants) {
      await chain.send(participant, registerCall(contract, { id, buyIn: buyIn(terms) }));
    }
    for (const miner of cast.miners) {
      await chain.send(miner, enrollCall(contract, { id, payout: miner, bond: terms.bond }));
    }
  }

  /** Submits a payload in chunks of at most `max` bytes, each in a block of its own. */
  async submit(
    author: Hex,
    payload: Uint8Array,
    { epoch = 0, max }: { epoch?: number; max?: number } = {},
  ): Promise<void> {
    const { chain: { contract }, chain, id } = this;
    const [data, ...chunks] = splitChunks(payload, max) as [Uint8Array, ...Uint8Array[]];
    const first = { id, epoch, size: payload.length, data };
    await chain.send(author, submitModelCall(contract, first));
    let offset = data.length;
    for (const chunk of chunks) {
      await chain.send(author, appendModelCall(contract, { id, offset, data: chunk }));
      offset += chunk.length;
    }
  }

  /** Moves the clock to an epoch's beacon and posts it. */
  async postBeacon(epoch: number): Promise<number> {
    const round = unsealRound(this.terms, epoch, this.clock);
    const { signature } = this.chain.beacon.sign(round);
    const call = postBeaconCall(this.chain.contract, { round, signature: g1ToEip2537(signature) });
    await this.chain.at(unsealAt(this.terms, epoch, this.clock));
    await this.chain.send(this.cast.host, call);
    return round;
  }

  /** Commits a miner's scores, with a box that names it. */
  async commit(miner: Hex, { roundId, scores }: { roundId: bigint; scores: number[] }) {
    const { chain: { contract }, chain } = this;
    const commitment = commitmentOf({
      chainId: 31_337n,
      contract,
      roundId,
      miner,
      salt: saltOf(miner),
      scores,
    });
    const box = boxOf(miner);
    await chain.send(miner, commitScoresCall(contract, { roundId, commitment, box }));
  }

  /** Reveals a miner's scores. */
  reveal(miner: Hex, { roundId, scores }: { roundId: bigint; scores: number[] }): Promise<Receipt> {
    const reveal = { miner, salt: saltOf(miner), scores: encodeScores(scores) };
    return this.chain.send(
      miner,
      revealScoresCall(this.chain.contract, { roundId, ...reveal }),
    );
  }

  /** Settles a round. */
  settle(round: { roundId: bigint; reveals: Reveal[]; silent: Hex[] }): Promise<Receipt> {
    return this.chain.send(this.cast.host, settleCall(this.chain.contract, round));
  }

  /** A roundId of this competition. */
  roundId(epoch: number, round: number, attempt = 0): bigint {
    return encodeRoundId({ competition: this.id, epoch, round, attempt });
  }

  /** Unix second at which the commit window of an epoch's first attempt ends. */
  commitEndsAt(submissions: number[], epoch: number): number {
    const { startsAt, rounds } = evaluations(this.terms, submissions, this.clock)[epoch]!;
    return startsAt + rounds * this.terms.commitSecs;
  }
}

async function testTerms(chain: TestChain, terms: Partial<Terms>): Promise<Terms> {
  await chain.provider.request({ method: "evm_mine" }); // Uses up the time that was set for the next block.
  const registrationEndsAt = await chain.now() + REGISTRATION;
  return withDefaults({
    manifest: toHex(new Uint8Array(32).fill(0xab)),
    prizeFund: 10n ** 18n,
    registrationEndsAt,
    submissionEndsAt: registrationEndsAt + (terms.epochs ?? 1) * EPOCH,
    quorum: 3,
    ...terms,
  });
}

/** The salt of a test's miner: everybody can guess it. */
export function saltOf(miner: Hex): Hex {
  return `0x${"00".repeat(12)}${miner.slice(2)}`;
}

/** The box of a test's miner. */
export function boxOf(miner: Hex): Uint8Array {
  return new TextEncoder().encode(`box of ${miner}`);
}
