/**
 * Uploading a model: check and pack, show the cost, then one transaction per chunk. The chain is the memory: whatever
 * interrupts it (a declined request, a reload, a lost connection), choosing the same file goes on where the chain is.
 * Whatever was sent before is looked for there first, and nothing dearer than what was confirmed, or sealed differently, is
 * sent. What decides when a model opens is confirmed by the wallet's own node.
 */
import { type ReadonlySignal, signal } from "@preact/signals";
import type { Call, Participant } from "../../../core/chain/types.ts";
import type { Manifest } from "../../../core/dataset/manifest.ts";
import { MAX_MODEL_BYTES } from "../../../core/model/packing/inflate.ts";
import type { Hex } from "../../../core/protocol/types.ts";
import { explain } from "../chain/explain.ts";
import { confirmWithWallet } from "../chain/fixed.ts";
import type { Quote } from "../chain/quote.ts";
import type { ChainReader } from "../chain/reader.ts";
import { chunkGas } from "../chain/upload_gas.ts";
import type { ChainWriter, Signer } from "../chain/writer.ts";
import { formatBytes, formatInteger } from "../parts/format.ts";
import { hasArrived, requireArrived, requireOwnBytes } from "./arrival.ts";
import type { Competition } from "./competition.ts";
import { createOutbox } from "./outbox.ts";
import { requireFair } from "./seal.ts";
import { createSealer, type SealerOptions } from "./sealer.ts";
import type { Session } from "./session.ts";
import { requireSigner } from "./signing.ts";
import { ANOTHER_BEGUN, changed, planUpload, type UploadPlan } from "./upload_plan.ts";

/** A file that the user chose. */
export type ModelFile = Pick<File, "name" | "size" | "arrayBuffer">;

/** A file that was checked and packed. */
export interface PackedFile {
  /** The file's name. */
  name: string;
  /** Bytes of the ONNX file. */
  size: number;
  /** The packed model. */
  packed: Uint8Array;
  /** Whether it goes onto the chain as it is, or sealed. */
  mode: Manifest["mode"];
}

/** How far it is. `sent` counts the chunks that are on the chain. */
export type UploadState =
  | { step: "choose"; problem: string | undefined }
  | { step: "checking"; name: string }
  /** The cost is on the screen. `reason` says why it is asked for again. */
  | { step: "confirm"; file: PackedFile; plan: UploadPlan; quote: Quote; reason?: string }
  | {
    step: "sending";
    file: PackedFile;
    plan: UploadPlan;
    waitingFor: "chain" | "wallet" | "block";
  }
  | { step: "paused"; file: PackedFile; plan: UploadPlan; problem: string }
  | { step: "done"; file: PackedFile };

/** The upload of the connected account. Actions never reject. */
export interface UploadModel {
  /** How far it is. */
  readonly state: ReadonlySignal<UploadState>;
  /** Checks and packs a file and finds the cost. */
  choose(file: ModelFile): Promise<void>;
  /** Sends what is missing; also after a pause. Goes back to the cost if that has become greater. */
  send(): Promise<void>;
  /** Back to the start. What is on the chain stays there. */
  reset(): void;
}

/** What an upload works with. */
export interface UploadOptions extends SealerOptions {
  /** Where to. */
  competition: Competition;
  /** Whose. */
  session: Session;
  /** Tells what the chain has of it. */
  reader: ChainReader;
  /** Sends the rest. */
  writer: ChainWriter;
  /** Admits and packs an ONNX file. */
  pack(onnx: Uint8Array, manifest: Manifest): Promise<Uint8Array>;
}

/** Said before the first of several chunks of a sealed payload goes where a reload would lose it. */
const NOT_KEPT =
  "This browser does not keep the sealed model: do not reload or close this page before all chunks are sent, or the " +
  "upload starts again at its full cost.";

