/** Manifests and data sets of competitions: fetched through gateways that nobody trusts, kept, and served again. */
import { type Dataset, loadDataset } from "../core/dataset/dataset.ts";
import {
  featureCount,
  type FileRef,
  type Manifest,
  MAX_MANIFEST_BYTES,
  parseManifest,
  type Part,
} from "../core/dataset/manifest.ts";
import { isKnownRuntime } from "../core/evaluate/known_runtimes.ts";
import { cidFromDigest, parseCid } from "../core/ipfs/cid.ts";
import { cat, type GatewayEvent, read } from "../core/ipfs/read.ts";
import type { BlockStore } from "../core/ipfs/store.ts";
import type { Hex } from "../core/protocol/types.ts";

/** Test sets that stay in memory: what is evaluated now, and what was before. */
const MAX_DATASETS = 2;
/** Manifests that stay in memory. */
const MAX_MANIFESTS = 100;

/** Where data come from and stay. */
export interface DataOptions {
  /** Gateways, best first. */
  gateways: readonly string[];
  /** Greatest size of a competition's data sets, as files and in memory together, in bytes. */
  maxBytes: number;
  /** Keeps every block that was fetched. */
  store: BlockStore;
  /** Hears what each gateway did. */
  onEvent?: (event: GatewayEvent) => void;
  /** Instead of `globalThis.fetch`. */
  fetch?: typeof globalThis.fetch;
}

/** What to evaluate on. */
export interface TestSet {
  /** What the test set and its scores are about. */
  manifest: Manifest;
  /** Its rows, in memory. */
  dataset: Dataset;
}

/** The data of competitions, by the sha2-256 digest of their manifests. */
export interface DataSource {
  /**
   * The test set, in memory, and its manifest.
   *
   * @throws {RangeError} if this miner cannot evaluate such a competition, or has no room for its data
   * @throws {InvalidManifest} or {InvalidData} if the host's files are wrong
   * @throws {RetrievalError} if they are not to be had now
   */
  testSet(digest: Hex): Promise<TestSet>;
  /** Fetches manifest and all data sets into the store, to serve them. @throws as `testSet` does */
  keep(digest: Hex): Promise<void>;
}

/** Makes a source. What was fetched once is fetched again only if the store lost it. */
export function createDataSource(options: DataOptions): DataSource {
  const manifests = new Recent<Manifest>(MAX_MANIFESTS);
  const datasets = new Recent<Dataset>(MAX_DATASETS);
  function manifestOf(digest: Hex): Promise<Manifest> {
    return manifests.get(digest, () => fetchManifest(digest, options));
  }
  async function testSet(digest: Hex): Promise<TestSet> {
    const manifest = await manifestOf(digest);
    checkSupported(manifest, options);
    const dataset = await datasets.get(digest, () => fetchTestSet(manifest, options));
    return { manifest, dataset };
  }
  return {
    testSet,
    async keep(digest) {
      const { manifest } = await testSet(digest);
      if (manifest.train !== undefined) await fetchFiles(manifest.train, options);
    },
  };
}

/**
 * Refuses competitions that this version of the miner cannot evaluate as every honest miner would.
 *
 * @param limits `maxBytes`: greatest size of the data sets, as files and in memory together
 * @throws {RangeError} for a sealed one, a runtime that is not here, or data that are too large
 */
export function checkSupported(
  manifest: Manifest,
  { maxBytes }: Pick<DataOptions, "maxBytes">,
): void {
  const { mode, runtime } = manifest;
  if (mode !== "open") {
    throw new RangeError(`the manifest's mode is "${mode}", and this miner evaluates "open" only`);
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

/** Bytes of all files, and of the test set in memory: its values as they are and as float32. */
function dataBytes(manifest: Manifest): number {
  const { test, train, input: { dtype } } = manifest;
  const files = [...filesOf(test), ...train === undefined ? [] : filesOf(train)];
  const values = test.rows * featureCount(manifest);
  const wide = dtype === "uint8" ? 1 : 8;
  return files.reduce((sum, { bytes }) => sum + bytes, 0) + values * (wide + 4);
}

function filesOf(part: Part): FileRef[] {
  return "table" in part ? [part.table] : [part.inputs, part.labels];
}

async function fetchManifest(digest: Hex, options: DataOptions): Promise<Manifest> {
  const maxBytes = MAX_MANIFEST_BYTES;
  return parseManifest(await read(cidFromDigest(digest), { ...options, maxBytes }));
}

function fetchTestSet(manifest: Manifest, options: DataOptions): Promise<Dataset> {
  return loadDataset(manifest, {
    part: "test",
    read: (cid, maxBytes) => cat(parseCid(cid), { ...options, maxBytes }),
  });
}

/** Through the store and away: only the blocks stay. */
async function fetchFiles(part: Part, options: DataOptions): Promise<void> {
  for (const { cid, bytes } of filesOf(part)) {
    for await (const _ of cat(parseCid(cid), { ...options, maxBytes: bytes }));
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
