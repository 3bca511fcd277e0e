/**
 * An IPFS gateway over a block store, as a plain request handler: blocks and CARs for verifying readers
 * (https://specs.ipfs.tech/http-gateways/trustless-gateway/), and files as such for browsers.
 */
import { type CarOptions, loadBlock, writeCar } from "./car.ts";
import { type Cid, DAG_PB, RAW } from "./cid.ts";
import { type GatewayRequest, HttpError, parseRequest } from "./gateway_request.ts";
import { matchesEtag, parseEntityBytes, parseRange } from "./http_range.ts";
import { mimeType } from "./mime.ts";
import type { BlockStore } from "./store.ts";
import { toStream } from "./streams.ts";
import { decodeBlock, type FileNode, resolvePath, walkFile } from "./unixfs.ts";

/** What the gateway serves. */
export interface GatewayOptions {
  /**
   * Whether files are served as such, and folders by their index.html (default), beside blocks and CARs.
   * Off, nobody can use the host to show pages of theirs.
   */
  deserialized?: boolean;
  /** Hears of failures of the store, which the answer (a 500) does not describe. */
  onError?: (error: unknown) => void;
}

/** What a request comes down to. */
interface Target {
  request: Request;
  asked: GatewayRequest;
  cid: Cid;
  block: Uint8Array;
  /** Blocks from the root to the target's parent. */
  trail: Cid[];
  headers: Headers;
}

const CORS = {
  "access-control-allow-origin": "*",
  "access-control-allow-methods": "GET, HEAD, OPTIONS",
  "access-control-allow-headers": "Accept, If-None-Match, If-Range, Range",
  "access-control-expose-headers":
    "Content-Length, Content-Range, Etag, X-Content-Type-Options, X-Ipfs-Path, X-Ipfs-Roots",
};

/**
 * Makes the handler. It never throws: what cannot be answered is a 4xx with one line of text; a block
 * that is missing in the midst of an answer breaks the connection instead of ending it cleanly.
 */
export function gateway(
  store: BlockStore,
  { deserialized = true, onError = () => {} }: GatewayOptions = {},
): (request: Request) => Promise<Response> {
  return async (request) => {
    if (request.method === "OPTIONS") return new Response(null, { status: 204, headers: CORS });
    try {
      const asked = parseRequest(request);
      if (asked.format === "file" && !deserialized) {
        throw new HttpError(406, "Only format=raw and format=car are served here");
      }
      const target = await findTarget(request, asked, store);
      if (asked.format === "raw") return answerRaw(target);
      if (asked.format === "car") return answerCar(target, store);
      return await answerFile(target, store);
    } catch (error) {
      return answerError(request, error, onError);
    }
  };
}

async function findTarget(
  request: Request,
  asked: GatewayRequest,
  store: BlockStore,
): Promise<Target> {
  const { root, names, contentPath } = asked;
  const get = (cid: Cid) => loadOr404(cid, store);
  const found = await resolvePath(root, names, get);
  if (found === undefined) throw new HttpError(404, `There is no ${names.join("/")} in ${root}`);
  const headers = new Headers({
    ...CORS,
    "x-ipfs-path": contentPath,
    "x-ipfs-roots": found.roots.join(","),
    "x-content-type-options": "nosniff",
    "cache-control": "public, max-age=29030400, immutable",
    // The same address answers in several formats.
    vary: "Accept",
  });
  return { request, asked, headers, ...found, block: await get(found.cid) };
}

async function loadOr404(cid: Cid, store: BlockStore): Promise<Uint8Array> {
  try {
    return await loadBlock(cid, store);
  } catch (error) {
    throw error instanceof RangeError ? new HttpError(404, `Block ${cid} is not here`) : error;
  }
}

function answerRaw(target: Target): Response {
  const { cid, block, headers } = target;
  headers.set("content-type", "application/vnd.ipld.raw");
  headers.set("content-disposition", attachment(target, `${cid}.bin`));
  headers.set("content-length", `${block.length}`);
  return respond(target, `"${cid}.raw"`, () => block as Uint8Array<ArrayBuffer>);
}

function answerCar(target: Target, store: BlockStore): Response {
  const { asked, cid, block, trail, headers } = target;
  const { scope, duplicates, entityBytes } = asked;
  const options: CarOptions = { scope, duplicates, trail };
  const node = cid.code === DAG_PB || cid.code === RAW ? decodeBlock(cid, block) : undefined;
  if (entityBytes !== undefined && scope === "entity" && node?.type === "file") {
    options.range = orBadRequest(() => parseEntityBytes(entityBytes, node.size));
  }
  const dups = duplicates ? "y" : "n";
  const range = options.range === undefined ? "" : `.${options.range.from}-${options.range.to}`;
  headers.set("content-type", `application/vnd.ipld.car; version=1; order=dfs; dups=${dups}`);
  headers.set("content-disposition", attachment(target, `${cid}.car`));
  headers.set("accept-ranges", "none");
  const etag = `W/"${
    [asked.root, ...asked.names.map(encodeURIComponent)].join("/")
  }.car.${scope}.${dups}${range}"`;
  return respond(target, etag, () => writeCar(cid, store, options));
}

