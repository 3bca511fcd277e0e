/** The gateways of one read: who may be asked next, and what each of them did. */

/** What a gateway did. */
export interface GatewayEvent {
  /** Its base address. */
  gateway: string;
  /** Delivered good blocks, failed to, or sent what is not what its hash says. */
  kind: "served" | "failed" | "lied";
  /** How, in a few words. */
  detail: string;
}

/**
 * No gateway delivered. Another try, or another gateway, may succeed: nothing is known against the content.
 * The message names what each gateway did, `events` has all of it.
 */
export class RetrievalError extends Error {
  /** The class by name, for logs. */
  override name = "RetrievalError";
  /** Every failure and lie of the read, in order. */
  readonly events: readonly GatewayEvent[];

  /** Says what was wanted and what came of it. */
  constructor(message: string, events: readonly GatewayEvent[]) {
    super(message);
    this.events = events;
  }
}

/** Thrown while talking to a gateway: it sent bytes that cannot be right. Anything else is a failure. */
export class Lie extends Error {}

/** A gateway during one read. */
export interface Gateway {
  /** Its base address, without a trailing slash. */
  readonly url: string;
  /** How often it failed. */
  failures: number;
  /** Whether it lied, and is not asked again. */
  banned: boolean;
  /** How many good blocks it delivered. */
  blocks: number;
  /** Bytes of these blocks. */
  bytes: number;
  /** Whether it has been asked for an archive in this read. */
  askedForCar: boolean;
}

/** How many different troubles of one gateway an error message lists. */
const MAX_DETAILS = 3;

/** The gateways of one read, in the order of trust that the read has earned them. */
export class GatewayPool {
  readonly #gateways: Gateway[];
  readonly #events: GatewayEvent[] = [];
  readonly #onEvent: (event: GatewayEvent) => void;

  /**
   * Takes base addresses such as `https://trustless-gateway.link`, in order of preference.
   *
   * @throws {TypeError} if there is none, or one is not an http(s) address.
   */
  constructor(urls: readonly string[], onEvent: (event: GatewayEvent) => void = () => {}) {
    if (urls.length === 0) throw new TypeError("Expected at least one IPFS gateway, got none");
    const bases = new Set(urls.map(gatewayBase));
    this.#gateways = [...bases].map((url) => (
      { url, failures: 0, banned: false, blocks: 0, bytes: 0, askedForCar: false }
    ));
    this.#onEvent = onEvent;
  }

  /** Those not banned, fewest failures first, else in the given order. */
  usable(): Gateway[] {
    return this.#gateways.filter((gateway) => !gateway.banned)
      .sort((a, b) => a.failures - b.failures);
  }

  /** Notes an error of a gateway: a lie bans it for this read, a failure puts it back. */
  blame(gateway: Gateway, error: unknown): void {
    const lied = error instanceof Lie;
    if (lied) gateway.banned = true;
    else gateway.failures++;
    const detail = error instanceof Error ? describe(error) : String(error);
    const event = { gateway: gateway.url, kind: lied ? "lied" : "failed", detail } as const;
    this.#events.push(event);
    this.#onEvent(event);
  }

  /** Notes a block that a gateway delivered. */
  credit(gateway: Gateway, bytes: number): void {
    gateway.blocks++;
    gateway.bytes += bytes;
  }

  /** Tells, at the end of a read, what came from where. */
  finish(): void {
    for (const { url, blocks, bytes } of this.#gateways) {
      if (blocks === 0) continue;
      this.#onEvent({
        gateway: url,
        kind: "served",
        detail: `${blocks} block${blocks === 1 ? "" : "s"}, ${bytes} bytes`,
      });
    }
  }

  /** The one error for a block that no gateway delivered. */
  error(what: string): RetrievalError {
    const each = this.#gateways.map(({ url }) => `${url} ${this.#summary(url)}`).join("; ");
    return new RetrievalError(
      `Cannot read ${what} from IPFS: ${each}. Add a gateway that has it, or try again later`,
      this.#events,
    );
  }

  #summary(url: string): string {
    const counts = new Map<string, number>();
    for (const { gateway, kind, detail } of this.#events) {
      if (gateway !== url) continue;
      const text = `${kind}: ${detail}`;
      counts.set(text, (counts.get(text) ?? 0) + 1);
    }
    const lies = [...counts.keys()].filter((text) => text.startsWith("lied"));
    const shown = [...lies, ...[...counts.keys()].filter((text) => !lies.includes(text))]
      .slice(0, MAX_DETAILS)
      .map((text) => counts.get(text) === 1 ? text : `${text} (${counts.get(text)} times)`);
    return shown.length === 0 ? "was not asked" : shown.join(", ");
  }
}

/** Without a trailing slash and `/ipfs`, which people tend to copy along. */
function gatewayBase(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw new TypeError(`Expected a gateway such as https://trustless-gateway.link, got "${text}"`);
  }
  return (url.origin + url.pathname).replace(/\/+$/, "").replace(/\/ipfs$/, "");
}

/** `fetch` hides the reason of a refused connection in the cause. */
function describe(error: Error): string {
  const cause = error.cause instanceof Error ? error.cause.message : undefined;
  const text = cause === undefined || error.message.includes(cause)
    ? error.message
    : `${error.message} (${cause})`;
  return text.slice(0, 300);
}
