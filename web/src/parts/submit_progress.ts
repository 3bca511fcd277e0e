/** What the submit view says while something goes on: on the screen, and to screen readers. */
import type { RegisterState } from "../models/register.ts";
import type { ScoringProgress } from "../models/scoring.ts";
import type { SealTarget } from "../models/seal.ts";
import type { PackedFile, UploadState } from "../models/upload.ts";
import type { UploadPlan } from "../models/upload_plan.ts";
import { formatBytes, formatTime } from "./format.ts";
import { nameOf } from "./weights_text.ts";

/** What the registration is doing; undefined while it waits for the user. */
export function registerProgress(state: RegisterState): string | undefined {
  switch (state.step) {
    case "checking":
      return "Checking that the data can be read";
    case "wallet":
      return "Confirm the transaction in your wallet";
    case "block":
      return "Waiting for the transaction to be in a block";
    default:
      return undefined;
  }
}

const WAITING = {
  chain: "looking at what the chain has",
  wallet: "confirm it in your wallet",
  block: "waiting for a block",
};

/** What the upload is doing; undefined while it waits for the user. */
export function uploadProgress(state: UploadState): string | undefined {
  if (state.step === "checking") return `Checking and packing ${state.name}`;
  if (state.step === "quoting") return "Finding the cost";
  if (state.step === "weights") return scoringStatus(state.selection.scoring.progress.value);
  if (state.step !== "sending") return undefined;
  const { plan: { sent, chunks }, waitingFor } = state;
  if (sent === chunks.length) return "Looking whether the chain has the model";
  return `Chunk ${sent + 1} of ${chunks.length}: ${WAITING[waitingFor]}`;
}

/** For screen readers: what changes by the second would be read out by the second. */
function scoringStatus({ phase }: ScoringProgress): string | undefined {
  if (phase === "loading" || phase === "running") return "Scoring the model on public data";
  return phase === "done" ? "All scores are in the table" : undefined;
}

/** How large the model is as a file, packed, and sealed where it is. */
export function sizesText(
  { name, size, packed, precision, mode }: PackedFile,
  { payload }: UploadPlan,
): string {
  const packs = `${name} packs from ${formatBytes(size)} to ${formatBytes(packed.length)} with ${
    nameOf(precision)
  } weights`;
  return mode === "open"
    ? `${packs}.`
    : `${packs}, and is sealed to ${formatBytes(payload.length)}.`;
}

/** When a sealed model opens, and for whom. */
export function opensText({ opensAt }: SealTarget): string {
  return `It opens on ${formatTime(opensAt)}, not before, and as a model of this account only.`;
}
