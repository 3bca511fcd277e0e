/** `deno task data:mnist`: the four files of MNIST, for machines with a network. */
import { download, type RemoteFile } from "./lib/download.ts";
import { main, readArguments, UsageError } from "./lib/cli.ts";

/** Public mirrors of the same content, in differing compression. */
export const MIRRORS: readonly string[] = [
  "https://storage.googleapis.com/cvdf-datasets/mnist",
  "https://ossci-datasets.s3.amazonaws.com/mnist",
  "https://raw.githubusercontent.com/fgnt/mnist/master",
  "https://azureopendatastorage.blob.core.windows.net/mnist",
];

/** MNIST: 60,000 and 10,000 images of 28 x 28 bytes behind 16 bytes of header, labels behind 8. */
export const MNIST: readonly RemoteFile[] = [
  {
    name: "train-images-idx3-ubyte",
    bytes: 47_040_016,
    sha256: "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
  },
  {
    name: "train-labels-idx1-ubyte",
    bytes: 60_008,
    sha256: "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
  },
  {
    name: "t10k-images-idx3-ubyte",
    bytes: 7_840_016,
    sha256: "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
  },
  {
    name: "t10k-labels-idx1-ubyte",
    bytes: 10_008,
    sha256: "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
  },
];

const HELP = `Usage: deno task data:mnist [OPTION...]

Downloads MNIST (four IDX.gz files, 11 MB) and checks its content.

  --out DIR      folder for the files (.deml/mnist); what is there and right is kept
  --mirror URL   where to look, in order; may be repeated (${MIRRORS.length} public mirrors)
  --json         a last line {"ok":true,"folder":...,"files":{...},"seconds":n} on standard output
  --verbose      the stack trace of an error
  --help         this text

An interrupted download goes on where it stopped. Then: deno task demo --data .deml/mnist`;

async function run(args: string[]): Promise<void> {
  const { out, mirror: mirrors, json } = readArguments(args, {
    out: { type: "string", default: ".deml/mnist" },
    mirror: { type: "string", multiple: true, default: [...MIRRORS] },
  });
  for (const mirror of mirrors) {
    if (!/^https?:\/\//.test(mirror) || !URL.canParse(mirror)) {
      throw new UsageError(
        `--mirror: expected an address such as ${MIRRORS[0]}, got "${mirror}"`,
      );
    }
  }
  await fetchAll({ out, mirrors, json });
}

async function fetchAll(
  { out, mirrors, json }: { out: string; mirrors: readonly string[]; json: boolean },
): Promise<void> {
  const started = performance.now();
  await Deno.mkdir(out, { recursive: true });
  const files: Record<string, string> = {};
  for (const file of MNIST) {
    const name = `${file.name}.gz`;
    const progress = progressLine(name);
    const from = await download(file, { folder: out, mirrors, onProgress: progress.update });
    progress.end(
      from === "kept" ? "is there already, content checked" : `from ${from}, content checked`,
    );
    files[name] = from;
  }
  const seconds = Math.round((performance.now() - started) / 100) / 10;
  print(Deno.stderr, `MNIST is in ${out}. Try: deno task demo --data ${out}\n`);
  if (json) print(Deno.stdout, `${JSON.stringify({ ok: true, folder: out, files, seconds })}\n`);
}

/** A line that is written over while bytes come, on a terminal; elsewhere just its end. */
function progressLine(name: string) {
  const live = Deno.stderr.isTerminal();
  let last = 0;
  return {
    update(received: number, total: number | undefined): void {
      if (!live || performance.now() - last < 100) return;
      last = performance.now();
      const share = total === undefined ? "" : ` of ${megabytes(total)}`;
      print(Deno.stderr, `\r\x1b[K${name} ${megabytes(received)}${share} MB`);
    },
    end: (text: string) => print(Deno.stderr, `${live ? "\r\x1b[K" : ""}${name} ${text}\n`),
  };
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}

function print(to: { writeSync(bytes: Uint8Array): number }, text: string): void {
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length;) at += to.writeSync(bytes.subarray(at));
}

if (import.meta.main) await main(HELP, run);
