/**
 * Uploading a model: check it, choose the precision of its weights, show the cost, then one transaction per chunk. The
 * chain is the memory: whatever interrupts it (a declined request, a reload, a lost connection), choosing the same files
 * goes on where the chain is. Whatever was sent before is looked for there first, and nothing dearer than what was confirmed,
 * or sealed differently, is sent. What decides when a model opens is confirmed by the wallet's own node.
 */
import { signal } from "@preact/signals";
import type { Hex } from "../../../core/protocol/types.ts";
import { explain } from "../chain/explain.ts";
import type { ChainReader } from "../chain/reader.ts";
import type { ChainWriter, Signer } from "../chain/writer.ts";
import { hasArrived, requireArrived, requireOwnBytes } from "./arrival.ts";
import { checkModel, type CheckOptions } from "./check_model.ts";
import type { Competition } from "./competition.ts";
import { type ModelFile, titleOf } from "./model_files.ts";
import { createOutbox } from "./outbox.ts";
import { createSealer, type SealerOptions } from "./sealer.ts";
import type { Selection } from "./selection.ts";
import type { Session } from "./session.ts";
import { requireSigner } from "./signing.ts";
import { changed, type UploadPlan } from "./upload_plan.ts";
import { createPlanner, fileOf, startsAgain } from "./upload_planner.ts";
import type { PackedFile, UploadModel, UploadState } from "./upload_state.ts";

export type { ModelFile } from "./model_files.ts";
export type { PackedFile, UploadModel, UploadState } from "./upload_state.ts";

/** What an upload works with. */
export interface UploadOptions extends SealerOptions, CheckOptions {
  /** Where to. */
  competition: Competition;
  /** Whose. */
  session: Session;
  /** Tells what the chain has of it. */
  reader: ChainReader;
  /** Sends the rest. */
  writer: ChainWriter;
}

/** With more bytes of data than this, scores are found only for who asks for them. */
const LARGE_BYTES = 64_000_000;

/** Said before the first of several chunks of a sealed payload goes where a reload would lose it. */
const NOT_KEPT =
  "This browser does not keep the sealed model: do not reload or close this page before all chunks are sent, or the " +
  "upload starts again at its full cost.";

