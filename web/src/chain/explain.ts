/** Words for errors of wallets, nodes and the contract. */

/** What is shown of an error. */
export interface Explanation {
  /** One sentence, capitalised, with its full stop. */
  text: string;
  /** Whether the user said no in the wallet: a normal outcome. */
  rejected: boolean;
}

/** Explains an error. Loads the contract's error names when the first one comes. Never rejects. */
export async function explain(error: unknown): Promise<Explanation> {
  const { explainError } = await import("../../../core/chain/errors.ts");
  const { message, kind } = explainError(error);
  if (kind === "rejected") {
    return { text: "You declined in the wallet.", rejected: true };
  }
  return { text: sentence(message), rejected: false };
}

/** A message as a sentence of its own. */
export function sentence(message: string): string {
  const text = message.trim();
  const end = /[.!?…]$/.test(text) ? "" : ".";
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${end}`;
}

/** What an error says, as a sentence; for errors that are not the chain's. */
export function messageOf(error: unknown): string {
  return sentence(error instanceof Error ? error.message : String(error));
}
