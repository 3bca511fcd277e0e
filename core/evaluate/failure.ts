/** Why an evaluation failed here, without a word about the model. */
export type LocalCode =
  // this machine cannot score the competition
  | "unknown-runtime"
  | "wrong-wasm"
  | "start-failed"
  | "self-test"
  // this evaluation did not end
  | "timeout"
  | "allocation"
  | "crash"
  | "spent";

/**
 * A failure of this miner, not of the model (LOCAL, PROTOCOL.md section 7): never a score. The miner
 * tries again later and abstains if it has to.
 */
export class LocalFailure extends Error {
  /** "LocalFailure". */
  override readonly name = "LocalFailure";

  /** `message` is one sentence for the operator of this miner. */
  constructor(readonly code: LocalCode, message: string, options?: ErrorOptions) {
    super(message, options);
  }
}
