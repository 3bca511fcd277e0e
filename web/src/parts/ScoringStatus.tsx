import type { ComponentChildren } from "preact";
import type { Manifest } from "../../../core/dataset/manifest.ts";
import type { Scoring } from "../models/scoring.ts";
import { formatBytes } from "./format.ts";
import { Notice } from "./Notice.tsx";
import { ProgressBar } from "./ProgressBar.tsx";
import { basisText, scoringText } from "./weights_text.ts";

/** On what the scores are taken, how far that is, and a way to stop it. */
export function ScoringStatus(
  { scoring, mode }: { scoring: Scoring; mode: Manifest["mode"] },
): ComponentChildren {
  const { basis } = scoring;
  if (basis === undefined) {
    return <p class="muted small">There are no public data to score it on.</p>;
  }
  return (
    <>
      <p class="muted small">
        Scores are found in this browser, as miners find them, on {basisText(basis)}.{" "}
        {mode === "sealed"
          ? "The test set is sealed: what counts will differ."
          : basis.rows === basis.of
          ? "Miners find the same."
          : "Miners score on all of it."}
      </p>
      <Progress scoring={scoring} />
      <Troubles scoring={scoring} />
    </>
  );
}

function Progress({ scoring }: { scoring: Scoring }): ComponentChildren {
  const progress = scoring.progress.value;
  switch (progress.phase) {
    case "idle": {
      const label = `Load ${formatBytes(scoring.basis!.bytes)} and score`;
      return (
        <Notice action={{ label, onClick: scoring.start }}>
          The data are large: they are not loaded before you ask for it.
        </Notice>
      );
    }
    case "stopped":
      return <Notice action={{ label: "Score the rest", onClick: scoring.start }}>Stopped.</Notice>;
    case "failed":
      return (
        <Notice kind="warn" action={{ label: "Try again", onClick: scoring.start }}>
          Scoring failed here; the model can be submitted all the same. {progress.message}
        </Notice>
      );
    case "done":
      return null;
    default:
      return (
        <div class="scoring">
          <ProgressBar
            label={scoringText(progress)!}
            share={progress.phase === "loading" ? progress.share : progress.done / progress.of}
          />
          <button type="button" class="button" onClick={scoring.stop}>Stop scoring</button>
        </div>
      );
  }
}

/** What is in the table as a badge only, in full; each text once. */
function Troubles({ scoring }: { scoring: Scoring }): ComponentChildren {
  const texts = scoring.scores.value.flatMap((score) =>
    score.state === "invalid"
      ? [`It would score 0: ${score.message}`]
      : score.state === "failed"
      ? [`Not scored: ${score.message}`]
      : []
  );
  return [...new Set(texts)].map((text) => <Notice key={text} kind="warn">{text}</Notice>);
}
