/** Reads manifests and data sets from IPFS off the page's thread: verified, unzipped and parsed as they stream in. */
import { loadDataset, type Rows } from "../../../core/dataset/dataset.ts";
import {
  type Manifest,
  MAX_MANIFEST_BYTES,
  parseManifest,
} from "../../../core/dataset/manifest.ts";
import { cidFromDigest, parseCid } from "../../../core/ipfs/cid.ts";
import { cat, read } from "../../../core/ipfs/read.ts";
import type { Hex } from "../../../core/protocol/types.ts";
import { type Port, serve } from "./rpc.ts";

/** What the worker answers. */
export interface DataJobs {
  /** The manifest with this digest. Fails as RetrievalError or InvalidManifest. */
  manifest: { input: { digest: Hex; gateways: string[] }; output: Manifest };
  /** A part of the data set, as it stands in the files. Fails as RetrievalError or InvalidData. */
  dataset: {
    input: { manifest: Manifest; part: "train" | "test"; gateways: string[] };
    output: Rows;
  };
}

serve<DataJobs>(globalThis as unknown as Port, {
  async manifest({ digest, gateways }, { signal }) {
    const maxBytes = MAX_MANIFEST_BYTES;
    return parseManifest(await read(cidFromDigest(digest), { gateways, maxBytes, signal }));
  },
  async dataset({ manifest, part, gateways }, { signal, progress }) {
    const total = partBytes(manifest, part);
    let done = 0;
    async function* watched(cid: string, maxBytes: number) {
      for await (const chunk of cat(parseCid(cid), { gateways, maxBytes, signal })) {
        yield chunk;
        progress(Math.min(1, (done += chunk.length) / total));
      }
    }
    const { values, labels } = await loadDataset(manifest, { part, read: watched });
    return { values, labels };
  },
});

function partBytes(manifest: Manifest, part: "train" | "test"): number {
  const source = manifest[part]!;
  if ("table" in source) return source.table.bytes;
  return source.inputs.bytes + source.labels.bytes;
}
