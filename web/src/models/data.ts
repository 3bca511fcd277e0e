/** What competitions are about: manifests and data sets from IPFS, each loaded once per visit. */
import type { Rows } from "../../../core/dataset/dataset.ts";
import type { Manifest } from "../../../core/dataset/manifest.ts";
import type { Hex } from "../../../core/protocol/types.ts";
import type { DataJobs, OpenedTestSet, PublishedBeacon } from "../work/data_worker.ts";
import type { Caller, Progress } from "../work/rpc.ts";
import { createLoadable, type Loadable } from "./loadable.ts";

/** Loads what one digest names. */
export interface CompetitionData {
  /** The manifest. */
  readonly manifest: Loadable<Manifest>;
  /** The test set of an open competition; fails in a sealed one. */
  readonly test: Loadable<Rows>;
  /** The training set; undefined as a value where the manifest has none. */
  readonly train: Loadable<Rows | undefined>;
  /** Whether the sealed test set, fetched to see that it is there, looks like one. */
  readonly sealed: Loadable<boolean>;
  /** Opens the sealed test set. Rejects if it cannot be fetched, or the beacon is not the network's. */
  open(beacon: PublishedBeacon, onProgress: Progress): Promise<OpenedTestSet>;
}

/** Gives the data of a manifest's digest: the same object for the same digest. */
export type DataSource = (digest: Hex) => CompetitionData;

/** A source that reads through a worker. */
export function createDataSource(
  { call, gateways }: { call: Caller<DataJobs>; gateways: string[] },
): DataSource {
  const known = new Map<Hex, CompetitionData>();

  function create(digest: Hex): CompetitionData {
    const manifest = createLoadable((onProgress) =>
      call("manifest", { digest, gateways }, { onProgress })
    );
    return {
      manifest,
      test: createLoadable(async (onProgress) => {
        const found = await manifest.load();
        if (found.mode === "sealed") throw new RangeError("the test set is sealed");
        return call("dataset", { manifest: found, part: "test", gateways }, { onProgress });
      }),
      train: createLoadable(async (onProgress) => {
        const found = await manifest.load();
        if (found.train === undefined) return undefined;
        return call("dataset", { manifest: found, part: "train", gateways }, { onProgress });
      }),
      sealed: createLoadable(async (onProgress) => {
        const found = await manifest.load();
        return call("sealed", { manifest: found, gateways }, { onProgress });
      }),
      async open(beacon, onProgress) {
        const found = await manifest.load();
        return call("open", { manifest: found, beacon, gateways }, { onProgress });
      },
    };
  }
  return (digest) => {
    const found = known.get(digest) ?? create(digest);
    known.set(digest, found);
    return found;
  };
}
