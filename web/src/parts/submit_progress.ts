/** What the submit view says while something goes on: on the screen, and to screen readers. */
import type { RegisterState } from "../models/register.ts";
import type { UploadState } from "../models/upload.ts";

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
  if (state.step !== "sending") return undefined;
  const { plan: { sent, chunks }, waitingFor } = state;
  return `Chunk ${sent + 1} of ${chunks.length}: ${WAITING[waitingFor]}`;
}
