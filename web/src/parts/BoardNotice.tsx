import type { ComponentChildren } from "preact";
import type { Seal } from "../models/seal.ts";
import { Countdown } from "./Countdown.tsx";
import { formatTime } from "./format.ts";
import { Notice } from "./Notice.tsx";

/** When scores can come in a sealed competition that has none. */
export function BoardNotice({ seal }: { seal: Seal }): ComponentChildren {
  switch (seal.state) {
    case "sealed":
      return (
        <Notice>
          All models are sealed until {formatTime(seal.opensAt)}, in{" "}
          <Countdown to={seal.opensAt} />. Nobody can evaluate them before; scores come after.
        </Notice>
      );
    case "due":
      return (
        <Notice>
          The models can be opened as soon as anybody has posted the beacon. Scores come after.
        </Notice>
      );
    case "unsealed":
      return <Notice>All models are open. Miners evaluate them; scores come after.</Notice>;
  }
}
