/**
 * Uploading a model: check and pack, show the cost, then one transaction per chunk. The chain is the memory: whatever
 * interrupts it (a declined request, a reload, a lost connection), choosing the same file goes on where the chain is.
 */
import { type ReadonlySignal, signal } from "@preact/signals";
import type { Call } from "../../../core/chain/types.ts";
import type { Manifest } from "../../../core/dataset/manifest.ts";
import { MAX_MODEL_BYTES } from "../../../core/model/inflate.ts";
import { explain } from "../chain/explain.ts";
import type { Quote } from "../chain/quote.ts";
import type { ChainReader } from "../chain/reader.ts";
import { chunkGas } from "../chain/upload_gas.ts";
import type { ChainWriter, Signer } from "../chain/writer.ts";
import { formatBytes, formatInteger } from "../parts/format.ts";
import type { Competition } from "./competition.ts";
import type { Session } from "./session.ts";
import { requireOpen, requireSigner } from "./signing.ts";
import { planUpload, type UploadPlan } from "./upload_plan.ts";

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
}

/** How far it is. `sent` counts the chunks that are on the chain. */
export type UploadState =
  | { step: "choose"; problem: string | undefined }
  | { step: "checking"; name: string }
  /** The cost is on the screen; nothing was sent in this visit. */
  | { step: "confirm"; file: PackedFile; plan: UploadPlan; quote: Quote }
  | { step: "sending"; file: PackedFile; plan: UploadPlan; waitingFor: "wallet" | "block" }
  | { step: "paused"; file: PackedFile; plan: UploadPlan; problem: string }
  | { step: "done"; file: PackedFile };

/** The upload of the connected account. Actions never reject. */
export interface UploadModel {
  /** How far it is. */
  readonly state: ReadonlySignal<UploadState>;
  /** Checks and packs a file and finds the cost. */
  choose(file: ModelFile): Promise<void>;
  /** Sends what is missing; also after a pause. */
  send(): Promise<void>;
  /** Back to the start. What is on the chain stays there. */
  reset(): void;
}

/** What an upload works with. */
export interface UploadOptions {
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

/** The upload for a competition. */
export function createUpload(options: UploadOptions): UploadModel {
  const { competition, session, writer } = options;
  const state = signal<UploadState>({ step: "choose", problem: undefined });

  async function choose(file: ModelFile): Promise<void> {
    state.value = { step: "checking", name: file.name };
    try {
      const { account } = requireSigner(session);
      const packed = await packFile(file, options);
      const plan = await makePlan(packed, account, options);
      const quote = await writer.quote(nextCall(plan, options), { account, gas: gasOf(plan) });
      const { name, size } = file;
      state.value = { step: "confirm", file: { name, size, packed }, plan, quote };
    } catch (error) {
      state.value = { step: "choose", problem: (await explain(error)).text };
    }
  }

  async function send(): Promise<void> {
    const before = state.peek();
    if (before.step !== "confirm" && before.step !== "paused") return;
    const { file } = before;
    let plan = before.plan;
    try {
      const signer = requireSigner(session);
      plan = await makePlan(file.packed, signer.account, options);
      while (plan.sent < plan.chunks.length) {
        state.value = { step: "sending", file, plan, waitingFor: "wallet" };
        const hash = await writer.send(nextCall(plan, options), sameSigner(session, signer));
        state.value = { step: "sending", file, plan, waitingFor: "block" };
        await writer.wait(hash);
        plan = { ...plan, sent: plan.sent + 1 };
      }
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

/** What is to be sent now. @throws {Error} outside the submission phase, or while a transaction is under way */
async function makePlan(
  packed: Uint8Array,
  account: Signer["account"],
  { competition, reader, writer }: UploadOptions,
): Promise<UploadPlan> {
  const epoch = runningEpoch(competition);
  // If it is a chunk, it would be sent twice.
  if (await writer.busy(account)) {
    throw new Error("a transaction of your account still waits for a block: try again after it");
  }
  const { upload } = await reader.participant(competition.id, account);
  return planUpload(packed, { epoch, upload });
}

function nextCall(
  { epoch, size, chunks, sent }: UploadPlan,
  { competition: { id }, writer }: UploadOptions,
): Call {
  const { offset, data } = chunks[sent]!;
  return sent === 0
    ? writer.submit({ id, epoch, size, data })
    : writer.append({ id, offset, data });
}

/** The ONNX file as a packed model. @throws {RangeError} for one that the competition does not take */
async function packFile(
  file: ModelFile,
  { competition, pack }: UploadOptions,
): Promise<Uint8Array> {
  if (file.size === 0 || file.size > MAX_MODEL_BYTES) {
    throw new RangeError(
      `the file has ${formatInteger(file.size)} bytes; models have 1 to ${
        formatInteger(MAX_MODEL_BYTES)
      }`,
    );
  }
  const manifest = await competition.data.peek()!.manifest.load();
  requireOpen(manifest);
  const packed = await pack(new Uint8Array(await file.arrayBuffer()), manifest);
  const { byteLimit } = competition.snapshot.peek()!.competition;
  if (packed.length > byteLimit) {
    throw new RangeError(
      `packed, the model has ${formatBytes(packed.length)}, and this competition takes at most ${
        formatBytes(byteLimit)
      }: make it smaller, for example with fewer or quantised weights`,
    );
  }
  return packed;
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
function sameSigner(session: Session, signer: Signer): Signer {
  const now = requireSigner(session);
  if (now.account === signer.account) return now;
  throw new Error("the wallet changed to another account: change back to go on");
}
