/** What a request asks of the gateway, by the trustless gateway specification. */
import { type Cid, parseCid } from "./cid.ts";

/** A request that is well formed. Whether the blocks are there is another question. */
export interface GatewayRequest {
  /** Where the path starts. */
  root: Cid;
  /** Names below the root, decoded. */
  names: string[];
  /** Whether the path ends with a slash (or is nothing but the root of a subdomain). */
  slash: boolean;
  /** `/ipfs/<cid>/...` as asked for, still percent-encoded. */
  contentPath: string;
  /** One block, an archive, or a file as such. */
  format: "raw" | "car" | "file";
  /** What goes into an archive. */
  scope: "block" | "entity" | "all";
  /** Whether an archive repeats blocks. */
  duplicates: boolean;
  /** Part of a file that an archive is for, as asked. */
  entityBytes: string | undefined;
  /** A name to save under, or to take the media type from. */
  filename: string | undefined;
}

/** An answer that is an error: its status and one line for whoever asked. */
export class HttpError extends Error {
  /** The HTTP status, and headers that go with it. */
  constructor(readonly status: number, message: string, readonly headers: HeadersInit = {}) {
    super(message);
  }
}

const RAW = "application/vnd.ipld.raw";
const CAR = "application/vnd.ipld.car";

/**
 * Reads method, address and `Accept` header: `/ipfs/<cid>/path` on any host, or `/path` on
 * `<cid>.ipfs.<host>`.
 *
 * @throws {HttpError} 400, 404, 405 or 406.
 */
export function parseRequest(request: Request): GatewayRequest {
  if (request.method !== "GET" && request.method !== "HEAD") {
    throw new HttpError(405, "Only GET and HEAD are answered here", {
      allow: "GET, HEAD, OPTIONS",
    });
  }
  const url = new URL(request.url);
  const query = url.searchParams;
  const { rootText, path } = splitPath(url);
  const accepted = parseAccept(request.headers.get("accept"));
  const format = chooseFormat(query.get("format"), accepted);
  const parameter = (name: string, preset: string) =>
    query.get(`car-${name}`) ??
      (accepted.type === CAR ? accepted.parameters.get(name) : undefined) ??
      preset;
  if (format === "car" && parameter("version", "1") !== "1") {
    throw new HttpError(
      406,
      `Only CAR version 1 is written here, not ${parameter("version", "1")}`,
    );
  }
  return {
    root: orBadRequest(() => parseCid(rootText)),
    names: path.split("/").filter((name) => name !== "").map((name) =>
      orBadRequest(() => decodeURIComponent(name))
    ),
    slash: path.endsWith("/"),
    contentPath: `/ipfs/${rootText}${path}`,
    format,
    scope: oneOf("dag-scope", query.get("dag-scope") ?? "all", ["block", "entity", "all"]),
    // Order "unk" leaves it to the server; blocks come depth-first in any case.
    duplicates: oneOf("car-order", parameter("order", "dfs"), ["dfs", "unk"]) !== undefined &&
      oneOf("car-dups", parameter("dups", "n"), ["y", "n"]) === "y",
    entityBytes: query.get("entity-bytes") ?? undefined,
    filename: query.get("filename") ?? undefined,
  };
}

function splitPath(url: URL): { rootText: string; path: string } {
  const subdomain = /^([a-z0-9]+)\.ipfs\./.exec(url.hostname)?.[1];
  if (subdomain !== undefined) return { rootText: subdomain, path: url.pathname };
  const match = /^\/ipfs\/([^/]+)(.*)$/.exec(url.pathname);
  if (match === null) throw new HttpError(404, "Expected an address such as /ipfs/<cid>");
  return { rootText: match[1]!, path: match[2]! };
}

/** The first trustless type that `Accept` lists, or the first type at all. */
function parseAccept(header: string | null): { type: string; parameters: Map<string, string> } {
  const types = (header ?? "*/*").split(",").map((part) => {
    const [type, ...rest] = part.split(";").map((word) => word.trim().toLowerCase());
    const pairs = rest.map((word) => word.split("=", 2) as [string, string]);
    return { type: type!, parameters: new Map(pairs) };
  });
  return types.find(({ type }) => type === RAW || type === CAR) ?? types[0]!;
}

/** The query beats the header. */
function chooseFormat(query: string | null, { type }: { type: string }): GatewayRequest["format"] {
  if (query !== null) {
    if (query === "raw" || query === "car") return query;
    throw new HttpError(
      406,
      `Only format=raw and format=car are written here, not "${query.slice(0, 40)}"`,
    );
  }
  if (type === RAW) return "raw";
  if (type === CAR) return "car";
  if (/^application\/vnd\.ip(ld|fs)\./.test(type)) {
    throw new HttpError(406, `Only ${RAW} and ${CAR} are written here, not ${type.slice(0, 60)}`);
  }
  return "file";
}

function oneOf<T extends string>(name: string, value: string, allowed: readonly T[]): T {
  const found = allowed.find((choice) => choice === value);
  if (found !== undefined) return found;
  throw new HttpError(
    400,
    `Expected ${name} to be ${allowed.join(" or ")}, got "${value.slice(0, 40)}"`,
  );
}

function orBadRequest<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw new HttpError(400, error instanceof Error ? error.message : String(error));
  }
}
