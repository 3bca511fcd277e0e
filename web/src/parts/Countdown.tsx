import type { ComponentChildren } from "preact";
import { useApp } from "./context.ts";
import { formatSpan, formatTime } from "./format.ts";

/** Time left by the chain's clock, with the moment itself as a title. */
export function Countdown({ to }: { to: number }): ComponentChildren {
  const now = useApp().clock.now.value;
  const text = now === undefined ? "…" : formatSpan(to - now);
  return <time dateTime={new Date(to * 1000).toISOString()} title={formatTime(to)}>{text}</time>;
}
