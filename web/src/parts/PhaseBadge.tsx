import type { ComponentChildren } from "preact";
import type { Phase } from "../models/phase.ts";

const LOOKS: Record<Phase["name"], [text: string, kind: string]> = {
  registration: ["Registration open", "live"],
  submission: ["Submissions open", "good"],
  evaluation: ["Evaluation", "warn"],
  closing: ["Closing", "warn"],
  final: ["Final", ""],
  cancelled: ["Cancelled", "bad"],
};

/** The phase as a coloured label. */
export function PhaseBadge({ phase }: { phase: Phase["name"] }): ComponentChildren {
  const [text, kind] = LOOKS[phase];
  return <span class={`badge ${kind}`}>{text}</span>;
}
