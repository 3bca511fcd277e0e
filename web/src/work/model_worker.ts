/** Prepares and seals a model off the page's thread: it takes seconds, and no file may freeze the page. */
import type { Manifest } from "../../../core/dataset/manifest.ts";
import type { Hex } from "../../../core/protocol/types.ts";
import type { PayloadOwner } from "../../../core/seal/sealed.ts";
import { type NamedBytes, prepare, type Prepared } from "./prepare.ts";
import { type Port, serve } from "./rpc.ts";
import { requireSecureContext } from "./secure_context.ts";

/** What the worker answers. */
export interface ModelJobs {
  /**
   * What could be submitted of these files. Fails as ConversionError for files that are no model, as InvalidModel for
   * a model that would score 0 (PROTOCOL.md section 7), as RangeError for one that is too large.
   */
  prepare: { input: { files: NamedBytes[]; manifest: Manifest }; output: Prepared };
  /** Seals a packed model for its author and a beacon's round (PROTOCOL.md section 3). */
  seal: { input: SealJob; output: { payload: Uint8Array } };
}

/** What to seal, for whom, and until when. */
export interface SealJob {
  /** The packed model. */
  packed: Uint8Array;
  /** Whose payload it will be: nobody else's opens. */
  owner: PayloadOwner;
  /** The beacon's round that opens it. */
  round: number;
  /** The beacon's key: compressed point of G2, 96 bytes. */
  publicKey: Hex;
}

serve<ModelJobs>(globalThis as unknown as Port, {
  prepare,
  async seal({ packed, owner, ...to }) {
    requireSecureContext();
    const { payloadContext, seal } = await import("../../../core/seal/sealed.ts");
    return { payload: await seal(packed, { ...to, context: payloadContext(owner) }) };
  },
});
