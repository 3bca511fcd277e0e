import type { ComponentChildren } from "preact";
import type { Manifest } from "../../../core/dataset/manifest.ts";
import type { Competition } from "../models/competition.ts";
import { Facts } from "./Facts.tsx";
import { formatInteger } from "./format.ts";
import { Lazy } from "./Lazy.tsx";
import { ModeNotice } from "./ModeNotice.tsx";
import { Skeleton } from "./Skeleton.tsx";

const METRICS: Record<Manifest["metric"]["name"], string> = {
  accuracy: "Accuracy: share of rows that are right",
  "macro-f1": "Macro F1: mean over the classes",
  r2: "R²: share of the variance that is explained",
};

/** What models are to do, from the manifest. All texts are the host's. */
export function Task({ competition }: { competition: Competition }): ComponentChildren {
  const data = competition.data.value;
  if (data === undefined) return null;
  return (
    <Lazy
      loadable={data.manifest}
      what="the manifest"
      waiting={() => <Skeleton what="the manifest" rows={5} />}
    >
      {(manifest) => (
        <>
          <ManifestFacts manifest={manifest} />
          <ModeNotice competition={competition} />
        </>
      )}
    </Lazy>
  );
}

function ManifestFacts({ manifest }: { manifest: Manifest }): ComponentChildren {
  const { task, classes, input, metric, train, test, mode, licence, source } = manifest;
  const shape = ["rows", ...input.shape].join(" × ");
  return (
    <Facts
      facts={[
        {
          name: "Task",
          value: classes === undefined ? task : `${task}, ${classes.length} classes`,
        },
        { name: "Score", value: METRICS[metric.name] },
        { name: "Model input", value: `float32 ${shape}` },
        { name: "Test set", value: mode === "sealed" ? `${rowsOf(test)}, sealed` : rowsOf(test) },
        { name: "Training set", value: train === undefined ? "none" : rowsOf(train) },
        { name: "Licence", value: licence ?? "not stated" },
        { name: "Source", value: source ?? "not stated" },
      ]}
    />
  );
}

function rowsOf({ rows }: { rows: number }): string {
  return `${formatInteger(rows)} rows`;
}
