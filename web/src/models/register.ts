/** Registering: check that the data is there, show the cost, send the buy-in, wait for the block. */
import { type ReadonlySignal, signal } from "@preact/signals";
import { buyIn } from "../../../core/protocol/terms.ts";
import { explain } from "../chain/explain.ts";
import { confirmWithWallet } from "../chain/fixed.ts";
import type { Quote } from "../chain/quote.ts";
import type { ChainWriter } from "../chain/writer.ts";
import type { Competition } from "./competition.ts";
import { requireFair } from "./seal.ts";
import { requireSecureContext } from "../work/secure_context.ts";
import type { Session } from "./session.ts";
import { requireSigner } from "./signing.ts";

const NOT_SEALED =
  "The test set is no sealed one, so the first rows of the training set will take its place: everybody can train on what " +
  "decides.";

/** How far it is. */
export type RegisterState =
  | { step: "idle"; problem: string | undefined }
  /** Fetching manifest and data sets: nobody should pay for a competition that cannot be taken part in. */
  | { step: "checking" }
  /** The cost is on the screen; nothing was sent. `warning` says what speaks against it. */
  | { step: "confirm"; quote: Quote; warning?: string }
  | { step: "wallet" }
  | { step: "block" };

/** The registration of the connected account. Actions never reject. */
export interface Registration {
  /** How far it is. */
  readonly state: ReadonlySignal<RegisterState>;
  /** Checks the data and finds the cost. */
  prepare(): Promise<void>;
  /** Sends what {@linkcode prepare} found the cost of; asks again if the wallet changed to another account since. */
  confirm(): Promise<void>;
  /** Back to the start, while nothing was sent. */
  cancel(): void;
}

/** The registration for a competition. */
export function createRegistration(
  { competition, session, writer }: {
    competition: Competition;
    session: Session;
    writer: ChainWriter;
  },
): Registration {
  const state = signal<RegisterState>({ step: "idle", problem: undefined });

  async function attempt(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      state.value = { step: "idle", problem: (await explain(error)).text };
    }
  }

  function call() {
    const terms = competition.snapshot.peek()!.competition;
    return writer.register({ id: competition.id, buyIn: buyIn(terms) });
  }

  function prepare(): Promise<void> {
    return attempt(async () => {
      const { account, provider } = requireSigner(session);
      state.value = { step: "checking" };
      await confirmWithWallet(competition.snapshot.peek()!, provider);
      const warning = await requireData(competition);
      const quote = await writer.quote(call(), { account });
      if (state.peek().step !== "checking") return;
      state.value = { step: "confirm", quote, ...warning === undefined ? {} : { warning } };
    });
  }

  return {
    state,
    prepare,
    confirm: () =>
      attempt(async () => {
        const before = state.peek();
        if (before.step !== "confirm") return;
        const signer = requireSigner(session);
        // Who changed the account has not seen what it costs this one.
        if (signer.account !== before.quote.account) return await prepare();
        state.value = { step: "wallet" };
        const hash = await writer.send(call(), signer);
        state.value = { step: "block" };
        await writer.wait(hash);
        await competition.refresh();
        state.value = { step: "idle", problem: undefined };
      }),
    cancel() {
      const { step } = state.peek();
      if (step === "checking" || step === "confirm") {
        state.value = { step: "idle", problem: undefined };
      }
    },
  };
}

/**
 * Fetches what a competition is about, a sealed test set as it is. Rejects if it cannot be taken part in, here or anywhere.
 *
 * @returns what speaks against taking part
 */
async function requireData({ data, snapshot }: Competition): Promise<string | undefined> {
  const { manifest, train, test, sealed } = data.peek()!;
  const found = await manifest.load();
  requireFair(found, snapshot.peek()!.competition);
  // Who could not seal here should know before paying the buy-in.
  if (found.mode === "sealed") requireSecureContext();
  await train.load();
  if (found.mode === "open") await test.load();
  else if (!await sealed.load()) return NOT_SEALED;
}
