/** Manifests and data sets of competitions: fetched through gateways that nobody trusts, kept, and served again. */
import type { Competition } from "../core/chain/types.ts";
import { type FileReader, InvalidData, loadDataset } from "../core/dataset/dataset.ts";
import {
  featureCount,
  type Manifest,
  MAX_MANIFEST_BYTES,
  parseManifest,
  type Part,
} from "../core/dataset/manifest.ts";
import {
  bytesOf,
  filesOf,
  loadTestSet,
  readSealed,
  type TestSetRows,
} from "../core/dataset/test_set.ts";
import { testSetOpener } from "../core/dataset/opener.ts";
import { isKnownRuntime } from "../core/evaluate/known_runtimes.ts";
import { type Cid, cidFromDigest, IDENTITY, parseCid } from "../core/ipfs/cid.ts";
import { cat, type GatewayEvent, read } from "../core/ipfs/read.ts";
import type { BlockStore } from "../core/ipfs/store.ts";
import { decodeBlock } from "../core/ipfs/unixfs.ts";
import { toHex } from "../core/protocol/codec.ts";
import type { Hex } from "../core/protocol/types.ts";
import type { Pins } from "./recent_store.ts";

/** Test sets that stay in memory: what is evaluated now, and what was before. */
const MAX_DATASETS = 2;
/** Manifests that stay in memory. */
const MAX_MANIFESTS = 100;
/**
 * Copies of a sealed file that opening holds at once: sealed, and if it does not open also decrypted, copied and sealed
 * again.
 */
const OPENING_COPIES = 4;

/** Where data come from and stay. */
export interface DataOptions {
  /** Gateways, best first. */
  gateways: readonly string[];
  /** Greatest size of a competition's data sets, as files and in memory together, in bytes. */
  maxBytes: number;
  /** Keeps every block that was fetched; one that may drop them has pins, for the data of competitions that are enrolled in. */
  store: BlockStore & { pins?(): Pins };
  /** Hears what each gateway did. */
  onEvent?: (event: GatewayEvent) => void;
  /** Instead of `globalThis.fetch`. */
  fetch?: typeof globalThis.fetch;
}

/** What the chain says of a competition's data. */
export type DataTerms = Pick<Competition, "manifest" | "epochs">;

/** What to evaluate on. */
export interface TestSet extends TestSetRows {
  /** What the test set and its scores are about. */
  manifest: Manifest;
  /** The beacon signature that opens a sealed competition, 48 bytes; undefined in an open one. */
  signature: Uint8Array | undefined;
}

/** The data of competitions. */
export interface DataSource {
  /**
   * The test set, in memory, and its manifest. Of a false sealed one the stand-in: `fault` says why.
   *
   * @param signature gives the VERIFIED signature of the beacon that opens it; asked only of a sealed competition. What it
   * throws reaches the caller
   * @throws {RangeError} if this miner cannot evaluate such a competition, or has no room for its data
   * @throws {InvalidManifest} or {InvalidData} if the host's files are wrong, and nothing stands in for them
   * @throws {RetrievalError} if they are not to be had now
   */
  testSet(of: DataTerms, signature: () => Promise<Uint8Array>): Promise<TestSet>;
  /**
   * Fetches manifest and all data sets into the store, to serve them: sealed files as they are. What can be read already is
   * read to its end, the training set of a sealed competition included, since it may have to stand in.
   *
   * @throws as `testSet` does
   */
  keep(of: DataTerms): Promise<void>;
}

/** Makes a source. What was fetched once is fetched again only if the store lost it. */
export function createDataSource(options: DataOptions): DataSource {
  const manifests = new Recent<Manifest>(MAX_MANIFESTS);
  const testSets = new Recent<TestSetRows>(MAX_DATASETS);
  const kept = new Recent<void>(MAX_MANIFESTS);
  const { read, readSized } = readers(options);
  async function manifestOf({ manifest: digest, epochs }: DataTerms): Promise<Manifest> {
    const manifest = await manifests.get(digest, () => fetchManifest(digest, options));
    checkSupported(manifest, { ...options, epochs });
    return manifest;
  }
  async function testSet(of: DataTerms, getSignature: () => Promise<Uint8Array>): Promise<TestSet> {
    const manifest = await manifestOf(of);
    if (manifest.mode === "open") {
      const rows = await testSets.get(of.manifest, () => loadTestSet(manifest, { read }));
      return { manifest, signature: undefined, ...rows };
    }
    const signature = await getSignature();
    // Competitions with one manifest may open by different beacons, and the test set opens by one of them at most.
    const key = `${of.manifest} ${toHex(signature)}`;
    const opening = { read, readSized, unseal: testSetOpener(signature) };
    const rows = await testSets.get(key, () => loadTestSet(manifest, opening));
    return { manifest, signature, ...rows };
  }
  return {
    testSet,
    async keep(of) {
      await manifestOf(of);
      // Once, however many ticks ask: one that did not wait for its end leaves it to the next.
      await kept.get(of.manifest, () => keepAll(of.manifest, options));
    },
  };
}

