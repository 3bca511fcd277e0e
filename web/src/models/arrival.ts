/** What of an upload the chain has: read from it, since receipts get lost, and other pages upload for the same account. */
import type { Participant } from "../../../core/chain/types.ts";
import type { ChainReader } from "../chain/reader.ts";
import { hashOf, type UploadPlan } from "./upload_plan.ts";

/** Which competition, and who reads it. */
export interface ArrivalOptions {
  /** Where the upload goes. */
  competition: { readonly id: number };
  /** Tells what the chain has. */
  reader: ChainReader;
}

/** Whether the chain has taken all of it as a submission since it was planned. @throws {Error} if the node is behind */
export async function hasArrived(
  { account, submissions, chunks }: UploadPlan,
  author: Participant,
  { competition, reader }: ArrivalOptions,
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
 * The contract takes whatever comes at the right offset: after the last chunk, the submission must be of these bytes alone.
 *
 * @throws {Error} saying what the chain has instead
 */
export async function requireArrived(plan: UploadPlan, options: ArrivalOptions): Promise<void> {
  const author = await options.reader.participant(options.competition.id, plan.account);
  if (await hasArrived(plan, author, options)) return;
  throw new Error(
    author.submissions === plan.submissions
      ? "the chain does not have your submission: its node is behind, or another page has begun an upload of your " +
        "account. Try again"
      : "another page has uploaded for your account at the same time, and its bytes were mixed with these: what the " +
        "chain has counts as a submission, but is no model and scores 0. Close the other page and upload again",
  );
}

/**
 * What is there already must be of the same payload before the next chunk follows.
 *
 * @throws {Error} if another page has begun an upload of the same account meanwhile
 */
export async function requireOwnBytes(
  { account, chunks, sent }: UploadPlan,
  { competition, reader }: ArrivalOptions,
): Promise<void> {
  if (sent === 0) return;
  const { upload } = await reader.participant(competition.id, account);
  const meets = upload?.received === chunks[sent]!.offset;
  if (!meets || upload.hash === hashOf(chunks.slice(0, sent))) return;
  throw new Error("another page has begun an upload of your account: only one of them can go on");
}
