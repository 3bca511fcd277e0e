/** A data set for the tests, on an IPFS gateway: real digits where the machine has them, otherwise drawn ones. */
import { createHash } from "node:crypto";
import { encodeManifest, type Manifest } from "../../../core/dataset/manifest.ts";
import { KNOWN_RUNTIMES } from "../../../core/evaluate/known_runtimes.ts";
import { addFile } from "../../../core/ipfs/add.ts";
import { digestFromCid } from "../../../core/ipfs/cid.ts";
import { gateway } from "../../../core/ipfs/gateway.ts";
import { MemoryStore } from "../../../core/ipfs/store.ts";
import type { Hex } from "../../../core/protocol/types.ts";
import { NO_CONTEXT, seal } from "../../../core/seal/sealed.ts";

const MNIST = new URL("../../../../shared/data/mnist/", import.meta.url);
const SIDE = 28;
const DRAWN_ROWS = 1000;

/** A gateway with a manifest and its data. */
export interface DataServer extends AsyncDisposable {
  url: string;
  /** Digest of the manifest, for the contract. */
  digest: Hex;
  manifest: Manifest;
  /**
   * Adds a sealed manifest and its data: the test set of the open one is its training set, and drawn images are its test set,
   * sealed to a beacon's round.
   */
  addSealed(to: { round: number; publicKey: Hex }): Promise<{ digest: Hex; manifest: Manifest }>;
}

/** The two files of an IDX data set. */
interface Files {
  format: "idx" | "idx.gz";
  rows: number;
  inputs: Uint8Array;
  labels: Uint8Array;
}

/** Adds the data set and its manifest, and serves them on a free port of the loopback interface. */
export async function serveData(): Promise<DataServer> {
  const store = new MemoryStore();
  const files = await mnist() ?? drawn();
  const ref = async (bytes: Uint8Array) => ({
    cid: `${await addFile(bytes, store)}`,
    bytes: bytes.length,
  });
  const { name, version, wasm } = KNOWN_RUNTIMES[0]!;
  const manifest: Manifest = {
    version: 1,
    name: "Handwritten digits",
    mode: "open",
    task: "classification",
    classes: ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"],
    input: {
      shape: [SIDE * SIDE],
      altShapes: [[1, SIDE, SIDE], [SIDE, SIDE, 1]],
      dtype: "uint8",
      scale: 1 / 255,
      offset: 0,
    },
    metric: { name: "accuracy" },
    runtime: { name, version, wasm },
    test: {
      format: files.format,
      rows: files.rows,
      inputs: await ref(files.inputs),
      labels: await ref(files.labels),
    },
    licence: "CC BY-SA 3.0",
    source: "<img src=x onerror=alert(1)> is text here",
  };
  const publish = async (manifest: Manifest) => ({
    digest: digestFromCid(await addFile(encodeManifest(manifest), store)),
    manifest,
  });
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, gateway(store));
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    ...await publish(manifest),
    async addSealed(to) {
      const { format, rows, ...plain } = drawn();
      const sealed = async (bytes: Uint8Array) => ({
        ...await ref(await seal(bytes, { ...to, context: NO_CONTEXT })),
        sha256: createHash("sha256").update(bytes).digest("hex"),
      });
      const inputs = await sealed(plain.inputs);
      const test = { format, rows, inputs, labels: await sealed(plain.labels) };
      const name = "Sealed digits";
      return publish({ ...manifest, name, mode: "sealed", train: manifest.test, test });
    },
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

async function mnist(): Promise<Files | undefined> {
  try {
    const [inputs, labels] = await Promise.all(
      ["t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz"].map((name) =>
        Deno.readFile(new URL(name, MNIST))
      ),
    );
    return { format: "idx.gz", rows: 10_000, inputs: inputs!, labels: labels! };
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    console.log("MNIST is not on this machine: the test draws its own images");
    return undefined;
  }
}

/** Images of stripes, their number being the class. */
function drawn(): Files {
  const inputs = new Uint8Array(16 + DRAWN_ROWS * SIDE * SIDE);
  const labels = new Uint8Array(8 + DRAWN_ROWS);
  inputs.set(idxHeader(DRAWN_ROWS, SIDE, SIDE));
  labels.set(idxHeader(DRAWN_ROWS));
  for (let row = 0; row < DRAWN_ROWS; row++) {
    const label = labels[8 + row] = row * 7 % 10;
    for (let y = 0; y < SIDE; y++) {
      const lit = Math.floor(y / 2) < label;
      const at = 16 + (row * SIDE + y) * SIDE;
      inputs.fill(lit ? 255 - y * 5 : 20, at + row % 5, at + SIDE - 3);
    }
  }
  return { format: "idx", rows: DRAWN_ROWS, inputs, labels };
}

/** yann.lecun.com/exdb/mnist: 0, 0, type (8 is uint8), number of sizes, and the sizes. */
function idxHeader(...sizes: number[]): Uint8Array {
  const header = new DataView(new ArrayBuffer(4 + 4 * sizes.length));
  header.setUint32(0, 0x0800 + sizes.length);
  sizes.forEach((size, i) => header.setUint32(4 + 4 * i, size));
  return new Uint8Array(header.buffer);
}
