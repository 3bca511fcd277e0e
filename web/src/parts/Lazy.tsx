import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { type Loadable, prefetch } from "../models/loadable.ts";
import { formatBytes } from "./format.ts";
import { Notice } from "./Notice.tsx";

/** More bytes than this are loaded only by who asks for them. */
export const LARGE_BYTES = 64_000_000;

/** Shows what a loadable gives, `waiting` until then, and a way to try again if it fails. Asks before it loads very much. */
export function Lazy<T>(
  { loadable, what, bytes = 0, waiting, children }: {
    loadable: Loadable<T>;
    what: string;
    bytes?: number;
    waiting: (share: number | undefined) => ComponentChildren;
    children: (value: T) => ComponentChildren;
  },
): ComponentChildren {
  const asks = bytes > LARGE_BYTES;
  useEffect(() => {
    if (!asks && loadable.current.peek().state === "idle") prefetch(loadable);
  }, [loadable]);
  const current = loadable.current.value;
  if (current.state === "ready") return <>{children(current.value)}</>;
  const load = () => prefetch(loadable);
  if (asks && current.state === "idle") {
    return (
      <Notice action={{ label: `Load ${formatBytes(bytes)}`, onClick: load }}>
        This is much to load: nothing is, before you ask for it.
      </Notice>
    );
  }
  if (current.state !== "failed") {
    return <>{waiting(current.state === "loading" ? current.share : undefined)}</>;
  }
  return (
    <Notice kind="bad" action={{ label: "Try again", onClick: load }}>
      Could not load {what}. {current.message}
    </Notice>
  );
}
