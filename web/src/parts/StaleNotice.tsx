import type { ComponentChildren } from "preact";
import type { Live } from "../models/live.ts";
import { Notice } from "./Notice.tsx";

const TIME = new Intl.DateTimeFormat("en-GB", { timeStyle: "medium" });

/** Says why the chain could not be read, and how old is what the page shows instead. */
export function StaleNotice(
  { live }: { live: Pick<Live<unknown>, "problem" | "readAt" | "refresh"> },
): ComponentChildren {
  const problem = live.problem.value;
  const readAt = live.readAt.value;
  return (
    <div role="status" class="stale">
      {problem !== undefined && (
        <Notice kind="warn" action={{ label: "Try now", onClick: live.refresh }}>
          {readAt === undefined
            ? "This could not be loaded."
            : `Not up to date: this is how it stood at ${TIME.format(readAt)}.`} {problem}
        </Notice>
      )}
    </div>
  );
}
