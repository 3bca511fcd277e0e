import type { ComponentChildren } from "preact";
import type { Competition } from "../models/competition.ts";
import type { Phase } from "../models/phase.ts";
import { formatTime } from "./format.ts";

const ORDER: Phase["name"][][] = [
  ["registration"],
  ["submission"],
  ["evaluation", "closing"],
  ["final", "cancelled"],
];

/** The phases below each other, the running one marked. */
export function Timeline({ competition }: { competition: Competition }): ComponentChildren {
  const { registrationEndsAt, submissionEndsAt, epochs, status } =
    competition.snapshot.value!.competition;
  const name = competition.phase.value?.name;
  const current = ORDER.findIndex((names) => name !== undefined && names.includes(name));
  const steps: [string, ComponentChildren][] = [
    ["Registration", `until ${formatTime(registrationEndsAt)}`],
    [
      "Submissions",
      `${epochs > 1 ? `${epochs} epochs, ` : ""}until ${formatTime(submissionEndsAt)}`,
    ],
    ["Evaluation", evaluationDetail(competition)],
    [
      status === "cancelled" ? "Cancelled" : "Final",
      status === "cancelled" ? "buy-ins go back" : "the best score wins the prize",
    ],
  ];
  return (
    <ol class="timeline">
      {steps.map(([title, detail], i) => (
        <li
          key={title}
          class={i < current ? "past" : ""}
          aria-current={i === current ? "step" : undefined}
        >
          <strong>{title}</strong>
          <div class="small">{detail}</div>
        </li>
      ))}
    </ol>
  );
}

function evaluationDetail({ snapshot, seal }: Competition): string {
  if (snapshot.value!.competition.epochs > 1) return "after each epoch, by the miners";
  const opensAt = seal.value?.opensAt;
  return opensAt === undefined
    ? "by the miners"
    : `by the miners, once all is opened at ${formatTime(opensAt)}`;
}
