import type { ComponentChildren } from "preact";
import { useSignal } from "@preact/signals";
import { CompetitionCard } from "../parts/CompetitionCard.tsx";
import { useApp } from "../parts/context.ts";
import { Heading } from "../parts/Heading.tsx";
import { Skeleton } from "../parts/Skeleton.tsx";
import { StaleNotice } from "../parts/StaleNotice.tsx";

const PAGE = 24;

/** All competitions, the newest first. */
export function Competitions(): ComponentChildren {
  const { competitions } = useApp();
  const shown = useSignal(PAGE);
  const list = competitions.value.value?.toReversed();
  return (
    <div class="stack">
      <div class="stack-small">
        <Heading level={1} title="Competitions">Competitions</Heading>
        <p class="muted lead">
          Machine learning with prizes and without a referee: models and scores are on the chain,
          data is on IPFS, and independent miners evaluate every model.
        </p>
      </div>
      <StaleNotice live={competitions} />
      {list === undefined && competitions.problem.value === undefined &&
        <Skeleton what="competitions" size="page" />}
      {list?.length === 0 && <p class="card">There are no competitions yet.</p>}
      {list !== undefined && list.length > 0 && (
        <ul class="cards">
          {list.slice(0, shown.value).map((row) => (
            <li key={row.id}>
              <CompetitionCard competition={row} />
            </li>
          ))}
        </ul>
      )}
      {list !== undefined && list.length > shown.value && (
        <button
          type="button"
          class="button"
          onClick={() => shown.value += PAGE}
        >
          Show more
        </button>
      )}
    </div>
  );
}
