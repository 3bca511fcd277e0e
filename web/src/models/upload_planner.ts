/** Finds the way of a model onto the chain in the running epoch, and what it costs. */
import type { Call, Participant } from "../../../core/chain/types.ts";
import { confirmWithWallet } from "../chain/fixed.ts";
import type { Quote } from "../chain/quote.ts";
import { chunkGas } from "../chain/upload_gas.ts";
import type { ChainWriter, Signer } from "../chain/writer.ts";
import { formatBytes } from "../parts/format.ts";
import type { Competition } from "./competition.ts";
import type { Sealer, Submitting } from "./sealer.ts";
import type { CheckedModel } from "./selection.ts";
import { ANOTHER_BEGUN, planUpload, type UploadPlan } from "./upload_plan.ts";
import type { PackedFile } from "./upload_state.ts";
import type { Choice } from "./weights.ts";

/** Who uploads, and what the chain has of them. */
export interface Uploader {
  /** Who signs. */
  signer: Signer;
  /** Their account in the competition. */
  participant: Participant;
}

/** Plans the uploads of one competition. */
export interface Planner {
  /** The epoch that runs. @throws {RangeError} outside the submission phase */
  epoch(): number;
  /**
   * The way of a model onto the chain; in the seal of `before` where that fits.
   *
   * @throws {RangeError} if it is too large, or the wallet's node tells of another competition
   */
  plan(file: PackedFile, of: Uploader & { before?: UploadPlan }): Promise<UploadPlan>;
  /** What the chain has begun to take of a model in the running epoch, with the weights that were chosen then, and what the rest costs. */
  begun(
    model: CheckedModel,
    of: Uploader,
  ): Promise<{ file: PackedFile; plan: UploadPlan; quote: Quote } | undefined>;
  /** What the rest of an upload costs. */
  quote(plan: UploadPlan): Promise<Quote>;
  /** The call that sends the next chunk. */
  nextCall(plan: UploadPlan): Call;
}

/** A planner for a competition. */
export function createPlanner(
  { competition, writer, sealer }: {
    competition: Competition;
    writer: ChainWriter;
    sealer: Sealer;
  },
): Planner {
  const epoch = () => runningEpoch(competition);

  function nextCall({ epoch, payload, chunks, sent }: UploadPlan): Call {
    const { id } = competition;
    const { offset, data } = chunks[sent]!;
    return sent === 0
      ? writer.submit({ id, epoch, size: payload.length, data })
      : writer.append({ id, offset, data });
  }

  function quote(plan: UploadPlan): Promise<Quote> {
    return writer.quote(nextCall(plan), { account: plan.account, gas: gasOf(plan) });
  }

  /** Where an upload goes, as two nodes tell of it. */
  async function submitting(
    { signer: { account, provider }, participant }: Uploader,
  ): Promise<Submitting> {
    const snapshot = competition.snapshot.peek()!;
    await confirmWithWallet(snapshot, provider);
    return { participant, account, snapshot, epoch: epoch() };
  }

  return {
    epoch,
    nextCall,
    quote,
    async plan({ packed, mode }, { before, ...of }) {
      const at = await submitting(of);
      const plan = mode === "sealed"
        ? await sealer.plan(packed, before === undefined ? at : { ...at, before })
        : planUpload(packed, at);
      checkSize(plan.payload, { mode, competition });
      return plan;
    },
    async begun(model, of) {
      if (of.participant.upload?.epoch !== epoch()) return undefined;
      const at = await submitting(of);
      for (const choice of model.choices) {
        if (!choice.fits) continue;
        const { packed } = choice;
        const plan = model.mode === "sealed"
          ? await sealer.begun(packed, at)
          : planUpload(packed, at);
        if (plan === undefined || plan.sent === 0) continue;
        return { file: fileOf(model, choice), plan, quote: await quote(plan) };
      }
      return undefined;
    },
  };
}

/** A model with weights that were chosen. */
export function fileOf({ name, size, mode }: CheckedModel, choice: Choice): PackedFile {
  return { name, size, mode, precision: choice.precision, packed: choice.packed };
}

/** Says that an upload which the chain has begun to take in the same epoch is dropped, if it is. */
export function startsAgain(
  { sent, epoch }: UploadPlan,
  { upload }: Participant,
): { reason: string } | undefined {
  if (sent > 0 || upload?.epoch !== epoch) return undefined;
  return { reason: ANOTHER_BEGUN };
}

/** @throws {RangeError} for a payload above the competition's limit */
function checkSize(
  payload: Uint8Array,
  { mode, competition }: { mode: PackedFile["mode"]; competition: Competition },
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
