import type { ComponentChildren } from "preact";
import type { OpenCompetition } from "../app.ts";
import { historyPoints, type Point } from "../models/history.ts";
import { Address } from "../parts/Address.tsx";
import { formatScore } from "../parts/format.ts";
import { Heading } from "../parts/Heading.tsx";
import { HistoryChart } from "../parts/HistoryChart.tsx";

/** How the best score grew. */
export function History({ competition }: OpenCompetition): ComponentChildren {
  const points = historyPoints(competition.snapshot.value!);
  return (
    <>
      <Heading level={2} title="History">History</Heading>
      <div class="card stack-small">
        <p class="muted small">
          Each dot is a submission in the order of arrival; the line is the best score so far.
        </p>
        {points.length === 0
          ? (
            <div class="chart empty">
              <p>
                Nothing has a score yet. The first scores come after an epoch.
              </p>
            </div>
          )
          : <HistoryChart points={points} />}
      </div>
      {points.length > 0 && (
        <details class="card">
          <summary>The same as a table</summary>
          <PointTable points={points} />
        </details>
      )}
    </>
  );
}

function PointTable({ points }: { points: Point[] }): ComponentChildren {
  return (
    <div class="chart-table" tabIndex={0} role="region" aria-label="Scores by submission">
      <table class="board">
        <thead>
          <tr>
            <th scope="col">Submission</th>
            <th scope="col" class="wide">Author</th>
            <th scope="col" class="number wide">Epoch</th>
            <th scope="col" class="number">Score</th>
            <th scope="col" class="number">Best so far</th>
          </tr>
        </thead>
        <tbody>
          {points.map(({ number, author, epoch, score, best, record }) => (
            <tr key={number}>
              <td>{number}</td>
              <td class="wide">
                <Address address={author} />
              </td>
              <td class="number wide">{epoch + 1}</td>
              <td class="number">{formatScore(score)}</td>
              <td class={record ? "number score" : "number"}>{formatScore(best)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
