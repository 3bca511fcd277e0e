import type { ComponentChildren } from "preact";
import type { OpenCompetition } from "../app.ts";
import { buyIn, miningPool } from "../../../core/protocol/terms.ts";
import { leaderboardRows } from "../models/leaderboard.ts";
import { pot } from "../models/prize.ts";
import { Address } from "../parts/Address.tsx";
import { useApp } from "../parts/context.ts";
import { Countdown } from "../parts/Countdown.tsx";
import {
  formatBytes,
  formatCoins,
  formatInteger,
  formatPrice,
  formatScore,
  roundUp,
} from "../parts/format.ts";
import { Facts } from "../parts/Facts.tsx";
import { Heading } from "../parts/Heading.tsx";
import { Stats } from "../parts/Stats.tsx";
import { Task } from "../parts/Task.tsx";
import { Timeline } from "../parts/Timeline.tsx";

const PRIZE_DETAILS = {
  open: "if it ended now",
  final: "for the winner",
  cancelled: "goes back to the host",
};

/** What is at stake, where the competition stands, what it is about, and its terms. */
export function Overview({ competition }: OpenCompetition): ComponentChildren {
  const { currency } = useApp().config;
  const snapshot = competition.snapshot.value!;
  const terms = snapshot.competition;
  const coins = (wei: bigint) => `${formatCoins(wei, { digits: 4 })} ${currency}`;
  const [best] = leaderboardRows(snapshot);
  const seal = competition.seal.value;
  const sealed = seal?.state === "sealed";
  const stats = [
    { label: "Prize", value: coins(pot(terms)), detail: PRIZE_DETAILS[terms.status] },
    {
      label: "Buy-in",
      value: `${formatPrice(roundUp(buyIn(terms)))} ${currency}`,
      detail: `${terms.maxPerParticipant} submissions`,
    },
    { label: "Participants", value: formatInteger(terms.participants) },
    {
      label: "Submissions",
      value: formatInteger(terms.submissions),
      detail: sealed && terms.submissions > 0 ? "all sealed" : undefined,
    },
    {
      label: "Miners",
      value: formatInteger(terms.miners),
      detail: `${terms.minReveals} needed`,
    },
    sealed && terms.status === "open"
      ? {
        label: "Unsealed in",
        value: <Countdown to={seal.opensAt} />,
        detail: "scores come after",
      }
      : {
        label: terms.status === "final" ? "Winning score" : "Best score",
        value: best?.score === undefined ? "–" : formatScore(best.score),
        detail: best?.score === undefined ? "none yet" : <Address address={best.author} />,
      },
  ];
  return (
    <>
      <Heading level={2} title="Overview">Overview</Heading>
      <Stats stats={stats} />
      <div class="columns">
        <section class="card stack-small">
          <h3>Timeline</h3>
          <Timeline competition={competition} />
        </section>
        <section class="card stack-small">
          <h3>Task</h3>
          <Task competition={competition} />
        </section>
      </div>
      <section class="card stack-small">
        <h3>Terms</h3>
        <Facts
          facts={[
            { name: "Host", value: <Address address={terms.host} /> },
            { name: "Prize fund", value: coins(terms.prizeFund) },
            { name: "Of it for miners", value: `up to ${coins(miningPool(terms))}` },
            { name: "Evaluations asked for", value: formatInteger(terms.quorum) },
            { name: "Bond of a miner", value: coins(terms.bond) },
            {
              name: seal === undefined ? "Packed model, at most" : "Sealed model, at most",
              value: formatBytes(terms.byteLimit),
            },
          ]}
        />
      </section>
    </>
  );
}
