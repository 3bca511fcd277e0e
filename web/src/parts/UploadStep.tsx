import type { ComponentChildren } from "preact";
import type { Participant } from "../../../core/chain/types.ts";
import type { Competition } from "../models/competition.ts";
import { isFair } from "../models/seal.ts";
import type { UploadModel } from "../models/upload.ts";
import { hrefOf } from "../router.ts";
import { FileDrop } from "./FileDrop.tsx";
import { formatBytes, formatTime } from "./format.ts";
import { Notice } from "./Notice.tsx";
import { SealTerms } from "./SealTerms.tsx";
import { UploadProgress } from "./UploadProgress.tsx";

/** The step of the model. */
export function UploadStep(
  { competition, upload }: { competition: Competition; upload: UploadModel },
): ComponentChildren {
  return (
    <li class="card stack-small">
      <h3>Upload a model</h3>
      <Content competition={competition} upload={upload} />
    </li>
  );
}

function Content(
  { competition, upload }: { competition: Competition; upload: UploadModel },
): ComponentChildren {
  const state = upload.state.value;
  const seal = competition.seal.value;
  if (state.step === "done") {
    return (
      <Notice kind="good" action={{ label: "Upload another", onClick: upload.reset }}>
        Your model is on the chain. {seal?.state === "sealed"
          ? `It is sealed until ${formatTime(seal.opensAt)}, and its score comes after:`
          : "Its score comes after the epoch:"}{" "}
        <a href={hrefOf({ view: "leaderboard", id: competition.id })}>see the leaderboard</a>.
      </Notice>
    );
  }
  if (state.step !== "choose") return <UploadProgress competition={competition} upload={upload} />;
  const obstacle = obstacleOf(competition);
  if (obstacle !== undefined) return <p>{obstacle}</p>;
  const { byteLimit, maxPerParticipant } = competition.snapshot.value!.competition;
  const participant = competition.participant.value!;
  return (
    <>
      {seal !== undefined && <SealTerms seal={seal} />}
      <p class="muted small">
        A model of at most {formatBytes(byteLimit)},{" "}
        {seal === undefined ? "packed" : "packed and sealed"}: an ONNX file (with the .data file
        beside it), .keras, .h5, or TensorFlow.js model.json with its shards. Submission{" "}
        {participant.submissions + 1} of{" "}
        {maxPerParticipant}. Nothing is sent before you have seen the cost.
      </p>
      <Unfinished competition={competition} participant={participant} />
      {state.problem !== undefined && <Notice kind="bad">{state.problem}</Notice>}
      <FileDrop onFiles={upload.choose} />
    </>
  );
}

/** Why nothing can be uploaded now; undefined if something can. */
function obstacleOf(competition: Competition): string | undefined {
  const phase = competition.phase.value?.name;
  const participant = competition.participant.value;
  const terms = competition.snapshot.value!.competition;
  const { maxPerParticipant } = terms;
  const mode = competition.mode.value ?? "open";
  if (!isFair({ mode }, terms)) {
    return "No models are taken for a sealed competition with several epochs.";
  }
  if (phase === "registration") return "Submissions start when registration ends.";
  if (phase !== "submission") return "No submissions are taken any more.";
  if (participant?.registered !== true) return "Participants can submit models.";
  if (participant.submissions < maxPerParticipant) return undefined;
  return `All ${maxPerParticipant} submissions are used.`;
}

/** Tells of an upload that the chain has begun to take. */
function Unfinished(
  { competition, participant: { upload } }: { competition: Competition; participant: Participant },
): ComponentChildren {
  const phase = competition.phase.value;
  if (upload === undefined || phase?.name !== "submission" || upload.epoch !== phase.epoch) {
    return null;
  }
  return (
    <Notice kind="warn">
      An upload is unfinished: {formatBytes(upload.received)} of {formatBytes(upload.size)}{" "}
      are on the chain. Choose the same files{competition.seal.value !== undefined &&
        ", in the browser that sealed it,"} to go on; another model starts again.
    </Notice>
  );
}
