import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { Dataset } from "../../core/dataset/dataset.ts";
import { LocalFailure } from "../../core/evaluate/failure.ts";
import { constantModel, goodModel, worthless } from "../testing/models.ts";
import { CannotIsolate, RunFailure } from "./backend.ts";
import { ProcessBackend } from "./process_backend.ts";
import { children, ended, isAlive } from "./testing/alive.ts";
import { tinyDataset, wideDataset } from "./testing/datasets.ts";
import { FAULTS, trick } from "./testing/tricks.ts";

const dataset = await tinyDataset();

/** A backend whose process is one of ./testing. */
function open(script?: string): ProcessBackend & AsyncDisposable {
  const url = script === undefined ? undefined : new URL(`testing/${script}`, import.meta.url);
  const backend = new ProcessBackend({ script: url });
  return Object.assign(backend, { [Symbol.asyncDispose]: () => backend.end() });
}

async function failure(run: Promise<unknown>): Promise<LocalFailure> {
  const error = await run.then(() => undefined, (error) => error);
  assert.ok(error instanceof LocalFailure, String(error));
  return error;
}

Deno.test("models get their scores from one process, which is gone afterwards", async () => {
  const backend = open();
  assert.equal(backend.pid, undefined);
  assert.deepEqual(await backend.evaluate(goodModel(), dataset, {}), { score: 100_000 });
  const pid = backend.pid!;
  assert.ok(await isAlive(pid));
  assert.deepEqual(await backend.evaluate(constantModel(), dataset, {}), { score: 50_000 });
  const { "a truncated stream": truncated } = worthless();
  const invalid = await backend.evaluate(truncated!, dataset, {});
  assert.equal("invalid" in invalid && invalid.invalid, "truncated-stream");
  const wide = await wideDataset(250);
  const { score } = await backend.evaluate(goodModel(), wide, {}) as { score: number };
  assert.ok(score > 0 && score < 100_000);
  assert.deepEqual(await backend.evaluate(goodModel(), dataset, {}), { score: 100_000 });
  assert.equal(backend.pid, pid);
  await backend.end();
  assert.ok(!await isAlive(pid));
  await failure(backend.evaluate(goodModel(), dataset, {}));
  assert.equal(backend.pid, undefined);
});

Deno.test("progress comes across, bounded", async () => {
  await using backend = open();
  const wide = await wideDataset(300_000);
  const seen: number[] = [];
  const startedAt = performance.now();
  await backend.evaluate(goodModel(), wide, {
    onProgress: (done, rows) => {
      assert.equal(rows, 300_000);
      seen.push(done);
    },
  });
  assert.ok(seen.length > 0 && seen.length <= 1 + (performance.now() - startedAt) / 100);
  assert.deepEqual(seen, [...new Set(seen)].sort((a, b) => a - b));
  assert.ok(seen.every((done) => done % 100 === 0 && done <= 300_000));
});

Deno.test("a model that does not end is killed after its deadline, and the next one gets its score", async () => {
  await using backend = open("tricky_child.ts");
  await backend.evaluate(goodModel(), dataset, {});
  const pid = backend.pid!;
  const deadline = Date.now() + 100;
  const error = await failure(backend.evaluate(trick("sleeps"), dataset, { deadline }));
  assert.deepEqual([error.code, error instanceof RunFailure], ["timeout", false]);
  assert.ok(Date.now() >= deadline + 2_000);
  assert.ok(!await isAlive(pid));
  assert.deepEqual(await backend.evaluate(goodModel(), dataset, {}), { score: 100_000 });
  assert.notEqual(backend.pid, pid);
});

Deno.test("a run that stops at its deadline by itself costs the process, not the model", async () => {
  await using backend = open();
  await backend.evaluate(goodModel(), dataset, {});
  const pid = backend.pid!;
  const wide = await wideDataset(2_000_000);
  const deadline = Date.now() + 400;
  const error = await failure(backend.evaluate(goodModel(), wide, { deadline }));
  assert.deepEqual([error.code, error instanceof RunFailure], ["timeout", false]);
  assert.match(error.message, /out of time after \d+ of 2000000 rows/);
  assert.ok(!await isAlive(pid));
});

Deno.test("a process evaluates on a data set that is larger than itself", async () => {
  await using backend = open();
  const large = new Dataset(dataset.manifest, {
    values: new Float64Array(16_000_000),
    labels: new Int32Array(4_000_000),
  });
  const { "a truncated stream": truncated } = worthless();
  for (let i = 0; i < 2; i++) {
    const outcome = await backend.evaluate(truncated!, large, {});
    assert.equal("invalid" in outcome && outcome.invalid, "truncated-stream");
  }
});

Deno.test("a run that is given up while its process starts leaves no process behind", {
  ignore: Deno.build.os !== "linux",
}, async () => {
  const before = await children();
  const backend = open("tricky_child.ts");
  const deadline = Date.now() - 1_990; // Its grace ends in 10 ms.
  const early = await failure(backend.evaluate(trick("hang"), dataset, { deadline }));
  assert.deepEqual([early.code, backend.pid], ["timeout", undefined]);
  assert.deepEqual(await backend.evaluate(goodModel(), dataset, {}), { score: 100_000 });
  await backend.end();
  assert.deepEqual(await children(), before);
});

Deno.test("what earlier models printed is not held against a later one", async () => {
  await using backend = open("bad_child.ts");
  for (let i = 0; i < 3; i++) {
    const outcome = await backend.evaluate(Uint8Array.of(FAULTS.chatty), dataset, {});
    assert.deepEqual(outcome, { score: 1 });
  }
});

