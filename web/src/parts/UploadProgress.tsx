import type { ComponentChildren } from "preact";
import type { Competition } from "../models/competition.ts";
import type { UploadModel } from "../models/upload.ts";
import { ConfirmDialog } from "./ConfirmDialog.tsx";
import { Countdown } from "./Countdown.tsx";
import { shortAddress } from "./format.ts";
import { OwnBeacon } from "./ModeNotice.tsx";
import { Notice } from "./Notice.tsx";
import { ProgressBar } from "./ProgressBar.tsx";
import { WeightsStep } from "./WeightsStep.tsx";
import { opensText, sizesText, uploadProgress } from "./submit_progress.ts";

/** An upload under way. */
export function UploadProgress(
  { competition, upload }: { competition: Competition; upload: UploadModel },
): ComponentChildren {
  const state = upload.state.value;
  switch (state.step) {
    case "checking":
      return (
        <>
          <ProgressBar label={uploadProgress(state)!} share={state.share} />
          <div class="actions">
            <button type="button" class="button" onClick={upload.reset}>Cancel</button>
          </div>
        </>
      );
    case "weights":
      return <WeightsStep {...state} upload={upload} />;
    case "quoting":
      return <ProgressBar label={uploadProgress(state)!} />;
    case "confirm": {
      const { file, plan, quote, reason } = state;
      const { seal } = plan;
      const left = plan.chunks.length - plan.sent;
      const phase = competition.phase.value;
      return (
        <ConfirmDialog
          title="Upload the model"
          notice={reason}
          quote={quote}
          action="Confirm and upload"
          onConfirm={upload.send}
          onCancel={upload.back}
        >
          <p>
            {sizesText(file, plan)} {seal !== undefined && opensText(seal)} {plan.sent > 0 &&
              `${plan.sent} of ${plan.chunks.length} chunks are on the chain already. `}
            Account {shortAddress(quote.account)} sends it: your wallet will ask{" "}
            {left === 1 ? "once" : `${left} times, once for each chunk`}.
          </p>
          {left > 1 && phase?.name === "submission" && (
            <p>
              All chunks must be in blocks before the epoch ends, in{" "}
              <Countdown to={phase.endsAt} />.
            </p>
          )}
          {seal?.drand === false && <OwnBeacon />}
        </ConfirmDialog>
      );
    }
    case "sending": {
      const { plan: { sent, chunks }, waitingFor } = state;
      const share = (sent + (waitingFor === "block" ? 0.5 : 0)) / chunks.length;
      return <ProgressBar label={uploadProgress(state)!} share={share} />;
    }
    case "paused":
      return (
        <>
          <Notice kind="bad">
            Stopped after {state.plan.sent} of {state.plan.chunks.length} chunks. {state.problem}
          </Notice>
          <div class="actions">
            <button type="button" class="button" onClick={upload.reset}>
              Choose another model
            </button>
            <button type="button" class="button primary" onClick={upload.send}>Go on</button>
          </div>
        </>
      );
    default:
      return null;
  }
}
