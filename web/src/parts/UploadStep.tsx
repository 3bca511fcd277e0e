import type { Competition } from "../models/competition.ts";
import type { UploadModel } from "../models/upload.ts";
import { hrefOf } from "../router.ts";
import { useApp } from "./context.ts";
import { FileDrop } from "./FileDrop.tsx";
import { formatBytes } from "./format.ts";
import { Notice } from "./Notice.tsx";
import { UploadProgress } from "./UploadProgress.tsx";

/** The step of the model. */
export function UploadStep(
  { competition, upload }: { competition: Competition; upload: UploadModel },
) {
  const { session } = useApp();
  const participant = competition.participant.value;
  const phase = competition.phase.value;
  const terms = competition.snapshot.value!.competition;
  const used = participant?.submissions ?? 0;
  const state = upload.state.value;
  const active = state.step !== "choose" && state.step !== "done";
  return (
    <li class="card stack-small">
      <h3>Upload a model</h3>
      {state.step === "done" && (
        <Notice kind="good" action={{ label: "Upload another", onClick: upload.reset }}>
          Your model is on the chain. Its score comes after the epoch:{" "}
          <a href={hrefOf({ view: "leaderboard", id: competition.id })}>see the leaderboard</a>.
        </Notice>
      )}
      {active ? <UploadProgress upload={upload} /> : phase?.name !== "submission"
        ? (
          <p>
            {phase?.name === "registration"
              ? "Submissions start when registration ends."
              : "Submissions are over."}
          </p>
        )
        : session.account.value === undefined || participant?.registered !== true
        ? <p>Register first.</p>
        : used >= terms.maxPerParticipant
        ? <p>All {terms.maxPerParticipant} submissions are used.</p>
        : state.step === "choose" && (
          <>
            <p class="muted small">
              An ONNX file that packs to at most {formatBytes(terms.byteLimit)}. Submission{" "}
              {used + 1} of{" "}
              {terms.maxPerParticipant}. Nothing is sent before you have seen the cost.
            </p>
            <Unfinished competition={competition} />
            {state.problem !== undefined && <Notice kind="bad">{state.problem}</Notice>}
            <FileDrop onFile={upload.choose} />
          </>
        )}
    </li>
  );
}

/** Tells of an upload that the chain has begun to take. */
function Unfinished({ competition }: { competition: Competition }) {
  const unfinished = competition.participant.value?.upload;
  const phase = competition.phase.value;
  if (unfinished === undefined || phase?.name !== "submission") return null;
  if (unfinished.epoch !== phase.epoch) return null;
  return (
    <Notice kind="warn">
      An upload is unfinished: {formatBytes(unfinished.received)} of {formatBytes(unfinished.size)}
      {" "}
      are on the chain. Choose the same file to go on; another file starts again.
    </Notice>
  );
}
