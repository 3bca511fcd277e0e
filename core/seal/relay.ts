/** Fetching beacons from drand's HTTP relays. No relay is trusted: what does not verify counts as no answer. */
import { fromHex } from "../protocol/codec.ts";
import { type Beacon, type BeaconNetwork, verifyBeacon } from "./beacon.ts";
import { QUICKNET_CHAIN_HASH } from "./quicknet.ts";

/** A round takes about 250 bytes. */
const MAX_ANSWER_BYTES = 4_096;
const DEFAULT_TIMEOUT_MS = 5_000;

/** Public relays of quicknet, below its chain hash. */
export const QUICKNET_RELAYS: readonly string[] = [
  "https://api.drand.sh",
  "https://api2.drand.sh",
  "https://api3.drand.sh",
  "https://drand.cloudflare.com",
].map((relay) => `${relay}/${QUICKNET_CHAIN_HASH.slice(2)}`);

/** Where and how to ask. */
export interface RelayOptions {
  /** Base addresses in the order of asking, each what `/public/N` is appended to. */
  relays: readonly string[];
  /** The network whose signatures are accepted. */
  network: Pick<BeaconNetwork, "publicKey">;
  /** Milliseconds for each relay's whole answer; 5,000 unless told. */
  timeoutMs?: number;
  /** Ends everything when aborted. */
  signal?: AbortSignal;
  /** `globalThis.fetch` unless told. */
  fetch?: typeof globalThis.fetch;
}

/**
 * The beacon of a round, from the first relay that gives one that verifies.
 *
 * @throws {RangeError} if the round is not a whole number from 1 on, or there is no relay
 * @throws {AggregateError} if no relay gives it, saying what each of them did, with each relay's error
 * @throws the signal's reason if it is aborted
 */
export async function fetchBeacon(round: number, options: RelayOptions): Promise<Beacon> {
  if (!(Number.isSafeInteger(round) && round >= 1)) {
    throw new RangeError(`the round of a beacon must be a whole number from 1 on, not ${round}`);
  }
  if (options.relays.length === 0) throw new RangeError("expected at least one relay to ask");
  const errors: Error[] = [];
  for (const relay of options.relays) {
    options.signal?.throwIfAborted();
    try {
      return await ask(relay, round, options);
    } catch (error) {
      options.signal?.throwIfAborted();
      errors.push(explain(error, options.timeoutMs));
    }
  }
  const reasons = errors.map((error, i) => `${options.relays[i]}: ${error.message}`).join("; ");
  throw new AggregateError(errors, `no relay gave beacon ${round}: ${reasons}`);
}

/** Runtimes word a time-out differently, and none of them says how long it was. */
function explain(error: unknown, timeoutMs: number = DEFAULT_TIMEOUT_MS): Error {
  if (!(error instanceof Error)) return new Error(String(error));
  if (error.name !== "TimeoutError") return error;
  return new Error(`no whole answer within ${timeoutMs} ms`, { cause: error });
}

async function ask(relay: string, round: number, options: RelayOptions): Promise<Beacon> {
  const fetch = options.fetch ?? globalThis.fetch;
  const timeout = AbortSignal.timeout(options.timeoutMs ?? DEFAULT_TIMEOUT_MS);
  const signal = options.signal ? AbortSignal.any([options.signal, timeout]) : timeout;
  const url = `${relay.replace(/\/+$/, "")}/public/${round}`;
  const response = await fetch(url, { signal, redirect: "error" });
  if (!response.ok) {
    await response.body?.cancel();
    throw new Error(`HTTP ${response.status}${response.status === 425 ? " (not due yet)" : ""}`);
  }
  const beacon = readBeacon(await readText(response));
  if (beacon.round !== round) throw new RangeError(`it answered with round ${beacon.round}`);
  verifyBeacon(options.network, beacon);
  return beacon;
}

/** Reads a body that is refused as soon as it is larger than any honest answer. */
async function readText(response: Response): Promise<string> {
  const reader = response.body?.getReader();
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let [text, size] = ["", 0];
  for (let part = await reader?.read(); part?.value; part = await reader?.read()) {
    size += part.value.length;
    if (size > MAX_ANSWER_BYTES) {
      await reader?.cancel();
      throw new RangeError(`its answer is larger than ${MAX_ANSWER_BYTES} bytes`);
    }
    text += decoder.decode(part.value, { stream: true });
  }
  return text + decoder.decode();
}

function readBeacon(text: string): Beacon {
  const { round, signature } = parseObject(text);
  if (typeof round !== "number") throw new TypeError("its answer has no number as round");
  if (typeof signature !== "string") throw new TypeError("its answer has no text as signature");
  return { round, signature: fromHex(`0x${signature}`, { length: 48 }) };
}

function parseObject(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new SyntaxError("its answer is not JSON", { cause });
  }
  if (typeof value === "object" && value !== null) return value as Record<string, unknown>;
  throw new TypeError("its answer is not a JSON object");
}
