/** A process that breaks the rules: the first byte of each model says how. */
import { encodeFrame, FrameReader } from "../frames.ts";
import type { Request } from "../messages.ts";
import { allowed } from "./allowed.ts";
import { FAULTS } from "./tricks.ts";

const input = new FrameReader(Deno.stdin.readable);

function write(bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) at += Deno.stdout.writeSync(bytes.subarray(at));
}

function say(answer: unknown): void {
  write(encodeFrame(answer));
}

const ACTS: Record<keyof typeof FAULTS, (id: number) => unknown> = {
  dies: () => {
    console.error("out of luck");
    Deno.exit(7);
  },
  garbage: () => write(new TextEncoder().encode("\0\0\0\x07garbage")),
  oversized: () => write(Uint8Array.of(0x7f, 0xff, 0xff, 0xff)),
  cutOff: () => {
    write(Uint8Array.of(0, 0, 1, 0, 0x7b));
    Deno.exit(0);
  },
  otherModel: (id) => say({ kind: "outcome", id: id - 1, outcome: { score: 100_000 } }),
  tooGood: (id) => say({ kind: "outcome", id, outcome: { score: 100_001 } }),
  both: (id) => say({ kind: "outcome", id, outcome: { score: 1, invalid: "cost", message: "" } }),
  longText: (id) =>
    say({ kind: "outcome", id, outcome: { invalid: "cost", message: "x".repeat(1_000) } }),
  unknown: (id) => say({ kind: "local", id, code: "bored", message: "no" }),
  noProgress: (id) => {
    for (let i = 0; i < 3; i++) say({ kind: "progress", id, done: 1 });
  },
  beyondTheEnd: (id) => say({ kind: "progress", id, done: 1e9 }),
  loud: () => {
    for (;;) console.error("x".repeat(1_000));
  },
  retires: (id) => say({ kind: "retire", id }),
  silent: () => {},
  chatty: (id) => {
    for (let i = 0; i < 150; i++) console.error("x".repeat(1_000));
    say({ kind: "outcome", id, outcome: { score: 1 } });
  },
  asks: async (id) => say({ kind: "local", id, code: "spent", message: await allowed() }),
};

say({ kind: "ready" });
for (;;) {
  const request = await input.head(2 ** 21) as Request | undefined;
  if (request === undefined) Deno.exit(0);
  if (request.kind === "dataset") {
    await input.bytes(request.values.bytes);
    await input.bytes(request.labels.bytes);
    continue;
  }
  const [first] = await input.bytes(request.bytes);
  const [name] = Object.entries(FAULTS).find(([, byte]) => byte === first)!;
  await ACTS[name as keyof typeof FAULTS](request.id);
}