/** How the files of a competition are read. */
function readers(options: DataOptions): { read: FileReader; readSized: FileReader } {
  const read: FileReader = (cid, maxBytes) => cat(parseCid(cid), { ...options, maxBytes });
  return {
    read,
    async *readSized(cid, bytes) {
      try {
        yield* read(cid, bytes);
      } catch (cause) {
        const stated = await statedSize(parseCid(cid), options.store);
        if (stated === undefined || stated === bytes) throw cause;
        throw new InvalidData(`sealed file ${cid}: expected ${bytes} bytes, got ${stated}`, {
          cause,
        });
      }
    },
  };
}

/** The size of a file as its root block says; undefined if that is not at hand. */
async function statedSize(root: Cid, store: BlockStore): Promise<number | undefined> {
  const { code, digest } = root.multihash;
  const block = code === IDENTITY ? digest : await store.get(root);
  if (block === undefined) return undefined;
  const node = decodeBlock(root, block);
  return node.type === "file" ? node.size : undefined;
}

/** Reads manifest and data of a competition into the store; without room for all of them, none are promised to stay. */
async function keepAll(digest: Hex, options: DataOptions): Promise<void> {
  const pins = options.store.pins?.();
  const keeping = { ...options, store: pins ?? options.store };
  const { read, readSized } = readers(keeping);
  try {
    const manifest = await fetchManifest(digest, keeping);
    if (manifest.mode === "open") {
      await loadDataset(manifest, { part: "test", read });
      if (manifest.train !== undefined) await readFiles(manifest.train, read);
    } else {
      await readSealed(manifest, { read, readSized });
      await loadDataset(manifest, { part: "train", read });
    }
  } catch (error) {
    pins?.release();
    throw error;
  }
}

/**
 * Refuses competitions that this version of the miner cannot evaluate as every honest miner would.
 *
 * @param setting `maxBytes`: greatest size of the data sets, as files and in memory together; `epochs`: those of the
 * competition
 * @throws {RangeError} for a sealed one with several epochs, a runtime that is not here, or data that are too large
 */
export function checkSupported(
  manifest: Manifest,
  { maxBytes, epochs }: Pick<DataOptions, "maxBytes"> & Pick<DataTerms, "epochs">,
): void {
  const { mode, runtime } = manifest;
  if (mode === "sealed" && epochs !== 1) {
    throw new RangeError(
      `the competition is sealed and has ${epochs} epochs: expected 1, since the test set is public after the first`,
    );
  }
  if (!isKnownRuntime(runtime)) {
    throw new RangeError(
      `the manifest pins ${runtime.name} ${runtime.version} (wasm ${runtime.wasm}), which this miner does not have`,
    );
  }
  const bytes = dataBytes(manifest);
  if (bytes > maxBytes) {
    throw new RangeError(
      `the data take ${bytes} bytes, over the ${maxBytes} that are allowed; raise DEML_MAX_DATA_MB`,
    );
  }
}

/**
 * Bytes of all files, and of what is in memory at once: the test set's values as they are and as float32; of a sealed one
 * also the copies of its files while they are opened, and the values of the training set that may stand in.
 */
function dataBytes(manifest: Manifest): number {
  const { mode, test, train, input: { dtype } } = manifest;
  const wide = dtype === "uint8" ? 1 : 8;
  const features = featureCount(manifest);
  const rows = test.rows * features * (wide + 4);
  const all = bytesOf(test) + bytesOf(train) + rows;
  if (mode === "open" || train === undefined) return all;
  return all + OPENING_COPIES * bytesOf(test) + train.rows * features * wide;
}

async function fetchManifest(digest: Hex, options: DataOptions): Promise<Manifest> {
  const maxBytes = MAX_MANIFEST_BYTES;
  return parseManifest(await read(cidFromDigest(digest), { ...options, maxBytes }));
}

/** Through the store and away: only the blocks stay. */
async function readFiles(part: Part, read: FileReader): Promise<void> {
  for (const { cid, bytes } of filesOf(part)) {
    for await (const _ of read(cid, bytes));
  }
}

/** The last few values that were asked for. One that could not be made is asked for again. */
class Recent<T> {
  readonly #values = new Map<string, Promise<T>>();

  constructor(readonly max: number) {}

  get(key: string, make: () => Promise<T>): Promise<T> {
    const value = this.#values.get(key) ?? this.#guard(key, make());
    this.#values.delete(key); // The one used last comes last.
    this.#values.set(key, value);
    for (const oldest of [...this.#values.keys()].slice(0, -this.max)) this.#values.delete(oldest);
    return value;
  }

  #guard(key: string, value: Promise<T>): Promise<T> {
    value.catch(() => {
      if (this.#values.get(key) === value) this.#values.delete(key);
    });
    return value;
  }
}
