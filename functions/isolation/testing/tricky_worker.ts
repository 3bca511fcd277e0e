/** The Workers' script, but some models do what no model could: their first byte says what. */
import "../worker.ts";
import type { WorkerOrder } from "../worker.ts";
import { allowed } from "./allowed.ts";
import { TRICKS } from "./tricks.ts";

type Handler = (event: MessageEvent<WorkerOrder>) => unknown;
const worker = self as unknown as { onmessage: Handler; postMessage: (value: unknown) => void };

const real = worker.onmessage;
worker.onmessage = (event) => {
  const order = event.data;
  const trick = order.kind === "evaluate" ? order.job.packed[0] : undefined;
  if (trick === TRICKS.hang) { for (;;); }
  if (trick === TRICKS.grow) return grow();
  if (trick === TRICKS.throws) throw new Error("thrown in the Worker");
  if (trick === TRICKS.prints) print();
  if (trick === TRICKS.asks) return ask();
  if (trick === TRICKS.sleeps) return; // And never answers.
  return real(event);
};

/** Takes memory until somebody minds. */
function grow(): void {
  const held: Uint8Array[] = [];
  setInterval(() => held.push(new Uint8Array(2 ** 25).fill(held.length + 1)), 5);
}

function print(): void {
  for (let i = 0; i < 100_000; i++) console.log("ready", i, "{}");
}

/** Says what it may do. */
async function ask(): Promise<void> {
  worker.postMessage({ kind: "local", code: "spent", message: await allowed() });
}
