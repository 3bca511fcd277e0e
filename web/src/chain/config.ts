/** What the site is connected to: `config.json` beside the page, so that one build serves every chain. */
import { readBounded } from "../../../core/chain/bounded.ts";
import type { Hex } from "../../../core/protocol/types.ts";

/** The checked content of `config.json`. */
export interface SiteConfig {
  /** Chain that the contract lives on (EIP-155). */
  chainId: number;
  /** Its name, for people and for wallets that do not know it. */
  chainName: string;
  /** Symbol of its native coin, "ETH" unless the file says otherwise. */
  currency: string;
  /** JSON-RPC addresses, best first. */
  rpcUrls: string[];
  /** Address of the DeML contract, in lower case. */
  contract: Hex;
  /** Trustless IPFS gateways, best first. */
  gateways: string[];
  /** Block explorer without a trailing slash; undefined if there is none. */
  explorer: string | undefined;
  /** Seconds between two looks at the chain's head, 4 unless the file says otherwise. */
  pollSecs: number;
}

const MAX_BYTES = 64 * 1024;
const MAX_ADDRESSES = 16;

/**
 * Fetches and checks the configuration.
 *
 * @param url address of the file; relative addresses in it are resolved against this one
 * @throws {SyntaxError} if the file is missing or wrong; the message names the field
 * @throws {RangeError} if it is too large
 * @throws {TypeError} if the network fails
 */
export async function loadConfig(
  url: string,
  { fetch = globalThis.fetch }: { fetch?: typeof globalThis.fetch } = {},
): Promise<SiteConfig> {
  const response = await fetch(url, { cache: "no-cache" });
  if (!response.ok) {
    throw new SyntaxError(`config.json: expected a file at ${url}, got HTTP ${response.status}`);
  }
  return parseConfig(
    new TextDecoder().decode(await readBounded(response, { max: MAX_BYTES })),
    url,
  );
}

/** Checks the text of a configuration. @throws {SyntaxError} naming the field */
export function parseConfig(text: string, url: string): SiteConfig {
  const value = parseJson(text);
  return {
    chainId: whole(value, "chainId", { min: 1, max: Number.MAX_SAFE_INTEGER }),
    chainName: label(value, "chainName", { fallback: `chain ${value.chainId}`, max: 60 }),
    currency: label(value, "currency", { fallback: "ETH", max: 8 }),
    rpcUrls: addresses(value, "rpcUrls", url),
    contract: contract(value.contract),
    gateways: addresses(value, "gateways", url),
    explorer: value.explorer === undefined
      ? undefined
      : address(value.explorer, "explorer", url).replace(/\/+$/, ""),
    pollSecs: value.pollSecs === undefined ? 4 : whole(value, "pollSecs", { min: 1, max: 600 }),
  };
}

function parseJson(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new SyntaxError(`config.json: expected JSON. ${(cause as Error).message}`, { cause });
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw unexpected("config", "an object", value);
  }
  return value as Record<string, unknown>;
}

function whole(
  config: Record<string, unknown>,
  field: string,
  { min, max }: { min: number; max: number },
): number {
  const value = config[field];
  if (Number.isInteger(value) && Number(value) >= min && Number(value) <= max) return Number(value);
  throw unexpected(field, `a whole number from ${min} to ${max}`, value);
}

function label(
  config: Record<string, unknown>,
  field: string,
  { fallback, max }: { fallback: string; max: number },
): string {
  const value = config[field] ?? fallback;
  if (typeof value === "string" && value.length > 0 && value.length <= max) return value;
  throw unexpected(field, `text of 1 to ${max} characters`, value);
}

function contract(value: unknown): Hex {
  if (typeof value === "string" && /^0x[0-9a-fA-F]{40}$/.test(value)) {
    return value.toLowerCase() as Hex;
  }
  throw unexpected("contract", "an address (0x and 40 hexadecimal digits)", value);
}

function addresses(config: Record<string, unknown>, field: string, url: string): string[] {
  const value = config[field];
  if (!Array.isArray(value) || value.length < 1 || value.length > MAX_ADDRESSES) {
    throw unexpected(field, `a list of 1 to ${MAX_ADDRESSES} addresses`, value);
  }
  return value.map((entry, index) => address(entry, `${field}[${index}]`, url));
}

function address(value: unknown, field: string, url: string): string {
  if (typeof value === "string" && URL.canParse(value, url)) {
    const { protocol, href } = new URL(value, url);
    if (protocol === "https:" || protocol === "http:") return href;
  }
  throw unexpected(field, "an http(s) address", value);
}

function unexpected(field: string, expected: string, value: unknown): SyntaxError {
  const shown = value === undefined ? "nothing" : JSON.stringify(value).slice(0, 80);
  return new SyntaxError(`config.json: ${field}: expected ${expected}, got ${shown}`);
}
