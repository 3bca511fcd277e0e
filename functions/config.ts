/**
 * The miner's settings: the environment is read here and nowhere else. A wrong or missing variable ends the start with
 * its name. Values of secret variables are never shown.
 */
import { computeAddress } from "ethers/transaction";
import { fromHex } from "../core/protocol/codec.ts";
import type { Hex } from "../core/protocol/types.ts";
import { QUICKNET_RELAYS } from "../core/seal/relay.ts";
import type { IsolationChoice } from "./isolation/choose.ts";
import { MIN_SECRET_BYTES } from "./secrets.ts";

const GWEI = 10n ** 9n;
const ETHER_DECIMALS = 18;

/** What the environment says. `functions/README.md` has a table of the variables. */
export interface Config {
  /** JSON-RPC nodes, preferred first. May hold keys: never to be shown. */
  rpc: string[];
  /** Address of the DeML contract. */
  contract: Hex;
  /** Signing key, 32 bytes. */
  privateKey: Hex;
  /** What salts and boxes derive from, at least 32 bytes. */
  secret: Uint8Array;
  /** IPFS gateways, preferred first. */
  gateways: string[];
  /** drand relays, preferred first. */
  relays: string[];
  /** Numbers of the competitions to work on. */
  competitions: "all" | number[];
  /** Address that gets stake and fees; undefined: the miner's own. */
  payout: Hex | undefined;
  /** Greatest bond to enroll with, in wei; undefined: never enrolls by itself. */
  maxBond: bigint | undefined;
  /** Greatest fee per gas, in wei. */
  maxFeePerGas: bigint;
  /** Minutes between two ticks. */
  everyMinutes: number;
  /** Longest duration of a tick, in seconds. */
  deadlineSecs: number;
  /** Seconds between two blocks of the chain: what a transaction takes to be mined. */
  blockSecs: number;
  /** Greatest size of a competition's data sets, as files and in memory together, in bytes. */
  maxDataBytes: number;
  /** Folder for data sets and finished scores; undefined: memory only. */
  cache: string | undefined;
  /** How models are kept from the miner; "auto" is the best that the platform allows. */
  isolation: IsolationChoice;
  /** Whether to plan and estimate only, and send nothing. */
  dryRun: boolean;
  /** Where to answer HTTP requests. */
  listen: { hostname: string; port: number };
  /** Where it runs: on a machine of the operator's, or on Deno Deploy in production or as a preview of a branch. */
  timeline: "local" | "production" | "preview";
}

/** Reads one variable; undefined if it is not set. */
export type Environment = (name: string) => string | undefined;

/**
 * Reads the settings.
 *
 * @param environment `Deno.env.get` unless told
 * @throws {TypeError} if a variable is missing
 * @throws {RangeError} if one has a wrong value; both start with its name
 */
export function readConfig(environment: Environment = (name) => Deno.env.get(name)): Config {
  function read(name: string): string | undefined {
    const value = environment(name)?.trim();
    return value === "" ? undefined : value;
  }
  const privateKey = required(read, "DEML_PRIVATE_KEY", hexOf(32));
  return {
    rpc: required(read, "DEML_RPC", urls),
    contract: required(read, "DEML_CONTRACT", hexOf(20)),
    privateKey,
    secret: optional(read, "DEML_SECRET", secretText) ?? fromHex(privateKey, { length: 32 }),
    gateways: optional(read, "DEML_GATEWAYS", urls) ??
      ["https://trustless-gateway.link", "https://ipfs.io", "https://dweb.link"],
    relays: optional(read, "DEML_RELAYS", urls) ?? [...QUICKNET_RELAYS],
    competitions: optional(read, "DEML_COMPETITIONS", competitionList) ?? "all",
    payout: optional(read, "DEML_PAYOUT", payoutAddress),
    maxBond: optional(read, "DEML_ENROLL", ether),
    maxFeePerGas: optional(read, "DEML_MAX_FEE_GWEI", gwei) ?? 50n * GWEI,
    everyMinutes: optional(read, "DEML_EVERY_MINUTES", whole({ min: 1, max: 30 })) ?? 5,
    deadlineSecs: optional(read, "DEML_DEADLINE_SECS", whole({ min: 10, max: 86_400 })) ?? 240,
    blockSecs: optional(read, "DEML_BLOCK_SECS", whole({ min: 0, max: 60 })) ?? 12,
    maxDataBytes: 2 ** 20 *
      (optional(read, "DEML_MAX_DATA_MB", whole({ min: 1, max: 16_384 })) ?? 512),
    cache: cacheFolder(read),
    isolation: optional(read, "DEML_ISOLATION", isolationLevel) ?? "auto",
    dryRun: optional(read, "DEML_DRY_RUN", flag) ?? false,
    listen: optional(read, "DEML_LISTEN", address) ?? { hostname: "127.0.0.1", port: 8000 },
    timeline: timelineOf(read),
  };
}

/** Address of the signing key. */
export function minerAddress({ privateKey }: Pick<Config, "privateKey">): Hex {
  return computeAddress(privateKey).toLowerCase() as Hex;
}

/** Texts that no log or page may show: keys, and addresses that have more than an origin. */
export function hiddenTexts({ privateKey, secret, rpc, gateways, relays }: Config): string[] {
  const keyed = [...rpc, ...gateways, ...relays].filter((url) =>
    new URL(url).href !== `${new URL(url).origin}/`
  );
  return [privateKey, privateKey.slice(2), new TextDecoder().decode(secret), ...keyed];
}

