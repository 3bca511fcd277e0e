import type { ComponentChildren } from "preact";
import type { OpenCompetition } from "../app.ts";
import type { CompetitionData } from "../models/data.ts";
import type { Manifest } from "../../../core/dataset/manifest.ts";
import { formatInteger } from "../parts/format.ts";
import { Heading } from "../parts/Heading.tsx";
import { Lazy } from "../parts/Lazy.tsx";
import { Notice } from "../parts/Notice.tsx";
import { ProgressBar } from "../parts/ProgressBar.tsx";
import { Skeleton } from "../parts/Skeleton.tsx";
import { TestSet } from "../parts/TestSet.tsx";

/** The test set, read from IPFS and checked against its CIDs. */
export function Data({ competition }: OpenCompetition): ComponentChildren {
  const data = competition.data.value!;
  return (
    <>
      <Heading level={2} title="Data">Data</Heading>
      <Lazy
        loadable={data.manifest}
        what="the manifest"
        waiting={() => <Skeleton what="the manifest" size="page" />}
      >
        {(manifest) => <Part data={data} manifest={manifest} />}
      </Lazy>
    </>
  );
}

function Part(
  { data, manifest }: { data: CompetitionData; manifest: Manifest },
): ComponentChildren {
  if (manifest.mode === "sealed") {
    return (
      <Notice>
        The test set is sealed: nobody, the host included, can open it for others before the
        submission phase is over.
      </Notice>
    );
  }
  return (
    <>
      <p class="muted small">
        Test set of {formatInteger(manifest.test.rows)}{" "}
        rows, read from IPFS and checked against its hash in this browser.
      </p>
      <Lazy
        loadable={data.test}
        what="the test set"
        waiting={(share) => (
          <div class="card waiting">
            <ProgressBar label="Reading and checking the test set" share={share} />
          </div>
        )}
      >
        {(rows) => <TestSet rows={rows} manifest={manifest} />}
      </Lazy>
    </>
  );
}
