import assert from "node:assert/strict";
import { CannotIsolate, type Isolation } from "./backend.ts";
import { type BackendOptions, chooseBackend } from "./choose.ts";
import { LocalFailure } from "../../core/evaluate/failure.ts";

const MISSING = { script: new URL("testing/no_such_child.ts", import.meta.url) };
const KILLED = { script: new URL("testing/loud_child.ts", import.meta.url) };
const WRONG = { script: new URL("testing/failing_child.ts", import.meta.url) };

/** The level that was chosen, and why no better one. */
async function choose(options: BackendOptions): Promise<[Isolation, string[]]> {
  const heard: [Isolation, string[]][] = [];
  const backend = await chooseBackend({
    ...options,
    onIsolation: (level, refused) => heard.push([level, [...refused]]),
  });
  await backend.end();
  assert.equal(heard.length, 1);
  assert.equal(heard[0]![0], backend.level);
  return heard[0]!;
}

Deno.test("auto takes a process where it gets one", async () => {
  assert.deepEqual(await choose({}), ["process", []]);
});

Deno.test("auto takes a Worker where there are no processes, and says why", async () => {
  const [level, refused] = await choose({ isolation: "auto", process: MISSING });
  assert.equal(level, "worker");
  assert.equal(refused.length, 1);
  assert.match(refused[0]!, /^process: .*[Mm]odule not found/s);
});

Deno.test("auto takes what is left where there is neither", async () => {
  const { Worker } = globalThis;
  Reflect.deleteProperty(globalThis, "Worker");
  try {
    const [level, refused] = await choose({ process: MISSING });
    assert.equal(level, "none");
    assert.match(refused.join("\n"), /^process: [^]*\nworker: this platform has no Workers$/);
    await assert.rejects(choose({ isolation: "worker" }), CannotIsolate);
  } finally {
    Object.assign(globalThis, { Worker });
  }
});

Deno.test("a level that was asked for is never another one", async () => {
  assert.deepEqual(await choose({ isolation: "none" }), ["none", []]);
  assert.deepEqual(await choose({ isolation: "worker" }), ["worker", []]);
  await assert.rejects(choose({ isolation: "process", process: MISSING }), CannotIsolate);
});

Deno.test("a process that cannot start this time does not make auto take less", async () => {
  for (const [process, code] of [[WRONG, "wrong-wasm"], [KILLED, "start-failed"]] as const) {
    await assert.rejects(
      choose({ process }),
      (error) => error instanceof LocalFailure && error.code === code,
    );
  }
});
