/**
 * The globals of a Worker that runs models; imported before anything else there. What the runtime prints goes to
 * stderr, a little of it: stdout may be a line to the miner, and is closed here.
 */

/** Most characters that one Worker may print. */
const MAX_PRINTED = 2_000;

let left = MAX_PRINTED;
const { error } = console;

function print(...values: unknown[]): void {
  const text = values.map(String).join(" ").slice(0, left);
  left -= text.length;
  if (text !== "") error(text);
}

for (const name of ["debug", "dir", "error", "info", "log", "table", "trace", "warn"] as const) {
  console[name] = print;
}

// onnxruntime-web makes an address of location.origin, which is no address in a Worker.
Object.defineProperty(globalThis, "location", { value: undefined, configurable: true });

if (typeof Deno !== "undefined") {
  // Of this Worker only: the process has its own.
  Deno.stdout.close();
  Deno.stdin.close();
}
