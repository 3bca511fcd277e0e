import type { ComponentChildren } from "preact";
import type { Competition } from "../models/competition.ts";
import type { Evaluation, Phase } from "../models/phase.ts";
import { Countdown } from "./Countdown.tsx";
import { ModeBadge } from "./ModeBadge.tsx";
import { PhaseBadge } from "./PhaseBadge.tsx";

/** The phase in one line, with what the miners are doing. */
export function PhaseLine({ competition }: { competition: Competition }): ComponentChildren {
  const phase = competition.phase.value;
  const evaluation = competition.evaluation.value;
  const terms = competition.snapshot.value?.competition;
  const epochs = terms?.epochs ?? 1;
  return (
    <div class="row phase-line">
      {phase !== undefined && <PhaseBadge phase={phase.name} />}
      {terms !== undefined && <ModeBadge digest={terms.manifest} />}
      <span class="muted">
        {phase !== undefined && <PhaseText phase={phase} epochs={epochs} />}
        {phase !== undefined && evaluation !== undefined && (
          <EvaluationText evaluation={evaluation} epochs={epochs} />
        )}
      </span>
    </div>
  );
}

function PhaseText({ phase, epochs }: { phase: Phase; epochs: number }): ComponentChildren {
  switch (phase.name) {
    case "registration":
      return (
        <>
          Submissions start in <Countdown to={phase.endsAt} />.{" "}
        </>
      );
    case "submission":
      return (
        <>
          {epochs > 1 ? `Epoch ${phase.epoch + 1} of ${epochs} ends` : "Submissions end"} in{" "}
          <Countdown to={phase.endsAt} />.{" "}
        </>
      );
    case "closing":
      return <>How it ends is certain; anybody may now close it.</>;
    default:
      return null;
  }
}

const WINDOWS: Record<Evaluation["window"], string> = {
  beacon: "waits for its beacon; miners start",
  commit: "is being evaluated; scores are committed until the window ends",
  reveal: "is being evaluated; scores are revealed until the window ends",
  settle: "is being settled until the window ends",
  over: "was not decided in time",
};

function EvaluationText(
  { evaluation, epochs }: { evaluation: Evaluation; epochs: number },
): ComponentChildren {
  const { epoch, window, endsAt, attempt } = evaluation;
  return (
    <>
      {epochs > 1 ? `Epoch ${epoch + 1}` : "The competition"} {WINDOWS[window]}
      {endsAt !== undefined && (
        <>
          {" "}in <Countdown to={endsAt} />
        </>
      )}
      {attempt !== undefined && attempt > 0 && ` (attempt ${attempt + 1} of 3)`}.
    </>
  );
}