Deno.test("a Worker that crashes, grows or prints harms nobody else", async () => {
  await using backend = open("tricky_child.ts");
  const thrown = await failure(backend.evaluate(trick("throws"), dataset, {}));
  assert.deepEqual([thrown.code, thrown instanceof RunFailure], ["crash", true]);
  assert.match(thrown.message, /thrown in the Worker/);
  const grown = await failure(backend.evaluate(trick("grow"), dataset, {}));
  assert.deepEqual([grown.code, grown instanceof RunFailure], ["allocation", true]);
  assert.match(grown.message, /expected at most 530 MB of memory/);
  const printed = await backend.evaluate(trick("prints"), dataset, {});
  assert.equal("invalid" in printed && printed.invalid, "not-zlib");
  assert.deepEqual(await backend.evaluate(goodModel(), dataset, {}), { score: 100_000 });
});

Deno.test("a process may read code and nothing more, a model nothing at all", async () => {
  await using child = open("bad_child.ts");
  const own = await failure(child.evaluate(Uint8Array.of(FAULTS.asks), dataset, {}));
  assert.equal(own.message, "allowed: code");
  await using tricky = open("tricky_child.ts");
  const model = await failure(tricky.evaluate(trick("asks"), dataset, {}));
  assert.equal(model.message, "allowed: ");
});

Deno.test("no setting of the miner is in a process's environment", {
  ignore: Deno.build.os !== "linux",
}, async () => {
  const before = Deno.env.get("DEML_PRIVATE_KEY");
  Deno.env.set("DEML_PRIVATE_KEY", "0xsecret");
  try {
    await using backend = open();
    const { pid } = await backend.start();
    const environment = await Deno.readTextFile(`/proc/${pid}/environ`);
    const names = environment.split("\0").map((line) => line.split("=")[0]!).filter(Boolean);
    const known = ["NO_COLOR", "DENO_DIR", "HOME", "XDG_CACHE_HOME"];
    assert.deepEqual(names.filter((name) => !known.includes(name)), []);
  } finally {
    if (before === undefined) Deno.env.delete("DEML_PRIVATE_KEY");
    else Deno.env.set("DEML_PRIVATE_KEY", before);
  }
});

Deno.test("whatever a process does wrong is a failure here, never a score, and ends it", async () => {
  const expected: Partial<Record<keyof typeof FAULTS, RegExp>> = {
    dies: /^process: expected an answer, but it ended with exit code 7: out of luck$/,
    garbage: /expected an answer \(frame: expected JSON/,
    oversized: /expected an answer \(frame: expected a head of at most 4096 bytes, got 2147483647/,
    cutOff: /expected an answer \(frame: expected 256 bytes, got 1 before the end/,
    otherModel: /expected an answer about evaluation 1, got "outcome"/,
    tooGood: /expected an answer \(answer: /,
    both: /expected an answer \(answer: /,
    longText: /expected an answer \(answer: /,
    unknown: /expected an answer \(answer: /,
    noProgress: /expected progress of 2 to 2 rows, got 1/,
    beyondTheEnd: /expected progress of 2 to 2 rows, got 1000000000/,
    loud: /expected an answer, but it ended with SIGKILL: x/,
    retires: /too large before it has run a model/,
  };
  await using backend = open("bad_child.ts");
  for (const [name, message] of Object.entries(expected)) {
    const packed = Uint8Array.of(FAULTS[name as keyof typeof FAULTS]);
    const { pid } = await backend.start();
    const error = await failure(backend.evaluate(packed, dataset, {}));
    assert.match(error.message, message, name);
    assert.equal(error.code, name === "retires" ? "allocation" : "crash");
    assert.ok(!await isAlive(pid), name);
  }
});

Deno.test("an evaluation that is cancelled, or whose miner ends, stops at once", async () => {
  await using backend = open("tricky_child.ts");
  const { pid } = await backend.start();
  const controller = new AbortController();
  const { signal } = controller;
  const cancelled = backend.evaluate(trick("hang"), dataset, { signal });
  setTimeout(() => controller.abort(new Error("not needed")), 50);
  await assert.rejects(cancelled, /^Error: not needed$/);
  assert.ok(!await isAlive(pid));
  await assert.rejects(backend.evaluate(goodModel(), dataset, { signal }), /not needed/);
  const { pid: next } = await backend.start();
  const hanging = failure(backend.evaluate(trick("hang"), dataset, {}));
  await backend.end();
  await hanging;
  assert.ok(!await isAlive(next));
});

Deno.test("a platform that starts no processes is told from one that fails", async () => {
  await using missing = open("no_such_child.ts");
  await assert.rejects(missing.evaluate(goodModel(), dataset, {}), (error) => {
    assert.ok(error instanceof CannotIsolate, String(error));
    assert.match(error.message, /ended with exit code 1: .*[Mm]odule not found/s);
    return true;
  });
});

Deno.test("a process ends when its miner is killed in the middle of a model that hangs", async () => {
  const script = fileURLToPath(new URL("testing/owner.ts", import.meta.url));
  const owner = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", script],
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const reader = owner.stdout.getReader();
  const pid = Number(new TextDecoder().decode((await reader.read()).value));
  assert.ok(pid > 0 && await isAlive(pid));
  try {
    owner.kill("SIGKILL");
    await owner.status;
    await reader.cancel();
    await ended(pid);
  } finally {
    if (await isAlive(pid)) Deno.kill(pid, "SIGKILL"); // Only if the test has failed.
  }
});
