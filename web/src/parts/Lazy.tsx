import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { type Loadable, prefetch } from "../models/loadable.ts";
import { Notice } from "./Notice.tsx";

/** Shows what a loadable gives, `waiting` until then, and a way to try again if it fails. */
export function Lazy<T>(
  { loadable, what, waiting, children }: {
    loadable: Loadable<T>;
    what: string;
    waiting: (share: number | undefined) => ComponentChildren;
    children: (value: T) => ComponentChildren;
  },
): ComponentChildren {
  useEffect(() => {
    if (loadable.current.peek().state === "idle") prefetch(loadable);
  }, [loadable]);
  const current = loadable.current.value;
  if (current.state === "ready") return <>{children(current.value)}</>;
  if (current.state !== "failed") {
    return <>{waiting(current.state === "loading" ? current.share : undefined)}</>;
  }
  return (
    <Notice kind="bad" action={{ label: "Try again", onClick: () => prefetch(loadable) }}>
      Could not load {what}. {current.message}
    </Notice>
  );
}
