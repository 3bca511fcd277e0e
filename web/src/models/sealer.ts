/**
 * What goes onto the chain of a packed model in a sealed competition. A seal is good for one author and one beacon, and every
 * seal has other bytes: each upload is of one seal from its first byte to its last, also across a reload.
 */
import type { Participant, Snapshot } from "../../../core/chain/types.ts";
import type { Hex } from "../../../core/protocol/types.ts";
import type { SealJob } from "../work/model_worker.ts";
import { requireSealed, sameSeal, sealTarget } from "./seal.ts";
import { hashOf, planUpload, type UploadPlan } from "./upload_plan.ts";
import type { Vault } from "./vault.ts";

/** Who submits, where and when, and what the chain has of it. */
export interface Submitting {
  /** The competition, as two nodes tell of it. */
  snapshot: Snapshot;
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
   * The way of a packed model onto the chain: in the seal of `before` if that is the same author's for the same beacon, in a
   * kept one of these if the chain has begun to take it, otherwise sealed now.
   *
   * @throws {RangeError} if the beacon that would open it is out by this computer's clock
   */
  plan(packed: Uint8Array, at: Submitting & { before?: UploadPlan }): Promise<UploadPlan>;
  /** The way of a packed model in a kept seal that the chain has begun to take; undefined if there is none. */
  begun(packed: Uint8Array, at: Submitting): Promise<UploadPlan | undefined>;
  /** To be called before the first byte is sent: keeps the payload for a later visit. Gives whether it is kept. */
  keep(packed: Uint8Array, plan: UploadPlan): Promise<boolean>;
  /** To be called after the last byte. */
  forget(packed: Uint8Array, plan: UploadPlan): Promise<void>;
}

/** What a sealer works with. */
export interface SealerOptions {
  /** Where to. */
  competition: { readonly id: number };
  /** EIP-155 id of the chain that wallets sign for. */
  chainId: number;
  /** Address of the contract. */
  contract: Hex;
  /** Seals. */
  seal(job: SealJob): Promise<Uint8Array>;
  /** Keeps payloads across visits. */
  vault: Vault;
}

/** A sealer for a competition. */
export function createSealer(
  { competition: { id }, chainId, contract, seal, vault }: SealerOptions,
): Sealer {
  /** One place for each model of an author, and for each beacon that it is sealed to. */
  function keyOf(packed: Uint8Array, { account, seal }: Pick<UploadPlan, "account" | "seal">) {
    const { round, publicKey } = seal!;
    const model = hashOf([{ offset: 0, data: packed }]);
    return [chainId, contract, id, account, round, publicKey, model].join("/");
  }

  /** What the chain has begun to take may come from another page of this browser, or from an earlier visit. */
  async function begun(packed: Uint8Array, { snapshot, ...of }: Submitting) {
    const at = { ...of, seal: sealTarget(snapshot, of.epoch) };
    const kept = of.participant.upload && await vault.get(keyOf(packed, at));
    const plan = kept && planUpload(kept, at);
    return plan !== undefined && plan.sent > 0 ? plan : undefined;
  }

  return {
    begun,
    async plan(packed, { before, snapshot, ...of }) {
      const target = sealTarget(snapshot, of.epoch);
      requireSealed(target);
      const { account } = of;
      const at = { ...of, seal: target };
      const known = before?.account === account && sameSeal(before.seal, target);
      const own = known ? planUpload(before.payload, at) : undefined;
      if (own !== undefined && own.sent > 0) return own;
      const kept = await begun(packed, { ...of, snapshot });
      if (kept !== undefined) return kept;
      const owner = { chainId, contract, id, author: account };
      const { round, publicKey } = target;
      return own ?? planUpload(await seal({ packed, owner, round, publicKey }), at);
    },
    keep: (packed, plan) =>
      vault.put(keyOf(packed, plan), { payload: plan.payload, until: plan.seal!.opensAt }),
    forget: (packed, plan) => vault.delete(keyOf(packed, plan)),
  };
}
