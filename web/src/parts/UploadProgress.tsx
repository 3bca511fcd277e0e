import type { ComponentChildren } from "preact";
import type { Seal } from "../models/seal.ts";
import type { UploadModel } from "../models/upload.ts";
import { ConfirmDialog } from "./ConfirmDialog.tsx";
import { shortAddress } from "./format.ts";
import { Notice } from "./Notice.tsx";
import { ProgressBar } from "./ProgressBar.tsx";
import { opensText, sizesText, uploadProgress } from "./submit_progress.ts";

/** An upload under way. */
export function UploadProgress(
  { upload, seal }: { upload: UploadModel; seal: Seal | undefined },
): ComponentChildren {
  const state = upload.state.value;
  switch (state.step) {
    case "checking":
      return <ProgressBar label={uploadProgress(state)!} />;
    case "confirm": {
      const { file, plan, quote, reason } = state;
      const left = plan.chunks.length - plan.sent;
      return (
        <ConfirmDialog
          title="Upload the model"
          notice={reason}
          quote={quote}
          action="Confirm and upload"
          onConfirm={upload.send}
          onCancel={upload.reset}
        >
          {sizesText(file, plan)} {seal !== undefined && opensText(seal)} {plan.sent > 0 &&
            `${plan.sent} of ${plan.chunks.length} chunks are on the chain already. `}
          Account {shortAddress(quote.account)} sends it: your wallet will ask{" "}
          {left === 1 ? "once" : `${left} times, once for each chunk`}.
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
            <button type="button" class="button" onClick={upload.reset}>Choose another file</button>
            <button type="button" class="button primary" onClick={upload.send}>Go on</button>
          </div>
        </>
      );
    default:
      return null;
  }
}
