import type { ComponentChildren } from "preact";
import type { ScoreOf } from "../models/scoring.ts";
import type { Selection } from "../models/selection.ts";
import type { Choice } from "../models/weights.ts";
import { formatBytes, formatScore } from "./format.ts";
import { formatShare, nameOf } from "./weights_text.ts";

/** The precisions of a model's weights: how large each is, and how good. */
export function WeightsTable({ selection }: { selection: Selection }): ComponentChildren {
  const { model: { choices, mode }, scoring: { scores }, chosen } = selection;
  return (
    <div role="radiogroup" aria-label="Precision of the weights">
      <table class="weights">
        <thead>
          <tr>
            <th scope="col">Weights</th>
            <th scope="col" class="number">{mode === "sealed" ? "Packed and sealed" : "Packed"}</th>
            <th scope="col" class="number wide">Of the limit</th>
            <th scope="col" class="number">Score</th>
          </tr>
        </thead>
        <tbody>
          {choices.map((choice, index) => (
            <Row
              key={choice.precision}
              choice={choice}
              score={scores.value[index]!}
              chosen={chosen.value === index}
              onChoose={() => selection.choose(index)}
            />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Row(
  { choice: { precision, bytes, share, fits }, score, chosen, onChoose }: {
    choice: Choice;
    score: ScoreOf;
    chosen: boolean;
    onChoose: () => void;
  },
): ComponentChildren {
  const portion = formatShare(share);
  return (
    <tr class={chosen ? "chosen" : fits ? "" : "too-large"}>
      <th scope="row">
        <label class="option">
          <input
            type="radio"
            name="weights"
            checked={chosen}
            disabled={!fits}
            // Not onChange: a click on what is preselected is a choice as well.
            onClick={onChoose}
          />
          {nameOf(precision)}
        </label>
      </th>
      <td class="number">
        <span class="amount">{formatBytes(bytes)}</span>
        <span class="below">{portion} of limit</span>
      </td>
      <td class="number wide">{portion}</td>
      <td class="number">{fits ? <Score score={score} /> : <TooLarge score={score} />}</td>
    </tr>
  );
}

/** The most exact weights are scored even if they do not fit, for the others to be compared with. */
function TooLarge({ score }: { score: ScoreOf }): ComponentChildren {
  return (
    <>
      {score.state !== "none" && <Score score={score} />} <span class="badge bad">too large</span>
    </>
  );
}

function Score({ score }: { score: ScoreOf }): ComponentChildren {
  switch (score.state) {
    case "none":
      return <span class="muted">–</span>;
    case "running":
      return <progress class="inline" aria-label="Scoring" value={score.share} />;
    case "scored":
      return <span class="amount">{formatScore(score.score)}</span>;
    case "invalid":
      return <span class="badge bad" title={score.message}>scores 0</span>;
    case "failed":
      return <span class="badge warn" title={score.message}>not scored</span>;
  }
}
