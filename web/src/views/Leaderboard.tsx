import type { ComponentChildren } from "preact";
import { useSignal } from "@preact/signals";
import type { OpenCompetition } from "../app.ts";
import { leaderboardRows, type Row } from "../models/leaderboard.ts";
import { BoardTable } from "../parts/BoardTable.tsx";
import { useApp } from "../parts/context.ts";
import { formatInteger } from "../parts/format.ts";
import { Heading } from "../parts/Heading.tsx";
import { hrefOf } from "../router.ts";

const PAGE = 100;

/** The submissions by score; follows the chain. */
export function Leaderboard({ competition }: OpenCompetition): ComponentChildren {
  const { session } = useApp();
  const shown = useSignal(PAGE);
  const snapshot = competition.snapshot.value!;
  const rows = leaderboardRows(snapshot, session.account.value);
  return (
    <>
      <div class="row row-apart">
        <Heading level={2} title="Leaderboard">Leaderboard</Heading>
        <p class="muted small" role="status">{summary(rows)}</p>
      </div>
      <div class="card board-card">
        {rows.length === 0
          ? (
            <div class="empty">
              <p>
                No model was submitted yet.{" "}
                <a href={hrefOf({ view: "submit", id: competition.id })}>Submit the first</a>.
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

function summary(rows: Row[]): string {
  if (rows.length === 0) return "";
  const scored = rows.filter(({ score }) => score !== undefined).length;
  const all = `${formatInteger(rows.length)} ${rows.length === 1 ? "submission" : "submissions"}`;
  return scored === rows.length ? all : `${all}, ${formatInteger(scored)} with a score`;
}