/** The upload for a competition. */
export function createUpload(options: UploadOptions): UploadModel {
  const { competition, session, reader, writer } = options;
  const outbox = createOutbox(writer);
  const sealer = createSealer(options);
  const planner = createPlanner({ ...options, sealer });
  const state = signal<UploadState>({ step: "choose", problem: undefined });

  let selection: Selection | undefined;
  let checking: AbortController | undefined;

  /** Nothing of the last files goes on. */
  function leave(): void {
    checking?.abort();
    selection?.scoring.stop();
    checking = selection = undefined;
  }

  async function choose(
    chosen: readonly ModelFile[] | Promise<readonly ModelFile[]>,
  ): Promise<void> {
    leave();
    const { signal } = checking = new AbortController();
    let name = "the files";
    const show = (next: UploadState) => {
      if (!signal.aborted) state.value = next;
    };
    const onProgress = (share: number) => show({ step: "checking", name, share });
    try {
      onProgress(0);
      const files = await chosen;
      name = titleOf(files);
      onProgress(0);
      const signer = requireSigner(session);
      planner.epoch();
      const checked = await checkModel(files, { ...options, signal, onProgress });
      await outbox.requireIdle(signer.account);
      const participant = await reader.participant(competition.id, signer.account);
      if (!participant.registered) {
        throw new Error("your account is no participant of this competition: register first");
      }
      const begun = await planner.begun(checked.model, { signer, participant });
      signal.throwIfAborted();
      selection = checked;
      if (begun === undefined) weigh();
      else show({ step: "confirm", ...begun });
    } catch (error) {
      show({ step: "choose", problem: (await explain(error)).text });
    }
  }

  /** Lets the user choose the weights, and finds out how good they are. */
  function weigh(problem?: string): void {
    state.value = { step: "weights", selection: selection!, problem };
    const { basis, progress, start } = selection!.scoring;
    if (progress.peek().phase === "idle" && basis !== undefined && basis.bytes <= LARGE_BYTES) {
      void start();
    }
  }

  async function proceed(): Promise<void> {
    const before = state.peek();
    if (before.step !== "weights") return;
    const { model, chosen } = before.selection;
    const index = chosen.peek();
    const choice = model.choices[index ?? -1];
    if (index === undefined || choice === undefined) return;
    before.selection.choose(index); // From here on it is the user's choice, whatever scores come.
    const current = () => selection === before.selection && state.peek().step === "quoting";
    state.value = { step: "quoting", selection: before.selection };
    try {
      const signer = requireSigner(session);
      await outbox.requireIdle(signer.account);
      const participant = await reader.participant(competition.id, signer.account);
      const file = fileOf(model, choice);
      const plan = await planner.plan(file, { signer, participant });
      const quote = await planner.quote(plan);
      const reason = startsAgain(plan, participant);
      if (current()) state.value = { step: "confirm", file, plan, quote, ...reason };
    } catch (error) {
      const { text } = await explain(error);
      if (current()) weigh(text);
    }
  }

  /** What is left to send by the connected account; undefined if the chain has all of it. */
  async function replan(file: PackedFile, plan: UploadPlan) {
    const signer = requireSigner(session);
    const { account } = signer;
    await outbox.settle(plan.account);
    await outbox.requireIdle(account);
    const author = await reader.participant(competition.id, plan.account);
    if (await hasArrived(plan, author, options)) return undefined;
    const participant = account === plan.account
      ? author
      : await reader.participant(competition.id, account);
    return planner.plan(file, { signer, participant, before: plan });
  }

  /** Keeps a sealed payload before its first byte is sent. Gives what is to be known if that does not work. */
  async function keep({ mode, packed }: PackedFile, plan: UploadPlan) {
    if (mode === "open" || plan.sent > 0) return undefined;
    return await sealer.keep(packed, plan) || plan.chunks.length === 1 ? undefined : NOT_KEPT;
  }

  async function send(): Promise<void> {
    const before = state.peek();
    if (before.step !== "confirm" && before.step !== "paused") return;
    selection?.scoring.stop();
    const { file } = before;
    let { plan } = before;
    const show = (waitingFor: "chain" | "wallet" | "block") =>
      state.value = { step: "sending", file, plan, waitingFor };
    try {
      show("chain");
      const next = await replan(file, plan);
      if (next !== undefined) {
        const reason = changed(plan, next) ?? await keep(file, next);
        const told = before.step === "confirm" && before.reason === reason;
        if (reason !== undefined && !(told && reason === NOT_KEPT)) {
          const quote = await planner.quote(next);
          state.value = { step: "confirm", file, plan: next, quote, reason };
          return;
        }
        plan = await sendRest(next, (sent, waitingFor) => {
          plan = sent;
          show(waitingFor);
        });
      }
      if (file.mode === "sealed") await sealer.forget(file.packed, plan);
      await competition.refresh();
      state.value = { step: "done", file };
    } catch (error) {
      state.value = { step: "paused", file, plan, problem: (await explain(error)).text };
    }
  }

  /** Sends chunk after chunk, and looks at what the chain has in the end. */
  async function sendRest(
    plan: UploadPlan,
    show: (plan: UploadPlan, waitingFor: "chain" | "wallet" | "block") => void,
  ): Promise<UploadPlan> {
    show(plan, "chain");
    while (plan.sent < plan.chunks.length) {
      await requireOwnBytes(plan, options);
      show(plan, "wallet");
      const { account } = plan;
      const hash = await outbox.send(planner.nextCall(plan), () => sameSigner(session, account));
      show(plan, "block");
      await writer.wait(hash);
      plan = { ...plan, sent: plan.sent + 1 };
      show(plan, "chain");
    }
    await requireArrived(plan, options);
    return plan;
  }

  return {
    state,
    choose,
    proceed,
    send,
    back() {
      if (state.peek().step === "confirm" && selection !== undefined) weigh();
    },
    reset() {
      leave();
      state.value = { step: "choose", problem: undefined };
    },
  };
}

/** @throws {Error} if the user changed account or network meanwhile: the rest belongs to the author of the start */
function sameSigner(session: Session, account: Hex): Signer {
  const now = requireSigner(session);
  if (now.account === account) return now;
  throw new Error("the wallet changed to another account: change back to go on");
}
