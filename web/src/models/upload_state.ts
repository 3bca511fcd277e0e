/** How far an upload is, and what can be done with it. */
import type { ReadonlySignal } from "@preact/signals";
import type { Manifest } from "../../../core/dataset/manifest.ts";
import type { Precision } from "../../../core/model/packing/weights.ts";
import type { Quote } from "../chain/quote.ts";
import type { ModelFile } from "./model_files.ts";
import type { Selection } from "./selection.ts";
import type { UploadPlan } from "./upload_plan.ts";

/** A model with the weights that were chosen. */
export interface PackedFile {
  /** The name of its file. */
  name: string;
  /** Bytes of the files that were chosen. */
  size: number;
  /** Precision of the weights. */
  precision: Precision;
  /** The packed model. */
  packed: Uint8Array;
  /** Whether it goes onto the chain as it is, or sealed. */
  mode: Manifest["mode"];
}

/** How far it is. `sent` counts the chunks that are on the chain. */
export type UploadState =
  | { step: "choose"; problem: string | undefined }
  /** `share` runs from 0 to 1. */
  | { step: "checking"; name: string; share: number }
  /** The precision of the weights is to be chosen. */
  | { step: "weights"; selection: Selection; problem: string | undefined }
  /** Looking what the chosen one costs. */
  | { step: "quoting"; selection: Selection }
  /** The cost is on the screen. `reason` says why it is asked for again. */
  | { step: "confirm"; file: PackedFile; plan: UploadPlan; quote: Quote; reason?: string }
  | {
    step: "sending";
    file: PackedFile;
    plan: UploadPlan;
    waitingFor: "chain" | "wallet" | "block";
  }
  | { step: "paused"; file: PackedFile; plan: UploadPlan; problem: string }
  | { step: "done"; file: PackedFile };

/** The upload of the connected account. Actions never reject. */
export interface UploadModel {
  /** How far it is. */
  readonly state: ReadonlySignal<UploadState>;
  /**
   * Checks and packs the files of a model. If the chain has begun to take it in the running epoch, goes on with the weights
   * that were chosen then; otherwise the weights are to be chosen.
   */
  choose(files: readonly ModelFile[] | Promise<readonly ModelFile[]>): Promise<void>;
  /** Finds the cost of what is chosen. */
  proceed(): Promise<void>;
  /** Sends what is missing; also after a pause. Goes back to the cost if that has become greater. */
  send(): Promise<void>;
  /** From the cost back to the choice of weights. */
  back(): void;
  /** Back to the start. What is on the chain stays there. */
  reset(): void;
}
