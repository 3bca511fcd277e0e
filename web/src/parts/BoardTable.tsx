import type { ComponentChildren } from "preact";
import type { Row } from "../models/leaderboard.ts";
import { Address } from "./Address.tsx";
import { formatBytes, formatScore } from "./format.ts";

const MEDALS = ["first", "second", "third"];

/** The leaderboard as a table. On narrow screens the less important cells move below the others. */
export function BoardTable({ rows }: { rows: Row[] }): ComponentChildren {
  return (
    <table class="board">
      <caption class="hidden-visually">Submissions by score</caption>
      <thead>
        <tr>
          <th scope="col">Place</th>
          <th scope="col">Author</th>
          <th scope="col" class="number wide">Submission</th>
          <th scope="col" class="number">Score</th>
          <th scope="col" class="number wide">Agreeing</th>
          <th scope="col" class="number wide">Payload</th>
          <th scope="col" class="number wide">Epoch</th>
        </tr>
      </thead>
      <tbody>{rows.map((row) => <BoardRow key={row.number} row={row} />)}</tbody>
    </table>
  );
}

function BoardRow({ row }: { row: Row }): ComponentChildren {
  const { place, author, number, size, epoch, mine } = row;
  const agreeing = row.agreeing === undefined ? "–" : `${row.agreeing}/${row.quorum}`;
  return (
    <tr class={mine ? "mine" : ""}>
      <td>
        {place === undefined
          ? <span class="muted">–</span>
          : <span class={`place ${MEDALS[place - 1] ?? ""}`}>{place}</span>}
      </td>
      <td>
        <Address address={author} />
        {mine && <span class="badge live">you</span>}
        <span class="below">No. {number}, epoch {epoch + 1}, {formatBytes(size)}</span>
      </td>
      <td class="number wide">{number}</td>
      <td class="number score">
        <Score row={row} />
        {row.agreeing !== undefined && <span class="below">{agreeing} agree</span>}
      </td>
      <td class="number wide">{agreeing}</td>
      <td class="number wide">{formatBytes(size)}</td>
      <td class="number wide">{epoch + 1}</td>
    </tr>
  );
}

function Score({ row: { score, state } }: { row: Row }): ComponentChildren {
  if (score !== undefined) return <>{formatScore(score)}</>;
  switch (state) {
    case "void":
      return <span class="badge bad" title="The miners did not agree on a score">void</span>;
    case "sealed":
      return <span class="badge live" title="Nobody can open it yet">sealed</span>;
    default:
      return <span class="badge warn" title="Its epoch is not evaluated yet">pending</span>;
  }
}