async function answerFile(target: Target, store: BlockStore): Promise<Response> {
  const { asked, request, cid, block, headers } = target;
  if (cid.code !== RAW && cid.code !== DAG_PB) {
    throw new HttpError(406, `${cid} is neither a file nor a folder; ask for format=raw`);
  }
  const node = decodeBlock(cid, block);
  if (node.type === "file") return answerBytes(target, node, store);
  if (!asked.slash) {
    const { pathname, search } = new URL(request.url);
    // One slash in front: two would name another host.
    headers.set("location", `/${pathname.replace(/^\/+/, "")}/${search}`);
    return new Response(null, { status: 301, headers });
  }
  const index = await findTarget(
    request,
    { ...asked, names: [...asked.names, "index.html"] },
    store,
  );
  return await answerFile({ ...index, asked: { ...index.asked, slash: false } }, store);
}

function answerBytes(target: Target, node: FileNode, store: BlockStore): Response {
  const { asked, request, cid, headers } = target;
  const etag = `"${cid}"`;
  const range = parseRange(rangeHeader(request.headers, etag), node.size);
  if (range === "unsatisfiable") {
    throw new HttpError(416, `The file has ${node.size} bytes`, {
      "content-range": `bytes */${node.size}`,
    });
  }
  const { from, to } = range ?? { from: 0, to: node.size };
  headers.set("content-type", mimeType(asked.filename ?? asked.names.at(-1) ?? ""));
  headers.set("accept-ranges", "bytes");
  headers.set("content-length", `${to - from}`);
  if (asked.filename !== undefined) {
    headers.set("content-disposition", `inline; ${quoteName(asked.filename)}`);
  }
  if (range !== undefined) headers.set("content-range", `bytes ${from}-${to - 1}/${node.size}`);
  const status = range === undefined ? 200 : 206;
  return respond(target, etag, () => toStream(fileBytes(cid, store, { from, to })), status);
}

/** The `Range` header, unless a condition takes precedence over it. */
function rangeHeader(headers: Headers, etag: string): string | null {
  if (matchesEtag(headers.get("if-none-match"), etag)) return null;
  return [null, etag].includes(headers.get("if-range")) ? headers.get("range") : null;
}

async function* fileBytes(
  cid: Cid,
  store: BlockStore,
  range: { from: number; to: number },
): AsyncGenerator<Uint8Array> {
  const get = (part: Cid) => loadBlock(part, store);
  for await (const { data } of walkFile(cid, get, { maxBytes: Infinity, ...range })) {
    if (data.length > 0) yield data;
  }
}

/** The answer itself: 304 for who has it already, no body for HEAD. */
function respond(
  { request, headers }: Target,
  etag: string,
  body: () => BodyInit,
  status = 200,
): Response {
  headers.set("etag", etag);
  if (!matchesEtag(request.headers.get("if-none-match"), etag)) {
    if (request.method !== "HEAD") return new Response(body(), { status, headers });
    // An empty stream where the length is open: for no body at all a server would state 0.
    const nothing = headers.has("content-length")
      ? null
      : new ReadableStream({ start: (to) => to.close() });
    return new Response(nothing, { status, headers });
  }
  for (const name of ["content-length", "content-type", "content-range", "content-disposition"]) {
    headers.delete(name);
  }
  return new Response(null, { status: 304, headers });
}

function answerError(
  request: Request,
  error: unknown,
  onError: (error: unknown) => void,
): Response {
  const { status, text, extra } = explain(error);
  if (status === 500) onError(error);
  const headers = new Headers({
    ...CORS,
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
  });
  headers.set("content-type", "text/plain; charset=utf-8");
  for (const [name, value] of new Headers(extra)) headers.set(name, value);
  return new Response(request.method === "HEAD" ? null : `${text}\n`, { status, headers });
}

function explain(error: unknown): { status: number; text: string; extra?: HeadersInit } {
  if (error instanceof HttpError) {
    return { status: error.status, text: error.message, extra: error.headers };
  }
  // Blocks that are here, but are not what a path or a file needs: unixfs.ts says why.
  const malformed = [SyntaxError, TypeError, RangeError].some((kind) => error instanceof kind);
  if (malformed) return { status: 422, text: (error as Error).message };
  // What a store says may name its folders: that is for its owner.
  return { status: 500, text: "The block store failed" };
}

function orBadRequest<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw error instanceof SyntaxError ? new HttpError(400, error.message) : error;
  }
}

function attachment({ asked }: Target, name: string): string {
  return `attachment; ${quoteName(asked.filename ?? name)}`;
}

/** Only characters that need no quoting: the name comes from the address. */
function quoteName(name: string): string {
  return `filename="${name.replace(/[^\w .()-]/g, "_").slice(0, 200)}"`;
}
