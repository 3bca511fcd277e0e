import type { ComponentChildren } from "preact";
import type { Selection } from "../models/selection.ts";
import type { UploadModel } from "../models/upload.ts";
import { Inspection } from "./Inspection.tsx";
import { Notice } from "./Notice.tsx";
import { ScoringStatus } from "./ScoringStatus.tsx";
import { nameOf } from "./weights_text.ts";
import { WeightsTable } from "./WeightsTable.tsx";

/** The choice of the precision of the weights, before anything is paid. */
export function WeightsStep(
  { selection, problem, upload }: {
    selection: Selection;
    problem: string | undefined;
    upload: UploadModel;
  },
): ComponentChildren {
  const { model } = selection;
  const chosen = model.choices[selection.chosen.value ?? -1];
  return (
    <>
      <p>
        <b class="file-name">{model.name}</b> can be submitted. Choose the precision of its weights:
        {" "}
        fewer bits cost fewer bytes, and up to a point no accuracy.
      </p>
      {problem !== undefined && <Notice kind="bad">{problem}</Notice>}
      <WeightsTable selection={selection} />
      <ScoringStatus scoring={selection.scoring} mode={model.mode} />
      <Inspection inspection={model.inspection} />
      {chosen === undefined && (
        <Notice kind="bad">
          None of these fits into this competition's limit: the model needs fewer weights.
        </Notice>
      )}
      <div class="actions">
        <button type="button" class="button" onClick={upload.reset}>Choose another model</button>
        <button
          type="button"
          class="button primary"
          disabled={chosen === undefined}
          onClick={upload.proceed}
        >
          {chosen === undefined ? "Continue" : `Continue with ${nameOf(chosen.precision)}`}
        </button>
      </div>
    </>
  );
}
