import type { ComponentChildren } from "preact";
import type { Seal } from "../models/seal.ts";
import { formatTime } from "./format.ts";
import { OwnBeacon } from "./ModeNotice.tsx";
import { Notice } from "./Notice.tsx";

/** What sealing means for the author, in plain words. */
export function SealTerms({ seal: { opensAt, drand } }: { seal: Seal }): ComponentChildren {
  return (
    <>
      <Notice>
        Your model is sealed in this browser until{" "}
        {formatTime(opensAt)}. Nobody can open it before, not even the host. Then the beacon opens
        it, without you. A copy under another address is worth nothing.
      </Notice>
      {!drand && <OwnBeacon />}
    </>
  );
}
