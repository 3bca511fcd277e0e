import type { ComponentChildren } from "preact";
import { bytesOf } from "../../../core/dataset/test_set.ts";
import { buyIn } from "../../../core/protocol/terms.ts";
import type { Competition } from "../models/competition.ts";
import { isFair } from "../models/seal.ts";
import type { RegisterState, Registration } from "../models/register.ts";
import { ConfirmDialog } from "./ConfirmDialog.tsx";
import { useApp } from "./context.ts";
import { formatBytes, formatPrice, shortAddress } from "./format.ts";
import { LARGE_BYTES } from "./Lazy.tsx";
import { ModeNotice } from "./ModeNotice.tsx";
import { Notice } from "./Notice.tsx";
import { ProgressBar } from "./ProgressBar.tsx";
import { registerProgress } from "./submit_progress.ts";

/** The step of the buy-in. */
export function RegisterStep(
  { competition, registration }: { competition: Competition; registration: Registration },
): ComponentChildren {
  const { session, config } = useApp();
  const registered = competition.participant.value?.registered ?? false;
  const terms = competition.snapshot.value!.competition;
  const price = `${formatPrice(buyIn(terms))} ${config.currency}`;
  const state = registration.state.value;
  const open = competition.phase.value?.name === "registration";
  const fair = isFair({ mode: competition.mode.value ?? "open" }, terms);
  return (
    <li class={registered ? "card stack-small done" : "card stack-small"}>
      <h3>Register</h3>
      {registered
        ? <p>You are a participant, with up to {terms.maxPerParticipant} submissions.</p>
        : !fair
        ? <ModeNotice competition={competition} />
        : open
        ? (
          <>
            <ModeNotice competition={competition} />
            <p>
              The buy-in is {price} for up to {terms.maxPerParticipant}{" "}
              submissions. It is spent, and comes back only if the competition is cancelled.
            </p>
            <MuchData competition={competition} />
            <Progress state={state} registration={registration} />
            <div class="actions">
              <button
                type="button"
                class="button primary"
                disabled={state.step !== "idle" || session.account.value === undefined}
                onClick={registration.prepare}
              >
                Register for {price}
              </button>
            </div>
          </>
        )
        : <p>Registration is over.</p>}
    </li>
  );
}

/** Warns who pays for every byte: registering reads all data, to see that it is there. */
function MuchData({ competition }: { competition: Competition }): ComponentChildren {
  const manifest = competition.data.value!.manifest.current.value;
  if (manifest.state !== "ready") return null;
  const bytes = bytesOf(manifest.value.train) + bytesOf(manifest.value.test);
  if (bytes <= LARGE_BYTES) return null;
  return <p class="muted small">Registering first reads all data: {formatBytes(bytes)}.</p>;
}

function Progress(
  { state, registration }: { state: RegisterState; registration: Registration },
): ComponentChildren {
  switch (state.step) {
    case "idle":
      return state.problem === undefined ? null : <Notice kind="bad">{state.problem}</Notice>;
    case "confirm":
      return (
        <ConfirmDialog
          title="Register"
          notice={state.warning}
          quote={state.quote}
          valueLabel="Buy-in"
          action="Confirm and register"
          onConfirm={registration.confirm}
          onCancel={registration.cancel}
        >
          <p>
            One transaction registers your account {shortAddress(state.quote.account)}{" "}
            as a participant.
          </p>
        </ConfirmDialog>
      );
    default:
      return <ProgressBar label={registerProgress(state)!} />;
  }
}
