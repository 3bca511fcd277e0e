/**
 * One explanation for everything that can go wrong between a caller and the contract, whatever client, wallet or node
 * wrapped it.
 */
import { fromHex, word } from "../protocol/codec.ts";
import { type ContractErrorName, decodeContractError } from "./contract_errors.ts";
import { isRecord } from "./json_rpc.ts";
import { ChainUnreachable, RpcError } from "./provider.ts";

/** An error, explained. */
export interface ChainError {
  /** Custom error of the contract, as the ABI has it. */
  name?: ContractErrorName;
  /** Its arguments by name: addresses as text, everything else as integers. */
  args?: Record<string, unknown>;
  /** One line for people. */
  message: string;
  /**
   * Whether somebody said no in the wallet, the contract refused, money is missing, the chain cannot be reached, or node
   * or wallet answered with another error.
   */
  kind: "rejected" | "contract" | "funds" | "unreachable" | "rpc" | "other";
}

/** Where clients hide the error inside the error. Not `transaction`: its data is the call. */
const INNER = ["data", "error", "info", "cause", "originalError"] as const;
const MAX_DEPTH = 8;
const MAX_MESSAGE = 300;

/** Codes of wallets (EIP-1193, EIP-1474, EIP-3085, EIP-5792) and of ethers. */
const CODES = new Map<unknown, Pick<ChainError, "kind" | "message">>([
  [4001, { kind: "rejected", message: "rejected in the wallet" }],
  [5750, { kind: "rejected", message: "rejected in the wallet" }],
  ["ACTION_REJECTED", { kind: "rejected", message: "rejected in the wallet" }],
  [-32002, {
    kind: "rpc",
    message: "the wallet has a request open already: answer it there first",
  }],
  [4100, {
    kind: "rpc",
    message: "the wallet has not allowed this site to use the account: connect it first",
  }],
  [4900, { kind: "unreachable", message: "the wallet is not connected to any chain" }],
  [4901, { kind: "unreachable", message: "the wallet is not connected to this chain" }],
  [4902, { kind: "rpc", message: "the wallet does not know this chain: add it first" }],
  ["INSUFFICIENT_FUNDS", {
    kind: "funds",
    message: "the account has not enough money for the payment and its gas",
  }],
]);

const NO_FUNDS =
  /insufficient (funds|balance)|doesn't have enough funds|not enough funds|balance too low/i;
const ERROR_STRING = "0x08c379a0";
const PANIC = "0x4e487b71";

/**
 * Explains an error of a provider, a wallet, a sender or ethers: a custom error of the contract wherever its data
 * hides (gas estimates included), what wallets mean by their codes, missing money, a chain that is down. Never throws.
 */
export function explainError(error: unknown): ChainError {
  const layers = unwrap(error);
  return first(layers, explainRevert) ?? first(layers, explainUnreachable) ??
    first(layers, explainCode) ?? first(layers, explainFunds) ?? explainOther(layers);
}

/** The error and what it wraps, outermost first. Objects are looked at once, however they point at each other. */
function unwrap(error: unknown): unknown[] {
  const layers: unknown[] = [];
  const queue: { value: unknown; depth: number }[] = [{ value: error, depth: 0 }];
  for (const { value, depth } of queue) {
    if (value === undefined || value === null || layers.includes(value)) continue;
    layers.push(value);
    if (!isRecord(value) || depth === MAX_DEPTH) continue;
    for (const key of INNER) queue.push({ value: value[key], depth: depth + 1 });
  }
  return layers;
}

function first<T>(layers: readonly unknown[], explain: (layer: unknown) => T | undefined) {
  for (const layer of layers) {
    const found = explain(layer);
    if (found !== undefined) return found;
  }
  return undefined;
}

function explainRevert(layer: unknown): ChainError | undefined {
  // Some nodes write "Reverted 0x...".
  const data = typeof layer === "string" ? /0x[0-9a-fA-F]{8,}/.exec(layer)?.[0] : undefined;
  if (data === undefined) return undefined;
  const custom = decodeContractError(data);
  if (custom !== undefined) return { ...custom, kind: "contract" };
  const message = explainSolidity(data);
  return message === undefined ? undefined : { kind: "contract", message };
}

/** `Error(string)` and `Panic(uint256)`. */
function explainSolidity(data: string): string | undefined {
  const selector = data.slice(0, 10).toLowerCase();
  if ((selector !== ERROR_STRING && selector !== PANIC) || data.length % 2 !== 0) return undefined;
  try {
    const bytes = fromHex(`0x${data.slice(10)}`, { max: 4 + 2 ** 16 });
    if (selector === PANIC) return `the contract failed with panic code ${word(bytes, 0)}`;
    const length = Number(word(bytes, 1));
    const text = new TextDecoder().decode(bytes.subarray(64, 64 + length));
    return `the contract refused: ${text.slice(0, MAX_MESSAGE)}`;
  } catch (error) {
    if (error instanceof RangeError) return undefined; // It only looked like one.
    throw error;
  }
}

function explainUnreachable(layer: unknown): ChainError | undefined {
  if (!(layer instanceof ChainUnreachable)) return undefined;
  return { kind: "unreachable", message: layer.message };
}

function explainCode(layer: unknown): ChainError | undefined {
  // What a node answers under these numbers has nothing to do with wallets.
  const known = isRecord(layer) && !(layer instanceof RpcError) ? CODES.get(layer.code) : undefined;
  return known && { ...known };
}

function explainFunds(layer: unknown): ChainError | undefined {
  const text = isRecord(layer) ? layer.message : undefined;
  if (typeof text !== "string" || !NO_FUNDS.test(text)) return undefined;
  return { kind: "funds", message: CODES.get("INSUFFICIENT_FUNDS")!.message };
}

/** Nothing known: the words of the innermost error, which is the node's own. */
function explainOther(layers: readonly unknown[]): ChainError {
  const answered = layers.find((layer) =>
    layer instanceof RpcError || (isRecord(layer) && Number.isInteger(layer.code))
  );
  const speaking = answered ?? layers.find((layer) => isRecord(layer) && layer.message);
  const text = isRecord(speaking) ? speaking.message : layers[0];
  const words = typeof text === "string" ? text.split("\n")[0]!.slice(0, MAX_MESSAGE) : "";
  const message = words === "" ? "an error without a message" : words;
  return { kind: answered === undefined ? "other" : "rpc", message };
}
