import type { ComponentChildren } from "preact";
import type { OpenCompetition } from "../app.ts";
import type { Manifest } from "../../../core/dataset/manifest.ts";
import { bytesOf } from "../../../core/dataset/test_set.ts";
import type { Seal } from "../models/seal.ts";
import type { OpenedTestSet } from "../work/data_worker.ts";
import { Countdown } from "./Countdown.tsx";
import { DataRows } from "./DataRows.tsx";
import { formatInteger, formatTime } from "./format.ts";
import { Lazy } from "./Lazy.tsx";
import { OwnBeacon } from "./ModeNotice.tsx";
import { Notice } from "./Notice.tsx";
import { ProgressBar } from "./ProgressBar.tsx";

/** The test set of a sealed competition: until when it is sealed, and from then on what is in it. */
export function SealedTestSet(
  { competition, testSet, manifest }: OpenCompetition & { manifest: Manifest },
): ComponentChildren {
  const seal = competition.seal.value;
  return (
    <section class="stack-small">
      <h3>Test set</h3>
      {seal?.state === "sealed" && (
        <>
          <Notice>
            {formatInteger(manifest.test.rows)} rows, sealed until {formatTime(seal.opensAt)}, in
            {" "}
            <Countdown to={seal.opensAt} />: nobody can open them before, and everybody can after.
          </Notice>
          {!seal.drand && <OwnBeacon />}
        </>
      )}
      {seal?.state === "due" && (
        <Notice>
          The beacon that opens {formatInteger(manifest.test.rows)}{" "}
          rows is out, but nobody has posted it to the contract yet.
        </Notice>
      )}
      {seal?.state === "unsealed" && (
        <Lazy
          loadable={testSet}
          what="the test set"
          bytes={bytesOf(manifest.test)}
          waiting={(share) => (
            <div class="card waiting">
              <ProgressBar label="Reading and opening the test set" share={share} />
            </div>
          )}
        >
          {(opened) => <Opened testSet={opened} manifest={manifest} seal={seal} />}
        </Lazy>
      )}
    </section>
  );
}

function Opened(
  { testSet, manifest, seal }: { testSet: OpenedTestSet; manifest: Manifest; seal: Seal },
): ComponentChildren {
  return (
    <>
      {testSet.fault === undefined
        ? (
          <p class="muted small">
            {formatInteger(manifest.test.rows)}{" "}
            rows, sealed until the submissions were over, and opened in this browser with the beacon
            from the chain.
          </p>
        )
        : (
          <>
            <Notice kind="warn">
              The test set does not open to what the host promised by beacon{" "}
              {formatInteger(seal.round)}, which is the one that opens it as this node says. If it
              is, the first {formatInteger(manifest.test.rows)}{" "}
              rows of the training set take its place, for all miners alike. ({testSet.fault})
            </Notice>
            {!seal.drand && <OwnBeacon />}
          </>
        )}
      <DataRows rows={testSet} manifest={manifest} what="Test set" />
    </>
  );
}