/** Reads a value from a text that is not empty, or throws without saying which variable it was. */
type Parser<T> = (text: string) => T;

/** What was expected of a variable; the value itself is added where it is no secret. */
class Unexpected extends Error {}

const ISOLATION: readonly IsolationChoice[] = ["auto", "process", "worker", "none"];

const SECRET = new Set(["DEML_PRIVATE_KEY", "DEML_SECRET", "DEML_RPC"]);

function optional<T>(read: Environment, name: string, parse: Parser<T>): T | undefined {
  const text = read(name);
  if (text === undefined) return undefined;
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof Unexpected)) throw error;
    const got = SECRET.has(name) ? `${text.length} characters` : `"${text.slice(0, 80)}"`;
    throw new RangeError(`${name}: expected ${error.message}, got ${got}`);
  }
}

function required<T>(read: Environment, name: string, parse: Parser<T>): T {
  const value = optional(read, name, parse);
  if (value !== undefined) return value;
  throw new TypeError(`${name} is not set; functions/README.md says what it is for`);
}

function hexOf(length: number): Parser<Hex> {
  return (text) => {
    const digits = text.replace(/^0x/, "").toLowerCase();
    if (digits.length !== 2 * length || /[^0-9a-f]/.test(digits)) {
      throw new Unexpected(`0x and ${2 * length} hexadecimal digits`);
    }
    return `0x${digits}`;
  };
}

function payoutAddress(text: string): Hex {
  const parsed = hexOf(20)(text);
  if (/^0x0+$/.test(parsed)) throw new Unexpected("an address other than 0");
  return parsed;
}

function secretText(text: string): Uint8Array {
  const bytes = new TextEncoder().encode(text);
  if (bytes.length >= MIN_SECRET_BYTES) return bytes;
  throw new Unexpected(`at least ${MIN_SECRET_BYTES} characters that nobody can guess`);
}

function urls(text: string): string[] {
  const list = text.split(",").map((part) => part.trim()).filter((part) => part !== "");
  const odd = list.findIndex((part) => !/^https?:$/.test(URL.parse(part)?.protocol ?? ""));
  if (odd >= 0 || list.length === 0) {
    throw new Unexpected(
      `http:// or https:// addresses with commas between them (see number ${odd + 1})`,
    );
  }
  return list;
}

function competitionList(text: string): "all" | number[] {
  if (text === "all") return text;
  const ids = text.split(",").map((part) => Number(part.trim() || NaN));
  if (ids.every((id) => Number.isSafeInteger(id) && id >= 0)) return [...new Set(ids)];
  throw new Unexpected(`"all", or numbers of competitions with commas between them`);
}

function whole({ min, max }: { min: number; max: number }): Parser<number> {
  return (text) => {
    const value = /^\d{1,9}$/.test(text) ? Number(text) : NaN;
    if (value >= min && value <= max) return value;
    throw new Unexpected(`a whole number from ${min} to ${max}`);
  };
}

function flag(text: string): boolean {
  if (text === "0" || text === "1") return text === "1";
  throw new Unexpected("0 or 1");
}

function isolationLevel(text: string): IsolationChoice {
  const level = ISOLATION.find((known) => known === text);
  if (level !== undefined) return level;
  throw new Unexpected(`one of ${ISOLATION.join(", ")}`);
}

/** An amount of ether such as "0.5", as wei; "off" is as if it were not set. */
function ether(text: string): bigint | undefined {
  return text === "off" ? undefined : decimal(text, ETHER_DECIMALS, "ETH, or off");
}

function gwei(text: string): bigint {
  return decimal(text, 9, "gwei");
}

function decimal(text: string, decimals: number, unit: string): bigint {
  const [, integer, fraction = ""] = text.match(/^(\d{1,12})(?:\.(\d{1,18}))?$/) ?? [];
  if (integer === undefined || fraction.length > decimals) {
    throw new Unexpected(`an amount such as 0.5 in ${unit}`);
  }
  return BigInt(integer + fraction.padEnd(decimals, "0"));
}

/** `127.0.0.1:8000`, `:8000` for all addresses, or just a port on this machine. */
function address(text: string): Config["listen"] {
  const [, hostname, digits] = text.match(/^(?:(\[[0-9a-fA-F:]+\]|[^:\s]*):)?(\d{1,5})$/) ?? [];
  const port = Number(digits ?? NaN);
  if (!(port <= 65_535)) {
    throw new Unexpected("an address such as 127.0.0.1:8000, or 0.0.0.0:8000 for all networks");
  }
  if (hostname === undefined) return { hostname: "127.0.0.1", port };
  return { hostname: hostname.replace(/^\[|\]$/g, "") || "0.0.0.0", port };
}

/** Deno Deploy has no folder that lasts. */
function cacheFolder(read: Environment): string | undefined {
  const folder = read("DEML_CACHE") ?? (read("DENO_DEPLOY") === undefined ? ".deml" : "off");
  return folder === "off" ? undefined : folder;
}

/** Deploy runs the crons of every branch's timeline: only one of them may sign. */
function timelineOf(read: Environment): Config["timeline"] {
  if (read("DENO_DEPLOY") === undefined) return "local";
  return read("DENO_TIMELINE") === "production" ? "production" : "preview";
}
