import type { ComponentChildren } from "preact";
import type { Manifest } from "../../../core/dataset/manifest.ts";
import type { Hex } from "../../../core/protocol/types.ts";
import { useApp } from "./context.ts";

const LOOKS: Record<Manifest["mode"], [text: string, kind: string]> = {
  open: ["Open", ""],
  sealed: ["Sealed", "live"],
};

/** Whether a competition is open or sealed. Its place is kept until the manifest, which others ask for, is there. */
export function ModeBadge({ digest }: { digest: Hex }): ComponentChildren {
  const manifest = useApp().dataOf(digest).manifest.current.value;
  if (manifest.state !== "ready") {
    return <span class="badge unknown" aria-hidden="true">Sealed</span>;
  }
  const [text, kind] = LOOKS[manifest.value.mode];
  return <span class={`badge ${kind}`}>{text}</span>;
}
