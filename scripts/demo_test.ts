import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { exportOnnx } from "./demo/export.ts";
import type { Summary } from "./demo/report.ts";

const ROOT = new URL("../", import.meta.url);
const MNIST = new URL("../shared/data/mnist/", ROOT);
const MODELS = new URL("../shared/models/", ROOT);

interface Run {
  code: number;
  output: string;
  errors: string;
  summary: Summary | undefined;
}

async function runDemo(...args: string[]): Promise<Run> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "scripts/demo.ts", ...args],
    cwd: ROOT,
    env: { NO_COLOR: "1" },
  }).output();
  const [output, errors] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)) as [
    string,
    string,
  ];
  const last = output.trimEnd().split("\n").at(-1) ?? "";
  return { code, output, errors, summary: last.startsWith("{") ? JSON.parse(last) : undefined };
}

function exists(folder: URL): boolean {
  try {
    return Deno.statSync(folder).isDirectory;
  } catch {
    return false;
  }
}

/** What holds of a run with 7 miners, one lying and one absent, whatever the mode. */
function checkRun({ code, output, errors, summary }: Run): Summary {
  assert.equal(code, 0, errors);
  assert(summary);
  assert.equal(summary.ok, true);
  assert.equal(summary.balanced, true);
  assert.equal(summary.miners, 7);
  assert.equal(summary.winner, "mlp128");
  const scores = Object.values(summary.scores).sort((a, b) => b - a) as [number, number];
  assert(scores[0] - scores.at(-1)! >= 3_000, `${scores}`);
  assert(scores[0] > scores[1], `${scores}`);
  // Of 7 miners, one lies and one is absent.
  assert.deepEqual(new Set(Object.values(summary.agreeing)), new Set([5]));
  assert.match(output, /miner 7 \(lying\): \d+ dissents cost \d/);
  assert.match(output, /left in the contract: 0 ETH/);
  assert(summary.gas.appendModel!.calls > 0, "one model travels in several chunks");
  return summary;
}

Deno.test("the demo runs a sealed competition, and shows that it was sealed until the beacon", async () => {
  const run = await runDemo("--json");
  const { mode, sealed } = checkRun(run);
  assert.equal(mode, "sealed");
  const { unsealRound, ...evidence } = sealed!;
  assert(unsealRound > 0);
  // Five submissions, and inputs and labels of the test set.
  assert.deepEqual(evidence, {
    relayStatus: 425,
    beaconPosted: false,
    sealed: 7,
    openedBefore: 0,
    openedAfter: 7,
    testSetFault: null,
    ownerTransactions: 0,
  });
  assert.match(run.output, /A second before beacon \d+: the relay refuses it \(HTTP 425\)/);
  assert.match(run.output, /the contract does not have it and refuses the newest beacon/);
  assert.match(run.output, /opens 7 of 7; the test set is as promised;/);
  assert.match(run.output, /host and authors since submissions ended: 0/);
  assert.doesNotMatch(run.output, /still open/);
});

Deno.test("the demo with --open fills the leaderboard while submissions are still open", async () => {
  const run = await runDemo("--json", "--open");
  const { mode, sealed } = checkRun(run);
  assert.deepEqual([mode, sealed], ["open", undefined]);
  assert.match(run.output, /Leaderboard, submissions still open/);
});

Deno.test("the demo with 3 miners has no faults, and a table of numbers will do as data", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const rows = Array.from({ length: 200 }, (_, i) => {
      const [x, y] = [(i * 37) % 101, (i * 53) % 89];
      return `${x},${y},${x + y > 95 ? "high" : "low"}`;
    });
    await Deno.writeTextFile(`${folder}/table.csv`, `x,y,level\n${rows.join("\n")}\n`);
    const { code, errors, output, summary } = await runDemo(
      "--json",
      "--miners=3",
      "--data",
      folder,
    );
    assert.equal(code, 0, errors);
    assert.equal(summary?.ok, true);
    assert.deepEqual(new Set(Object.values(summary!.agreeing)), new Set([3]));
    assert.doesNotMatch(output, /dissents|lying|absent/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

for (
  const [name, miners, agreeing, args] of [["", 7, 5, []], [", also open", 3, 3, [
    "--open",
  ]]] as const
) {
  Deno.test({
    name: `the demo scores seven models of PyTorch and scikit-learn as these libraries do${name}`,
    ignore: !(exists(MNIST) && exists(MODELS)), // They lie beside the repository, not in it.
    async fn() {
      const folders = ["--data", fileURLToPath(MNIST), "--models", fileURLToPath(MODELS)];
      const { code, errors, summary } = await runDemo(
        "--json",
        `--miners=${miners}`,
        ...args,
        ...folders,
      );
      assert.equal(code, 0, errors);
      assert.deepEqual(summary?.scores, {
        sk_logreg: 91350,
        sk_tree: 87870,
        torch_lenet5: 99280,
        torch_linear: 92800,
        torch_mlp128: 97010,
        torch_mlp16: 93440,
        torch_tiny8k: 99180,
      });
      assert.equal(summary?.winner, "torch_lenet5");
      assert.deepEqual(new Set(Object.values(summary!.agreeing)), new Set([agreeing]));
    },
  });
}

Deno.test("the demo ends also when lying costs the whole bond", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const rows = Array.from({ length: 40 }, (_, i) => `${i % 7},${i % 2}`).join("\n");
    await Deno.writeTextFile(`${folder}/table.csv`, `x,label\n${rows}\n`);
    for (let i = 0; i < 11; i++) {
      const network = [{
        inputs: 1,
        outputs: 2,
        weights: Float32Array.of(1, 0),
        bias: Float32Array.of(-i / 2, 0),
      }];
      await Deno.writeFile(`${folder}/model${i}.onnx`, exportOnnx(network, [1]));
    }
    const { code, errors, output } = await runDemo("--data", folder, "--models", folder);
    assert.equal(code, 0, errors);
    assert.match(output, /miner 7 \(lying\): 11 dissents cost 1\.25 of its bond of 1\.25 ETH/);
    assert.match(output, /left in the contract: 0 ETH/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("the demo answers mistakes with one line and code 1", async () => {
  const folder = await Deno.makeTempDir();
  const tested = await Deno.makeTempDir();
  try {
    for (const name of ["images-idx3", "labels-idx1"]) {
      await Deno.writeFile(
        `${tested}/t10k-${name}-ubyte`,
        Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 1, 5),
      );
    }
    const mistakes: [string[], RegExp][] = [
      [["--miners=0"], /^error: --miners: expected a whole number from 1 to 256, got "0"\n$/],
      [["--data", `${folder}/none`], /^error: .*none: expected a folder, there is none\n$/],
      [
        ["--data", folder],
        /^error: .*expected the four MNIST files .* or one CSV file, found neither\n$/,
      ],
      [
        ["--data", tested, "--models", folder],
        /^error: .*expected train-images-idx3-ubyte or .*only an open competition \(--open\)/,
      ],
      [["--models", folder], /^error: .*expected \.onnx files, found none\n$/],
    ];
    for (const [args, message] of mistakes) {
      const { code, errors } = await runDemo(...args);
      assert.equal(code, 1);
      assert.match(errors, message);
    }
  } finally {
    for (const path of [folder, tested]) await Deno.remove(path, { recursive: true });
  }
});

Deno.test("the demo explains itself with --help", async () => {
  const { code, output } = await runDemo("--help");
  assert.equal(code, 0);
  assert.match(output, /^Usage: deno task demo/);
});
