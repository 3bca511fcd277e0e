/** Draws committees in a thread of its own, beside the chain, which must stay in the main one. */
import { COMMITTEES, drawCommittees } from "./capture.ts";

const scope = self as unknown as {
  onmessage: ((message: MessageEvent<{ draws: number; seed: number }>) => void) | null;
  postMessage(message: unknown): void;
};

scope.onmessage = ({ data }) => {
  scope.postMessage(COMMITTEES.map((size) => drawCommittees(size, data)));
};
