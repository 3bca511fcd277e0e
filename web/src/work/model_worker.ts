/** Checks and packs a model off the page's thread: level 9 takes seconds, and no file may freeze the page. */
import { modelTask } from "../../../core/evaluate/task.ts";
import type { Manifest } from "../../../core/dataset/manifest.ts";
import { admitModel } from "../../../core/model/admit.ts";
import { packModel } from "../../../core/model/pack.ts";
import { type Port, serve } from "./rpc.ts";

/** What the worker answers. */
export interface ModelJobs {
  /**
   * Packs an ONNX file that the competition admits. Fails as InvalidModel for a model that would score 0 (PROTOCOL.md
   * section 7), as RangeError for an empty or too large file.
   */
  pack: { input: { onnx: Uint8Array; manifest: Manifest }; output: { packed: Uint8Array } };
}

serve<ModelJobs>(globalThis as unknown as Port, {
  pack({ onnx, manifest }) {
    admitModel(onnx, modelTask(manifest));
    return { packed: packModel(onnx) };
  },
});
