import type { ComponentChildren } from "preact";
import { useSignal } from "@preact/signals";
import type { OpenCompetition } from "../app.ts";
import type { Competition } from "../models/competition.ts";
import { leaderboardRows, type Row } from "../models/leaderboard.ts";
import { BoardNotice } from "../parts/BoardNotice.tsx";
import { BoardTable } from "../parts/BoardTable.tsx";
import { useApp } from "../parts/context.ts";
import { formatInteger } from "../parts/format.ts";
import { Heading } from "../parts/Heading.tsx";
import { Skeleton } from "../parts/Skeleton.tsx";
import { hrefOf } from "../router.ts";

const PAGE = 100;

/** The submissions by score; follows the chain. */
export function Leaderboard({ competition }: OpenCompetition): ComponentChildren {
  const { session } = useApp();
  const snapshot = competition.snapshot.value!;
  const seal = competition.seal.value;
  const sealed = seal?.state === "sealed";
  const rows = leaderboardRows(snapshot, { account: session.account.value, sealed });
  const waits = snapshot.competition.status === "open" && rows.length > 0 &&
    rows.every(({ state }) => state === "sealed" || state === "pending");
  const unclear = waits && isUnclear(competition);
  return (
    <>
      <div class="row row-apart">
        <Heading level={2} title="Leaderboard">Leaderboard</Heading>
        <p class="muted small" role="status">{unclear ? "" : summary(rows)}</p>
      </div>
      {waits && seal !== undefined && <BoardNotice seal={seal} />}
      {unclear
        ? <Skeleton what="the board" size="page" />
        : <Board id={competition.id} rows={rows} />}
    </>
  );
}

function Board({ id, rows }: { id: number; rows: Row[] }): ComponentChildren {
  const shown = useSignal(PAGE);
  return (
    <>
      <div class="card board-card">
        {rows.length === 0
          ? (
            <div class="empty">
              <p>
                No model was submitted yet.{" "}
                <a href={hrefOf({ view: "submit", id })}>Submit the first</a>.
              </p>
            </div>
          )
          : <BoardTable rows={rows.slice(0, shown.value)} />}
      </div>
      {rows.length > shown.value && (
        <button
          type="button"
          class="button"
          onClick={() => shown.value += PAGE}
        >
          Show {formatInteger(Math.min(PAGE, rows.length - shown.value))} more
        </button>
      )}
    </>
  );
}

/** Whether nobody can tell yet what there is to say of missing scores: what appeared later would push the board down. */
function isUnclear(competition: Competition): boolean {
  const manifest = competition.data.value!.manifest.current.value;
  return competition.mode.value === undefined && manifest.state !== "failed";
}

function summary(rows: Row[]): string {
  if (rows.length === 0) return "";
  const sealed = rows.filter(({ state }) => state === "sealed").length;
  const scored = rows.filter(({ score }) => score !== undefined).length;
  const kind = sealed === rows.length ? "sealed submission" : "submission";
  const all = `${formatInteger(rows.length)} ${kind}${rows.length === 1 ? "" : "s"}`;
  if (sealed === rows.length) return all;
  return scored === rows.length ? all : `${all}, ${formatInteger(scored)} with a score`;
}
