/** Reads manifests and data sets from IPFS off the page's thread: verified, unzipped and parsed as they stream in. */
import { type FileReader, loadDataset, type Rows } from "../../../core/dataset/dataset.ts";
import {
  type Manifest,
  MAX_MANIFEST_BYTES,
  parseManifest,
  type Part,
} from "../../../core/dataset/manifest.ts";
import { bytesOf, loadTestSet, readSealed } from "../../../core/dataset/test_set.ts";
import { cidFromDigest, parseCid } from "../../../core/ipfs/cid.ts";
import { cat, read } from "../../../core/ipfs/read.ts";
import type { Hex } from "../../../core/protocol/types.ts";
import { type CallContext, type Port, serve } from "./rpc.ts";

/** A beacon with the key to verify it by. */
export interface PublishedBeacon {
  /** The contract's key: compressed point of G2, 96 bytes. */
  publicKey: Hex;
  /** From 1 on. */
  round: number;
  /** Compressed point of G1, 48 bytes. */
  signature: Uint8Array;
}

/** A test set that was sealed. */
export interface OpenedTestSet extends Rows {
  /** Why the first rows of the training set stand in for it (PROTOCOL.md section 7); undefined if they do not. */
  fault: string | undefined;
}

/** What the worker answers. */
export interface DataJobs {
  /** The manifest with this digest. Fails as RetrievalError or InvalidManifest. */
  manifest: { input: { digest: Hex; gateways: string[] }; output: Manifest };
  /** A public part of the data set, as it stands in the files. Fails as RetrievalError or InvalidData. */
  dataset: {
    input: { manifest: Manifest; part: "train" | "test"; gateways: string[] };
    output: Rows;
  };
  /**
   * Fetches a sealed test set, to see that it is there, and whether its files begin as sealed ones do. Fails as
   * RetrievalError, or as InvalidData for another size.
   */
  sealed: { input: { manifest: Manifest; gateways: string[] }; output: boolean };
  /** Opens a sealed test set. Fails as RetrievalError, or as RangeError if the beacon is not the network's. */
  open: {
    input: { manifest: Manifest; gateways: string[]; beacon: PublishedBeacon };
    output: OpenedTestSet;
  };
}

serve<DataJobs>(globalThis as unknown as Port, {
  async manifest({ digest, gateways }, { signal }) {
    const maxBytes = MAX_MANIFEST_BYTES;
    return parseManifest(await read(cidFromDigest(digest), { gateways, maxBytes, signal }));
  },
  async dataset({ manifest, part, gateways }, context) {
    const read = reader(gateways, manifest[part]!, context);
    return plain(await loadDataset(manifest, { part, read }));
  },
  async sealed({ manifest, gateways }, context) {
    const { sealedReader } = await import("./opener.ts");
    const { read, looksSealed } = sealedReader(reader(gateways, manifest.test, context));
    await readSealed(manifest, { read });
    return looksSealed();
  },
  async open({ manifest, gateways, beacon }, context) {
    const { createOpener } = await import("./opener.ts");
    const unseal = createOpener(beacon);
    const read = reader(gateways, manifest.test, context);
    const { dataset, fault } = await loadTestSet(manifest, { read, unseal });
    return { ...plain(dataset), fault: fault?.message };
  },
});

/** Reads the files of a part from gateways and tells how much of them is there. */
function reader(
  gateways: string[],
  part: Part,
  { signal, progress }: CallContext,
): FileReader {
  const total = bytesOf(part);
  let done = 0;
  return async function* (cid, maxBytes) {
    for await (const chunk of cat(parseCid(cid), { gateways, maxBytes, signal })) {
      yield chunk;
      progress(Math.min(1, (done += chunk.length) / total));
    }
  };
}

/** What of a data set can be cloned to the page. */
function plain({ values, labels }: Rows): Rows {
  return { values, labels };
}
