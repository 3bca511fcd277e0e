import type { ComponentChildren } from "preact";
import type { Competition } from "../models/competition.ts";
import { isFair, type Seal } from "../models/seal.ts";
import { formatTime } from "./format.ts";
import { Notice } from "./Notice.tsx";

/** What the mode of a competition means for those who take part (PROTOCOL.md section 3). */
export function ModeNotice({ competition }: { competition: Competition }): ComponentChildren {
  const mode = competition.mode.value;
  if (mode === undefined) return null;
  if (!isFair({ mode }, competition.snapshot.value!.competition)) {
    return (
      <Notice kind="warn">
        Do not take part: this competition is sealed but has several epochs, and its test set is
        public after the first one. This site neither registers nor submits here.
      </Notice>
    );
  }
  if (mode === "open") {
    return (
      <Notice>
        An open competition: everybody can see the models and the test set, which can therefore be
        copied, and trained on.
      </Notice>
    );
  }
  const seal = competition.seal.value;
  if (seal === undefined) return null;
  return (
    <>
      <Notice>
        A sealed competition: {WHEN[seal.state](seal)}
      </Notice>
      {!seal.drand && <OwnBeacon />}
    </>
  );
}

const WHEN: Record<Seal["state"], (seal: Seal) => string> = {
  sealed: ({ opensAt }) =>
    `models and test set are encrypted until ${
      formatTime(opensAt)
    }. Nobody can open them before, not ` +
    "even their authors and the host, and nobody is needed to open them then: the beacon of that moment does, for everybody.",
  due: () =>
    "the beacon that opens models and test set is out. As soon as somebody has posted it to the contract, which " +
    "anybody can do, everything is open to everybody.",
  unsealed: () =>
    "models and test set were encrypted until the submissions were over. The beacon has opened them, for everybody.",
};

/** Says that the seal is only as good as whoever runs the beacon. */
export function OwnBeacon(): ComponentChildren {
  return (
    <Notice kind="warn">
      This chain has a beacon of its own instead of drand's: whoever holds its key can open
      everything earlier.
    </Notice>
  );
}
