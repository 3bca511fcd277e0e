/**
 * What goes onto the chain of a packed model in a sealed competition. A seal is good for one author and one epoch, and every
 * seal has other bytes: each upload is of one seal from its first byte to its last, also across a reload.
 */
import type { Participant } from "../../../core/chain/types.ts";
import { unsealRound } from "../../../core/protocol/clock.ts";
import type { Hex } from "../../../core/protocol/types.ts";
import type { SealJob } from "../work/model_worker.ts";
import type { Competition } from "./competition.ts";
import { hashOf, planUpload, type UploadPlan } from "./upload_plan.ts";
import type { Vault } from "./vault.ts";

/** Who submits, when, and what the chain has of it. */
export interface Submitting {
  /** The author. */
  account: Hex;
  /** The running epoch. */
  epoch: number;
  /** What the chain has of the account. */
  participant: Participant;
}

/** Plans uploads of sealed payloads. */
export interface Sealer {
  /**
   * The way of a packed model onto the chain: in the seal of `before` if that is the same author's for the same epoch, in a kept
   * one if the chain has begun to take it, otherwise sealed now.
   */
  plan(packed: Uint8Array, at: Submitting & { before?: UploadPlan }): Promise<UploadPlan>;
  /** To be called before the first byte is sent: keeps the payload for a later visit. */
  keep(packed: Uint8Array, plan: UploadPlan): Promise<void>;
  /** To be called after the last byte. */
  forget(plan: UploadPlan): Promise<void>;
}

/** What a sealer works with. */
export interface SealerOptions {
  /** Where to. */
  competition: Competition;
  /** EIP-155 id of the chain that wallets sign for. */
  chainId: number;
  /** Seals. */
  seal(job: SealJob): Promise<Uint8Array>;
  /** Keeps payloads across visits. */
  vault: Vault;
}

/** A sealer for a competition. */
export function createSealer({ competition, chainId, seal, vault }: SealerOptions): Sealer {
  const snapshot = () => competition.snapshot.peek()!;
  const keyOf = (account: Hex) => `${chainId}/${snapshot().contract}/${competition.id}/${account}`;

  async function kept(packed: Uint8Array, at: Submitting): Promise<UploadPlan | undefined> {
    if (at.participant.upload === undefined) return undefined;
    const found = await vault.get(keyOf(at.account));
    if (found === undefined || found.model !== modelHash(packed)) return undefined;
    const plan = planUpload(found.payload, at);
    return plan.sent > 0 ? plan : undefined;
  }

  function sealFor(packed: Uint8Array, { account: author, epoch }: Submitting) {
    const { competition: terms, constants, contract } = snapshot();
    return seal({
      packed,
      owner: { chainId, contract, id: competition.id, author },
      round: unsealRound(terms, epoch, constants),
      publicKey: constants.publicKey,
    });
  }

  return {
    async plan(packed, { before, ...at }) {
      if (before?.account === at.account && before.epoch === at.epoch) {
        return planUpload(before.payload, at);
      }
      return await kept(packed, at) ?? planUpload(await sealFor(packed, at), at);
    },
    keep: (packed, { account, payload }) =>
      vault.put(keyOf(account), { payload, model: modelHash(packed) }),
    forget: ({ account }) => vault.delete(keyOf(account)),
  };
}

function modelHash(packed: Uint8Array): Hex {
  return hashOf([{ offset: 0, data: packed }]);
}
