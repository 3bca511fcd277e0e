import type { ComponentChildren } from "preact";
import type { Competition } from "../../../core/chain/types.ts";
import { buyIn } from "../../../core/protocol/terms.ts";
import { listPhase } from "../models/phase.ts";
import { pot } from "../models/prize.ts";
import { hrefOf } from "../router.ts";
import { CompetitionName } from "./CompetitionName.tsx";
import { useApp } from "./context.ts";
import { Countdown } from "./Countdown.tsx";
import { formatCoins, formatInteger, formatPrice, roundUp } from "./format.ts";
import { ModeBadge } from "./ModeBadge.tsx";
import { PhaseBadge } from "./PhaseBadge.tsx";

/** A competition in the list. */
export function CompetitionCard({ competition }: { competition: Competition }): ComponentChildren {
  const { clock, config } = useApp();
  const { id, participants, submissions } = competition;
  const now = clock.now.value;
  const phase = now === undefined ? undefined : listPhase(competition, now);
  return (
    <a class="card competition-card" href={hrefOf({ view: "overview", id })}>
      <div class="row row-apart">
        <span class="badges">
          {phase !== undefined && <PhaseBadge phase={phase.name} />}
          <ModeBadge digest={competition.manifest} />
        </span>
        <span class="muted small">
          {phase !== undefined && "endsAt" in phase && (
            <>
              ends in <Countdown to={phase.endsAt} />
            </>
          )}
        </span>
      </div>
      <h2>
        <CompetitionName id={id} digest={competition.manifest} />
      </h2>
      <dl>
        <div>
          <dt>Prize</dt>
          <dd>{formatCoins(pot(competition), { digits: 3 })} {config.currency}</dd>
        </div>
        <div>
          <dt>Buy-in</dt>
          <dd>{formatPrice(roundUp(buyIn(competition)))} {config.currency}</dd>
        </div>
        <div>
          <dt>Submissions</dt>
          <dd>
            {formatInteger(submissions)}
            <span class="hidden-visually">of {participants} participants</span>
          </dd>
        </div>
      </dl>
    </a>
  );
}
