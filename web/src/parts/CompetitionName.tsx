import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import type { Hex } from "../../../core/protocol/types.ts";
import { prefetch } from "../models/loadable.ts";
import { useApp } from "./context.ts";

/** The name from the manifest, or the number while it is not there. */
export function CompetitionName(
  { id, digest }: { id: number; digest: Hex | undefined },
): ComponentChildren {
  const { dataOf } = useApp();
  const manifest = digest === undefined ? undefined : dataOf(digest).manifest;
  useEffect(() => {
    if (manifest?.current.peek().state === "idle") prefetch(manifest);
  }, [manifest]);
  const current = manifest?.current.value;
  return <>{current?.state === "ready" ? current.value.name : `Competition ${id}`}</>;
}