/** The upload for a competition. */
export function createUpload(options: UploadOptions): UploadModel {
  const { competition, session, reader, writer } = options;
  const outbox = createOutbox(writer);
  const sealer = createSealer(options);
  const state = signal<UploadState>({ step: "choose", problem: undefined });

  async function choose(file: ModelFile): Promise<void> {
    state.value = { step: "checking", name: file.name };
    try {
      const signer = requireSigner(session);
      const packed = await packFile(file, options);
      await outbox.requireIdle(signer.account);
      const participant = await reader.participant(competition.id, signer.account);
      const plan = await planFor(packed, { signer, participant });
      const quote = await quoteOf(plan, options);
      const reason = startsAgain(plan, participant);
      state.value = { step: "confirm", file: packed, plan, quote, ...reason };
    } catch (error) {
      state.value = { step: "choose", problem: (await explain(error)).text };
    }
  }

  /** The way of a file onto the chain in the running epoch; in the seal of `before` where that fits. */
  async function planFor(
    { packed, mode }: PackedFile,
    { signer: { account, provider }, ...of }: {
      signer: Signer;
      participant: Participant;
      before?: UploadPlan;
    },
  ): Promise<UploadPlan> {
    const snapshot = competition.snapshot.peek()!;
    await confirmWithWallet(snapshot, provider);
    const at = { ...of, account, snapshot, epoch: runningEpoch(competition) };
    const plan = mode === "sealed" ? await sealer.plan(packed, at) : planUpload(packed, at);
    checkSize(plan.payload, { mode, competition });
    return plan;
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
    return planFor(file, { signer, participant, before: plan });
  }

  /** Keeps a sealed payload before its first byte is sent. Gives what is to be known if that does not work. */
  async function keep({ mode, packed }: PackedFile, plan: UploadPlan) {
    if (mode === "open" || plan.sent > 0) return undefined;
    return await sealer.keep(packed, plan) || plan.chunks.length === 1 ? undefined : NOT_KEPT;
  }

  async function send(): Promise<void> {
    const before = state.peek();
    if (before.step !== "confirm" && before.step !== "paused") return;
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
          const quote = await quoteOf(next, options);
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
      const hash = await outbox.send(nextCall(plan, options), () => sameSigner(session, account));
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
    send,
    reset: () => state.value = { step: "choose", problem: undefined },
  };
}

/** What the rest of an upload costs. */
function quoteOf(plan: UploadPlan, options: UploadOptions): Promise<Quote> {
  const { account } = plan;
  return options.writer.quote(nextCall(plan, options), { account, gas: gasOf(plan) });
}

function nextCall(
  { epoch, payload, chunks, sent }: UploadPlan,
  { competition: { id }, writer }: UploadOptions,
): Call {
  const { offset, data } = chunks[sent]!;
  return sent === 0
    ? writer.submit({ id, epoch, size: payload.length, data })
    : writer.append({ id, offset, data });
}

/** The ONNX file as a packed model. @throws {RangeError} for one that the competition does not take */
async function packFile(
  file: ModelFile,
  { competition, pack }: UploadOptions,
): Promise<PackedFile> {
  if (file.size === 0 || file.size > MAX_MODEL_BYTES) {
    throw new RangeError(
      `the file has ${formatInteger(file.size)} bytes; models have 1 to ${
        formatInteger(MAX_MODEL_BYTES)
      }`,
    );
  }
  const manifest = await competition.data.peek()!.manifest.load();
  requireFair(manifest, competition.snapshot.peek()!.competition);
  const packed = await pack(new Uint8Array(await file.arrayBuffer()), manifest);
  return { name: file.name, size: file.size, packed, mode: manifest.mode };
}

/** @throws {RangeError} for a payload above the competition's limit */
function checkSize(
  payload: Uint8Array,
  { mode, competition }: { mode: Manifest["mode"]; competition: Competition },
): void {
  const { byteLimit } = competition.snapshot.peek()!.competition;
  if (payload.length <= byteLimit) return;
  throw new RangeError(
    `packed${mode === "sealed" ? " and sealed" : ""}, the model has ${
      formatBytes(payload.length)
    }, and this competition takes at most ${
      formatBytes(byteLimit)
    }: make it smaller, for example with fewer or quantised weights`,
  );
}

/** Says that an upload which the chain has begun to take in the same epoch is dropped, if it is. */
function startsAgain(
  { sent, epoch }: UploadPlan,
  { upload }: Participant,
): { reason: string } | undefined {
  if (sent > 0 || upload?.epoch !== epoch) return undefined;
  return { reason: ANOTHER_BEGUN };
}

function gasOf({ chunks, sent }: UploadPlan): number {
  return chunks.slice(sent).reduce(
    (sum, { data }, i, rest) => sum + chunkGas(data, { last: i === rest.length - 1 }),
    0,
  );
}

/** @throws {RangeError} outside the submission phase */
function runningEpoch({ phase }: Competition): number {
  const current = phase.peek();
  if (current?.name === "submission") return current.epoch;
  throw new RangeError("models are taken in the submission phase only");
}

/** @throws {Error} if the user changed account or network meanwhile: the rest belongs to the author of the start */
function sameSigner(session: Session, account: Hex): Signer {
  const now = requireSigner(session);
  if (now.account === account) return now;
  throw new Error("the wallet changed to another account: change back to go on");
}
