/** A worker that opens sealed bytes and seals what it found again, as a miner's or a browser's does. */
import { seal, unseal } from "../sealed.ts";

const scope = globalThis as unknown as {
  onmessage: (event: MessageEvent) => Promise<void>;
  postMessage(message: unknown): void;
};

scope.onmessage = async ({ data: { sealed, signature, context, round, publicKey } }) => {
  const plain = await unseal(sealed, { signature, context });
  scope.postMessage(await seal(plain, { round, publicKey, context }));
};
