/**
 * Downloads of gzip files whose content is known: from several mirrors in turn, resumed where they broke off,
 * bounded in size and time, and checked by the sha256 of what they inflate to (mirrors compress differently).
 */
import { createHash } from "node:crypto";

/** A file to have. It is kept as `<name>.gz`. */
export interface RemoteFile {
  /** Without the ending `.gz`. */
  name: string;
  /** Bytes of the inflated content. */
  bytes: number;
  /** sha256 of the inflated content, in hex. */
  sha256: string;
}

/** Where from, where to. */
export interface DownloadOptions {
  /** The folder that gets the file; it exists. */
  folder: string;
  /** Base addresses, in order of preference; `<mirror>/<name>.gz` is fetched. */
  mirrors: readonly string[];
  /** Hears how many bytes have come and how many are expected, if the server said so. */
  onProgress?: (received: number, total: number | undefined) => void;
  /** Longest silence of a server, in milliseconds (30,000). */
  idleMs?: number;
}

/** How often one mirror is asked to go on from where it broke off. */
const TRIES = 4;

/**
 * Sees to it that the folder has the file. Returns the mirror that it came from, or "kept" if it was there
 * already; a file with wrong content is replaced.
 *
 * @throws {Error} with one line that names what each mirror did, if none delivers the content.
 */
export async function download(file: RemoteFile, options: DownloadOptions): Promise<string> {
  const path = `${options.folder}/${file.name}.gz`;
  if (await whyWrong(path, file) === undefined) return "kept";
  const troubles: string[] = [];
  for (const mirror of options.mirrors) {
    const url = `${mirror.replace(/\/+$/, "")}/${file.name}.gz`;
    try {
      // A part belongs to its mirror: another one's bytes would not fit to it.
      const part = `${path}.${createHash("sha256").update(url).digest("hex").slice(0, 8)}.part`;
      await fetchChecked({ file, url, part }, options);
      await Deno.rename(part, path);
      await removeParts(options.folder, `${file.name}.gz.`);
      return mirror;
    } catch (error) {
      troubles.push(`${url}: ${reason(error)}`);
    }
  }
  throw new Error(
    `Cannot download ${file.name}.gz: ${
      troubles.join("; ")
    }. Check the network, or give another --mirror`,
  );
}

interface Transfer {
  file: RemoteFile;
  url: string;
  part: string;
}

/** Fetches into the part until its content is right; a wrong one is dropped, an incomplete one is kept. */
async function fetchChecked(transfer: Transfer, options: DownloadOptions): Promise<void> {
  const { file, part } = transfer;
  for (let tries = 1;; tries++) {
    const before = await sizeOf(part);
    try {
      await fetchRest(transfer, before, options);
    } catch (error) {
      const progress = await sizeOf(part) > before;
      if (progress && tries < TRIES) continue;
      throw error;
    }
    const wrong = await whyWrong(part, file);
    if (wrong === undefined) return;
    await Deno.remove(part);
    // What was there before may be to blame: once more, from the start.
    if (before === 0 || tries >= TRIES) throw new Error(wrong);
  }
}

/** Asks for what the part lacks and appends it; a server that sends everything starts it anew. */
async function fetchRest(
  { file, url, part }: Transfer,
  have: number,
  { onProgress, idleMs = 30_000 }: DownloadOptions,
): Promise<void> {
  // Compressed bytes are wanted as they are stored: ranges of anything else could not be put together.
  const headers = new Headers({ "accept-encoding": "identity" });
  if (have > 0) headers.set("range", `bytes=${have}-`);
  const abort = new AbortController();
  const response = await within(idleMs, fetch(url, { headers, signal: abort.signal }), abort);
  try {
    if (response.status === 416 && have > 0) return; // nothing is missing, or the check will tell
    if (response.status !== 200 && response.status !== 206) {
      throw new Error(`HTTP ${response.status}`);
    }
    const start = response.status === 206 ? rangeStart(response, have) : 0;
    const length = response.headers.get("content-length");
    const total = length === null ? undefined : start + Number(length);
    const most = mostBytes(file);
    if (total !== undefined && total > most) {
      throw new Error(`${total} bytes, over the ${most} allowed`);
    }
    using out = await Deno.open(part, { write: true, create: true, truncate: start === 0 });
    await out.seek(start, Deno.SeekMode.Start);
    let received = start;
    const body = response.body?.getReader();
    for (;;) {
      const { done, value } = await within(idleMs, body?.read() ?? ENDED, abort);
      if (done) break;
      received += value.length;
      if (received > most) throw new Error(`over the ${most} bytes allowed`);
      await writeAll(out, value);
      onProgress?.(received, total);
    }
    if (total !== undefined && received < total) {
      throw new Error(`broke off after ${received} of ${total} bytes`);
    }
  } finally {
    abort.abort();
  }
}

const ENDED = Promise.resolve({ done: true as const, value: undefined });

/** A gzip file is at most a little longer than its content. */
function mostBytes({ bytes }: RemoteFile): number {
  return bytes + Math.ceil(bytes / 1000) + 4096;
}

function rangeStart(response: Response, have: number): number {
  const range = response.headers.get("content-range") ?? "none";
  if (have > 0 && range.startsWith(`bytes ${have}-`)) return have;
  throw new Error(`answered with the range ${range.slice(0, 60)} instead of bytes ${have}-`);
}

async function writeAll(out: Deno.FsFile, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await out.write(bytes.subarray(at));
}

/** Waits for a step, and gives up by itself after `ms`, whether or not the abort gets through. */
async function within<T>(ms: number, step: Promise<T>, abort: AbortController): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    reject(new Error(`sent nothing for ${ms} ms`));
    abort.abort();
  }, ms);
  try {
    return await Promise.race([step, promise]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Why a gzip file does not hold what it should, or undefined if it does. Inflates as a stream and stops at the
 * expected size, so that nothing can blow it up.
 */
export async function whyWrong(path: string, file: RemoteFile): Promise<string | undefined> {
  if (await sizeOf(path) === 0) return "no bytes";
  const source = (await Deno.open(path)).readable.pipeThrough(new DecompressionStream("gzip"));
  const hash = createHash("sha256");
  let bytes = 0;
  try {
    for await (const piece of source) {
      bytes += piece.length;
      if (bytes > file.bytes) return `wrong content: over ${file.bytes} bytes`;
      hash.update(piece);
    }
  } catch (error) {
    return `wrong content: not gzip or damaged (${reason(error)})`;
  }
  const digest = hash.digest("hex");
  if (digest === file.sha256) return undefined;
  return `wrong content: ${bytes} bytes of sha256 ${digest} instead of ${file.bytes} of ${file.sha256}`;
}

/** What an error says; `fetch` hides the reason of a refused connection in the cause. */
function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message} (${reason(error.cause)})`;
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await Deno.stat(path)).size;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return 0;
    throw error;
  }
}

async function removeParts(folder: string, prefix: string): Promise<void> {
  for await (const { name } of Deno.readDir(folder)) {
    if (name.startsWith(prefix) && name.endsWith(".part")) await Deno.remove(`${folder}/${name}`);
  }
}
