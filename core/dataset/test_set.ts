/**
 * The test set of a competition, open or sealed, and what stands in for a false one (PROTOCOL.md sections 3 and 7).
 *
 * A sealed test set is FALSE, for every reader alike, if a file that is at hand, its bytes checked against its CID, has
 * another size than the manifest says (its root block states it, and whoever reads on finds the same), does not open, has
 * another digest, or does not hold what the manifest says. All these are facts about bytes that the manifest and the
 * beacon determine: {@linkcode InvalidData}. Anything else (a file that nobody delivers, or that is no readable file at
 * all; a lack of memory) is the reader's own failure: it is thrown, and nothing stands in. Two readers can thus differ in
 * whether they know, but not in what they know.
 */
import { type ByteStream, exactly, InvalidData } from "./bytes.ts";
import { type Dataset, type FileReader, firstRows, loadDataset } from "./dataset.ts";
import { type FileRef, type Manifest, MAX_FILE_BYTES, type Part } from "./manifest.ts";

/**
 * Opens a file of a sealed test set.
 *
 * @throws {InvalidData} if it does not open, for everybody alike. Whatever else it throws reaches the caller unchanged
 */
export type Unseal = (sealed: Uint8Array) => Promise<Uint8Array>;

/** What submissions are scored on. */
export interface TestSetRows {
  /** The rows, in memory. */
  dataset: Dataset;
  /** What is wrong with the test set, so that these are the first rows of the training set; undefined if they are its own. */
  fault: InvalidData | undefined;
}

/** How to read a test set. */
export interface TestSetOptions {
  /** Reads a file as it is. */
  read: FileReader;
  /**
   * Reads a sealed file that must have as many bytes as it is told, and throws {@linkcode InvalidData} if its root block
   * states another size, whatever else is wrong with it. Without it such a file is read up to the first byte too many.
   */
  readSized?: FileReader | undefined;
  /** Opens it; called only for a sealed test set. */
  unseal?: Unseal | undefined;
}

/**
 * Loads the test set. Of a sealed one each file is read whole, opened in memory (twice its size is held at that time) and
 * checked; if it is false, the first rows of the training set, as many as the manifest states, take its place.
 *
 * @throws {InvalidData} if an open test set is false, or a sealed one and the training set as well
 * @throws {RangeError} if it is sealed and there is no `unseal`
 * @throws whatever `read` and `unseal` throw otherwise: nothing is known of the test set then
 */
export async function loadTestSet(
  manifest: Manifest,
  { read, readSized, unseal }: TestSetOptions,
): Promise<TestSetRows> {
  if (manifest.mode === "open") {
    return { dataset: await loadDataset(manifest, { part: "test", read }), fault: undefined };
  }
  if (unseal === undefined) {
    throw new RangeError("the test set is sealed: expected the beacon that opens it, got nothing");
  }
  try {
    const opened = openingReader({ read, readSized, unseal });
    return {
      dataset: await loadDataset(manifest, { part: "test", read: opened }),
      fault: undefined,
    };
  } catch (fault) {
    if (!(fault instanceof InvalidData)) throw fault;
    const train = await loadDataset(manifest, { part: "train", read });
    return { dataset: firstRows(train, manifest.test.rows), fault };
  }
}

/**
 * Reads the files of a sealed test set to their end, as they are: for who keeps and serves them until they open.
 *
 * @param source its readers keep what they read
 * @throws {InvalidData} if a file has another size than the manifest says
 * @throws whatever `read` throws otherwise
 */
export async function readSealed(
  manifest: Manifest,
  source: Pick<TestSetOptions, "read" | "readSized">,
): Promise<void> {
  for (const file of filesOf(manifest.test)) {
    for await (const _ of sealedBytes(file, source));
  }
}

/** The files of a part. */
export function filesOf(part: Part): FileRef[] {
  return "table" in part ? [part.table] : [part.inputs, part.labels];
}

/** Bytes of all files of a part, as the manifest states them; 0 of none. */
export function bytesOf(part: Part | undefined): number {
  return part === undefined ? 0 : filesOf(part).reduce((sum, { bytes }) => sum + bytes, 0);
}

/** Reads a file of the test set and opens it; asked with its size in the manifest. */
function openingReader({ unseal, ...source }: TestSetOptions & { unseal: Unseal }): FileReader {
  return async function* (cid, bytes) {
    const sealed = await collect(sealedBytes({ cid, bytes }, source), bytes);
    yield await unseal(sealed).catch((cause) => {
      if (!(cause instanceof InvalidData)) throw cause;
      throw new InvalidData(`${nameOf(cid)}: ${cause.message}`, { cause });
    });
  };
}

/**
 * A sealed file as it is. A reader that does not judge the size itself may go beyond what the manifest says, since it has
 * one error for all files that are too large and others for failures of its own: that this one is, is found out here, at
 * the first byte too many.
 */
function sealedBytes(
  { cid, bytes }: FileRef,
  { read, readSized }: Pick<TestSetOptions, "read" | "readSized">,
): ByteStream {
  const source = readSized === undefined ? read(cid, MAX_FILE_BYTES) : readSized(cid, bytes);
  return exactly(source, { bytes, what: nameOf(cid) });
}

function nameOf(cid: string): string {
  return `sealed file ${cid}`;
}

async function collect(source: ByteStream, bytes: number): Promise<Uint8Array> {
  let all: Uint8Array | undefined;
  let at = 0;
  for await (const chunk of source) {
    all ??= new Uint8Array(bytes);
    all.set(chunk, at);
    at += chunk.length;
  }
  return all ?? new Uint8Array(0);
}
