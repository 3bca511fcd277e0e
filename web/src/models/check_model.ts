/** From the files that a participant chose to the choice between the precisions of their weights. */
import type { Manifest } from "../../../core/dataset/manifest.ts";
import type { NamedBytes, Prepared } from "../work/prepare.ts";
import type { CallOptions } from "../work/rpc.ts";
import type { Competition } from "./competition.ts";
import { type ModelFile, readFiles, sizeOf } from "./model_files.ts";
import { basisOf } from "./public_rows.ts";
import { createScoring, type ScoringTools } from "./scoring.ts";
import { requireFair } from "./seal.ts";
import { createSelection, type Selection } from "./selection.ts";
import { choicesOf } from "./weights.ts";

/** What checking works with. */
export interface CheckOptions {
  /** Which competition the model is for. */
  competition: Competition;
  /** Reads, converts, admits and packs the files of a model. */
  prepare(
    job: { files: NamedBytes[]; manifest: Manifest },
    options: CallOptions,
  ): Promise<Prepared>;
  /** Scores it. */
  scoring: ScoringTools;
}

/**
 * Checks a model for a competition.
 *
 * @throws {RangeError} if the competition takes no models, or the files are too large
 * @throws {Error} as `prepare`, for files that are no model, or one that would score 0
 */
export async function checkModel(
  files: readonly ModelFile[],
  { competition, prepare, scoring, ...call }: CheckOptions & CallOptions,
): Promise<Selection> {
  const manifest = await competition.data.peek()!.manifest.load();
  const terms = competition.snapshot.peek()!.competition;
  requireFair(manifest, terms);
  const { mode } = manifest;
  const job = { files: await readFiles(files), manifest };
  const { name, inspection, candidates } = await prepare(job, call);
  const choices = choicesOf(candidates, { byteLimit: terms.byteLimit, mode });
  return createSelection(
    { name, size: sizeOf(files), mode, inspection, choices },
    createScoring(choices, { ...scoring, manifest, basis: basisOf(manifest) }),
  );
}
