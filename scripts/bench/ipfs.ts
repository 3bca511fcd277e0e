/** What verifying costs: a file read from a gateway and checked, against a plain `fetch` of the same bytes. */
import { equal } from "node:assert/strict";
import { parseCid } from "../../core/ipfs/cid.ts";
import { read } from "../../core/ipfs/read.ts";

const BYTES = 20_000_000;
const RUNS = 5;

/**
 * Reads 20 MB over loopback in turns with a plain fetch, from a server in its own thread.
 * `ipfs.readOverFetch` is how many times as long the verified reader takes (medians of 5 runs after one for warming up).
 *
 * @throws {Error} if either way returns other bytes than were served.
 */
export async function benchIpfs(): Promise<Record<string, number>> {
  const file = randomBytes(BYTES);
  const worker = new Worker(new URL("./ipfs_server.ts", import.meta.url), { type: "module" });
  try {
    const { base, cid } = await started(worker, file);
    const ways = {
      plain: async () => new Uint8Array(await (await fetch(`${base}/plain`)).arrayBuffer()),
      verified: () => read(parseCid(cid), { gateways: [base], maxBytes: BYTES }),
    };
    const times = { plain: [] as number[], verified: [] as number[] };
    for (let run = 0; run <= RUNS; run++) {
      for (const way of ["plain", "verified"] as const) {
        const start = performance.now();
        const got = await ways[way]();
        if (run > 0) times[way].push(performance.now() - start);
        equal(Buffer.compare(got, file), 0, `the ${way} read returned other bytes`);
      }
    }
    return { "ipfs.readOverFetch": median(times.verified) / median(times.plain) };
  } finally {
    worker.terminate();
  }
}

function started(worker: Worker, file: Uint8Array): Promise<{ base: string; cid: string }> {
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = (event) => reject(new Error(event.message));
    worker.postMessage(file);
  });
}

/** Random, since a server or client might compress or deduplicate anything else. */
function randomBytes(length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at += 65_536) {
    crypto.getRandomValues(bytes.subarray(at, at + 65_536));
  }
  return bytes;
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}
