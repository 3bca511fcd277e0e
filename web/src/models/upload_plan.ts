/** What of a packed model is still to be sent, given what the chain has of it. */
import type { Upload } from "../../../core/chain/types.ts";
import { splitChunks } from "../../../core/chain/writes.ts";
import { EMPTY_UPLOAD, nextUploadHash } from "../../../core/protocol/commitment.ts";

/** A piece of the packed model. */
export interface Chunk {
  /** Bytes of the packed model before it. */
  offset: number;
  /** Its bytes. */
  data: Uint8Array;
}

/** The way of a packed model onto the chain. */
export interface UploadPlan {
  /** Epoch that it is for. */
  epoch: number;
  /** Bytes of the packed model. */
  size: number;
  /** All chunks, in order. */
  chunks: Chunk[];
  /** How many of them the chain has. */
  sent: number;
}

/**
 * Cuts a packed model into chunks and finds where to go on. An unfinished upload is continued only if it is for the same
 * epoch and its bytes are these: the contract's running hash tells. Anything else starts again.
 *
 * @param upload the unfinished upload that the chain has of the author, if any
 */
export function planUpload(
  packed: Uint8Array,
  { epoch, upload }: { epoch: number; upload: Upload | undefined },
): UploadPlan {
  let offset = 0;
  const chunks = splitChunks(packed).map((data) => {
    const chunk = { offset, data };
    offset += data.length;
    return chunk;
  });
  const fits = upload !== undefined && upload.epoch === epoch && upload.size === packed.length;
  return { epoch, size: packed.length, chunks, sent: fits ? countSent(chunks, upload) : 0 };
}

function countSent(chunks: Chunk[], { received, hash }: Upload): number {
  const sent = chunks.findIndex(({ offset }) => offset === received);
  const start = chunks.slice(0, Math.max(sent, 0));
  return start.reduce((h, { data }) => nextUploadHash(h, data), EMPTY_UPLOAD) === hash ? sent : 0;
}
