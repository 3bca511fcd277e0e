/** What of a payload is still to be sent, given what the chain has of it. */
import type { Participant, Upload } from "../../../core/chain/types.ts";
import { splitChunks } from "../../../core/chain/writes.ts";
import { EMPTY_UPLOAD, nextUploadHash } from "../../../core/protocol/commitment.ts";
import type { Hex } from "../../../core/protocol/types.ts";
import { sameSeal, type SealTarget } from "./seal.ts";

/** A piece of the payload. */
export interface Chunk {
  /** Bytes of the payload before it. */
  offset: number;
  /** Its bytes. */
  data: Uint8Array;
}

/** The way of a payload (the packed model, sealed in a sealed competition) onto the chain. */
export interface UploadPlan {
  /** Whose it is. */
  account: Hex;
  /** Complete submissions that the account had when the plan was made. */
  submissions: number;
  /** Uploads that it had begun. */
  uploads: number;
  /** Epoch that it is for. */
  epoch: number;
  /** The payload. */
  payload: Uint8Array;
  /** What it is sealed to; undefined in an open competition. */
  seal: SealTarget | undefined;
  /** All chunks, in order. */
  chunks: Chunk[];
  /** How many of them the chain has. */
  sent: number;
}

/**
 * Cuts a payload into chunks and finds where to go on. An unfinished upload is continued only if it is for the same
 * epoch and its bytes are these: the contract's running hash tells. Anything else starts again.
 *
 * @param participant what the chain has of the account
 */
export function planUpload(
  payload: Uint8Array,
  { epoch, account, seal, participant: { submissions, uploads, upload } }: {
    epoch: number;
    account: Hex;
    seal?: SealTarget | undefined;
    participant: Participant;
  },
): UploadPlan {
  let offset = 0;
  const chunks = splitChunks(payload).map((data) => {
    const chunk = { offset, data };
    offset += data.length;
    return chunk;
  });
  const fits = upload !== undefined && upload.epoch === epoch && upload.size === payload.length;
  const sent = fits ? countSent(chunks, upload) : 0;
  return { account, submissions, uploads, epoch, payload, seal, chunks, sent };
}

/** Why a plan needs to be confirmed anew: it costs more than the one that was, or seals differently; undefined if it does not. */
export function changed(confirmed: UploadPlan, next: UploadPlan): string | undefined {
  if (next.account !== confirmed.account) {
    return "The wallet changed to another account: this is what the upload costs that one.";
  }
  if (next.epoch !== confirmed.epoch) {
    return "The upload's epoch has ended, so it starts again in the epoch that runs now.";
  }
  if (!sameSeal(next.seal, confirmed.seal)) {
    return "The chain node tells of another beacon than before, so the model is sealed anew.";
  }
  if (next.submissions > confirmed.submissions) {
    return "Your account has submitted another model meanwhile, from another page. This one would be one more.";
  }
  if (next.sent === 0 && confirmed.sent === 0 && next.uploads > confirmed.uploads) {
    return ANOTHER_BEGUN;
  }
  if (next.sent < confirmed.sent) {
    return "Another upload of your account took the place of this one, so it starts again.";
  }
}

/** Said where the chain has begun to take another upload of the account, which this one would drop. */
export const ANOTHER_BEGUN: string =
  "The chain has begun to take another upload, of another file or sealed in another browser. This one starts again.";

/** The hash that a submission of all these chunks has. */
export function hashOf(chunks: readonly Chunk[]): Hex {
  return chunks.reduce((hash, { data }) => nextUploadHash(hash, data), EMPTY_UPLOAD);
}

function countSent(chunks: Chunk[], { received, hash }: Upload): number {
  const sent = chunks.findIndex(({ offset }) => offset === received);
  return sent > 0 && hashOf(chunks.slice(0, sent)) === hash ? sent : 0;
}
