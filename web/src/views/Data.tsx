import type { ComponentChildren } from "preact";
import type { OpenCompetition } from "../app.ts";
import type { Rows } from "../../../core/dataset/dataset.ts";
import type { Manifest, Part } from "../../../core/dataset/manifest.ts";
import { bytesOf } from "../../../core/dataset/test_set.ts";
import type { Loadable } from "../models/loadable.ts";
import { DataRows } from "../parts/DataRows.tsx";
import { formatInteger } from "../parts/format.ts";
import { Heading } from "../parts/Heading.tsx";
import { Lazy } from "../parts/Lazy.tsx";
import { ProgressBar } from "../parts/ProgressBar.tsx";
import { SealedTestSet } from "../parts/SealedTestSet.tsx";
import { Skeleton } from "../parts/Skeleton.tsx";

/** What models are scored on, and in a sealed competition trained on: read from IPFS and checked against its CIDs. */
export function Data(opened: OpenCompetition): ComponentChildren {
  const { manifest, test, train } = opened.competition.data.value!;
  return (
    <>
      <Heading level={2} title="Data">Data</Heading>
      <Lazy
        loadable={manifest}
        what="the manifest"
        waiting={() => <Skeleton what="the manifest" size="page" />}
      >
        {(manifest) =>
          manifest.mode === "open"
            ? <Public name="Test set" loadable={test} part={manifest.test} manifest={manifest} />
            : (
              <>
                <SealedTestSet {...opened} manifest={manifest} />
                <Public
                  name="Training set"
                  loadable={train as Loadable<Rows>}
                  part={manifest.train!}
                  manifest={manifest}
                />
              </>
            )}
      </Lazy>
    </>
  );
}

/** A public part of the data set. */
function Public(
  { name, loadable, part, manifest }: {
    name: "Test set" | "Training set";
    loadable: Loadable<Rows>;
    part: Part;
    manifest: Manifest;
  },
): ComponentChildren {
  const what = `the ${name.toLowerCase()}`;
  return (
    <section class="stack-small">
      <h3>{name}</h3>
      <p class="muted small">
        {formatInteger(part.rows)}{" "}
        rows, read from IPFS and checked against their hash in this browser.
      </p>
      <Lazy
        loadable={loadable}
        what={what}
        bytes={bytesOf(part)}
        waiting={(share) => (
          <div class="card waiting">
            <ProgressBar label={`Reading and checking ${what}`} share={share} />
          </div>
        )}
      >
        {(content) => <DataRows rows={content} manifest={manifest} what={name} />}
      </Lazy>
    </section>
  );
}
