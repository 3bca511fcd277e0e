/**
 * Uploading a model: check and pack, show the cost, then one transaction per chunk. The chain is the memory: whatever
 * interrupts it (a declined request, a reload, a lost connection), choosing the same file goes on where the chain is.
 * Whatever was sent before is looked for there first, and nothing dearer than what was confirmed is sent.
 */
import { type ReadonlySignal, signal } from "@preact/signals";
import type { Call, Participant } from "../../../core/chain/types.ts";
import type { Manifest } from "../../../core/dataset/manifest.ts";
import { MAX_MODEL_BYTES } from "../../../core/model/inflate.ts";
import type { Hex } from "../../../core/protocol/types.ts";
import { explain } from "../chain/explain.ts";
import type { Quote } from "../chain/quote.ts";
import type { ChainReader } from "../chain/reader.ts";
import { chunkGas } from "../chain/upload_gas.ts";
import type { ChainWriter, Signer } from "../chain/writer.ts";
import { formatBytes, formatInteger } from "../parts/format.ts";
import type { Competition } from "./competition.ts";
import { createOutbox } from "./outbox.ts";
import { requireFair } from "./seal.ts";
import { createSealer, type SealerOptions, type Submitting } from "./sealer.ts";
import type { Session } from "./session.ts";
import { requireSigner } from "./signing.ts";
import { dearer, hashOf, planUpload, type UploadPlan } from "./upload_plan.ts";

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
  /** Whose. */
  session: Session;
  /** Tells what the chain has of it. */
  reader: ChainReader;
  /** Sends the rest. */
  writer: ChainWriter;
  /** Admits and packs an ONNX file. */
  pack(onnx: Uint8Array, manifest: Manifest): Promise<Uint8Array>;
}

/** The upload for a competition. */
export function createUpload(options: UploadOptions): UploadModel {
  const { competition, session, reader, writer } = options;
  const outbox = createOutbox(writer);
  const sealer = createSealer(options);
  const state = signal<UploadState>({ step: "choose", problem: undefined });

  async function choose(file: ModelFile): Promise<void> {
    state.value = { step: "checking", name: file.name };
    try {
      const { account } = requireSigner(session);
      const packed = await packFile(file, options);
      await outbox.requireIdle(account);
      const participant = await reader.participant(competition.id, account);
      const plan = await planFor(packed, { account, participant });
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
    of: Omit<Submitting, "epoch"> & { before?: UploadPlan },
  ): Promise<UploadPlan> {
    const at = { ...of, epoch: runningEpoch(competition) };
    const plan = mode === "sealed" ? await sealer.plan(packed, at) : planUpload(packed, at);
    checkSize(plan.payload, { mode, competition });
    return plan;
  }

  /** What is left to send by the connected account; undefined if the chain has all of it. */
  async function replan(file: PackedFile, plan: UploadPlan) {
    const { account } = requireSigner(session);
    await outbox.settle(plan.account);
    await outbox.requireIdle(account);
    const author = await reader.participant(competition.id, plan.account);
    if (await hasArrived(plan, author, options)) return undefined;
    const participant = account === plan.account
      ? author
      : await reader.participant(competition.id, account);
    return planFor(file, { account, participant, before: plan });
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
      const reason = next && dearer(plan, next);
      if (reason !== undefined) {
        state.value = {
          step: "confirm",
          file,
          plan: next!,
          quote: await quoteOf(next!, options),
          reason,
        };
        return;
      }
      plan = next ?? { ...plan, sent: plan.chunks.length };
      if (file.mode === "sealed" && plan.sent === 0) await sealer.keep(file.packed, plan);
      while (plan.sent < plan.chunks.length) {
        await requireOwnBytes(plan, options);
        show("wallet");
        const call = nextCall(plan, options);
        const hash = await outbox.send(call, () => sameSigner(session, plan.account));
        show("block");
        await writer.wait(hash);
        plan = { ...plan, sent: plan.sent + 1 };
      }
      if (file.mode === "sealed") await sealer.forget(plan);
      await competition.refresh();
      state.value = { step: "done", file };
    } catch (error) {
      state.value = { step: "paused", file, plan, problem: (await explain(error)).text };
    }
  }

  return {
    state,
    choose,
    send,
    reset: () => state.value = { step: "choose", problem: undefined },
  };
}

/** Whether the chain has taken all of it as a submission since it was planned: then its receipt was lost. */
async function hasArrived(
  { account, submissions, chunks }: UploadPlan,
  author: Participant,
  { competition, reader }: UploadOptions,
): Promise<boolean> {
  if (author.submissions === submissions) return false;
  const snapshot = await reader.snapshot(competition.id);
  const own = snapshot.submissions.filter((submission) => submission.author === account);
  if (own.length < author.submissions) {
    throw new Error("the chain node is behind: it lacks your last submission; try again");
  }
  const hash = hashOf(chunks);
  return own.slice(submissions).some((submission) => submission.hash === hash);
}

/**
 * The contract takes whatever comes at the right offset: what is there already must be of the same payload.
 *
 * @throws {Error} if another page has begun an upload of the same account meanwhile
 */
async function requireOwnBytes(
  { account, chunks, sent }: UploadPlan,
  { competition, reader }: UploadOptions,
): Promise<void> {
  if (sent === 0) return;
  const { upload } = await reader.participant(competition.id, account);
  const meets = upload?.received === chunks[sent]!.offset;
  if (!meets || upload.hash === hashOf(chunks.slice(0, sent))) return;
  throw new Error("another page has begun an upload of your account: only one of them can go on");
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
  return {
    reason:
      "The chain has begun to take another upload, of another file or sealed in another browser. " +
      "This one starts again.",
  };
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
