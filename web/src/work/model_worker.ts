/** Checks, packs and seals a model off the page's thread: level 9 takes seconds, and no file may freeze the page. */
import { modelTask } from "../../../core/evaluate/task.ts";
import type { Manifest } from "../../../core/dataset/manifest.ts";
import { admitModel } from "../../../core/model/admission/admit.ts";
import { packModel } from "../../../core/model/packing/pack.ts";
import type { Hex } from "../../../core/protocol/types.ts";
import type { PayloadOwner } from "../../../core/seal/sealed.ts";
import { type Port, serve } from "./rpc.ts";
import { requireSecureContext } from "./secure_context.ts";

/** What the worker answers. */
export interface ModelJobs {
  /**
   * Packs an ONNX file that the competition admits. Fails as InvalidModel for a model that would score 0 (PROTOCOL.md
   * section 7), as RangeError for an empty or too large file.
   */
  pack: { input: { onnx: Uint8Array; manifest: Manifest }; output: { packed: Uint8Array } };
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
  pack({ onnx, manifest }) {
    admitModel(onnx, modelTask(manifest));
    return { packed: packModel(onnx) };
  },
  async seal({ packed, owner, ...to }) {
    requireSecureContext();
    const { payloadContext, seal } = await import("../../../core/seal/sealed.ts");
    return { payload: await seal(packed, { ...to, context: payloadContext(owner) }) };
  },
});
