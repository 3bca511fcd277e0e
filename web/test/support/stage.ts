/** A competition on a real chain, taken through its phases by calls of the contract, as its other parties would. */
import type { TestChain } from "../../../core/chain/testing/chain.ts";
import { BEACON } from "../../../core/chain/testing/chain.ts";
import {
  appendModelCall,
  commitScoresCall,
  createCall,
  enrollCall,
  finalizeCall,
  postBeaconCall,
  registerCall,
  revealScoresCall,
  settleCall,
  splitChunks,
  submitModelCall,
} from "../../../core/chain/writes.ts";
import {
  attemptWindows,
  type BeaconClock,
  beaconTime,
  evaluations,
  unsealRound,
} from "../../../core/protocol/clock.ts";
import { encodeRoundId, encodeScores } from "../../../core/protocol/codec.ts";
import { commitmentOf } from "../../../core/protocol/commitment.ts";
import { buyIn, withDefaults } from "../../../core/protocol/terms.ts";
import type { Hex, Terms } from "../../../core/protocol/types.ts";
import { g1ToEip2537 } from "../../../core/seal/points.ts";

const HOUR = 3600;
const MINERS = 3;
const SALT: Hex = `0x${"11".repeat(32)}`;

/** A competition and its people. */
export class Stage {
  readonly chain: TestChain;
  readonly terms: Terms;
  readonly id: number;
  /** Complete submissions by epoch. */
  readonly counts: number[];

  private constructor(chain: TestChain, { terms, id }: { terms: Terms; id: number }) {
    [this.chain, this.terms, this.id] = [chain, terms, id];
    this.counts = Array.from({ length: terms.epochs }, () => 0);
  }

  /** The host opens a competition and three miners enrol. Registration is open for an hour. */
  static async open(
    chain: TestChain,
    { manifest, id, ...changes }: { manifest: Hex; id: number } & Partial<Terms>,
  ): Promise<Stage> {
    const registrationEndsAt = await chain.now() + HOUR;
    const terms = withDefaults({
      manifest,
      prizeFund: 10n ** 19n,
      registrationEndsAt,
      submissionEndsAt: registrationEndsAt + 3 * 24 * HOUR,
      epochs: 3,
      quorum: MINERS,
      byteLimit: 600_000,
      ...changes,
    });
    const stage = new Stage(chain, { terms, id });
    await chain.send(chain.accounts[0]!, createCall(chain.contract, terms));
    for (const miner of stage.miners) {
      await chain.send(miner, enrollCall(chain.contract, { id, payout: miner, bond: terms.bond }));
    }
    return stage;
  }

  /** The accounts that mine. */
  get miners(): Hex[] {
    return this.chain.accounts.slice(10, 10 + MINERS);
  }

  /** The beacon's round that opens an epoch. */
  unsealRound(epoch: number): number {
    return unsealRound(this.terms, epoch, this.#clock);
  }

  get #clock(): BeaconClock {
    return { ...this.chain.beacon.network, sealGap: BEACON.sealGap };
  }

  /** Another participant registers. */
  async register(who: Hex): Promise<void> {
    const { chain, id, terms } = this;
    await chain.send(who, registerCall(chain.contract, { id, buyIn: buyIn(terms) }));
  }

  /** The clock goes to the start of an epoch's submissions. */
  async enterEpoch(epoch: number): Promise<void> {
    const { registrationEndsAt, submissionEndsAt, epochs } = this.terms;
    const length = (submissionEndsAt - registrationEndsAt) / epochs;
    await this.#travel(registrationEndsAt + epoch * length + 60);
  }

  /** Another participant submits a payload. */
  async submit(author: Hex, { epoch, payload }: { epoch: number; payload: Uint8Array }) {
    const { chain: { contract }, chain, id } = this;
    const size = payload.length;
    let offset = 0;
    for (const data of splitChunks(payload)) {
      const call = offset === 0
        ? submitModelCall(contract, { id, epoch, size, data })
        : appendModelCall(contract, { id, offset, data });
      await chain.send(author, call);
      offset += data.length;
    }
    this.counts[epoch]!++;
  }

  /** The clock goes to an epoch's beacon, which the host posts. */
  async postBeacon(epoch: number): Promise<void> {
    const { chain: { contract, beacon }, chain } = this;
    const round = this.unsealRound(epoch);
    await this.#travel(beaconTime(round, beacon.network) + 30);
    const signature = g1ToEip2537(beacon.sign(round).signature);
    await chain.send(chain.accounts[0]!, postBeaconCall(contract, { round, signature }));
  }

  /**
   * The miners evaluate an epoch of one round: the clock goes to its beacon, and on to the reveal window. No epoch before it
   * may be under way.
   */
  async evaluate(epoch: number, rows: number[][]): Promise<void> {
    const { chain: { contract }, chain, id, terms } = this;
    const evaluation = evaluations(terms, this.counts, this.#clock)[epoch]!;
    const windows = attemptWindows(terms, 0, evaluation);
    await this.postBeacon(epoch);
    const roundId = encodeRoundId({ competition: id, epoch, round: 0, attempt: 0 });
    const ballots = this.miners.map((miner, i) => ({ miner, scores: rows[i]! }));
    for (const { miner, scores } of ballots) {
      const of = { chainId: 31_337n, contract, roundId, miner, salt: SALT, scores };
      const box = new Uint8Array();
      const call = commitScoresCall(contract, { roundId, commitment: commitmentOf(of), box });
      await chain.send(miner, call);
    }
    await this.#travel(windows.commitEndsAt + 1);
    const reveals = ballots.map(({ miner, scores }) => ({ miner, scores: encodeScores(scores) }));
    for (const reveal of reveals) {
      await chain.send(
        reveal.miner,
        revealScoresCall(contract, { roundId, salt: SALT, ...reveal }),
      );
    }
    await chain.send(this.miners[0]!, settleCall(contract, { roundId, reveals, silent: [] }));
  }

  /** The clock goes to the end of submissions, and the competition ends. */
  async finish(): Promise<void> {
    const { chain, id, terms } = this;
    await this.#travel(terms.submissionEndsAt + 60);
    await chain.send(this.miners[0]!, finalizeCall(chain.contract, { id }));
  }

  async #travel(time: number): Promise<void> {
    const { provider } = this.chain;
    if (time <= await this.chain.now()) return;
    await provider.request({ method: "evm_setNextBlockTimestamp", params: [time] });
    await provider.request({ method: "evm_mine", params: [] });
  }
}
