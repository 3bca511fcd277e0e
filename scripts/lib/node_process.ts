/** A chain client as a child process, from its start to its end. */
import { connect } from "../../core/chain/rpc.ts";
import type { ChainNode } from "./chain_node.ts";

const START_MS = 60_000;
/** Characters of the node's output that are kept for an error. */
const KEPT_OUTPUT = 4_000;

/**
 * Starts a client and waits until it answers.
 *
 * @param ready finds the URL of the JSON-RPC server, or its host and port, in what the client prints
 * @param check asks the client whatever must be so before it is used; it is stopped if this throws
 * @throws {Error} with its output if it does not answer within a minute
 */
export async function startProcess(
  command: Deno.Command,
  { ready, check }: { ready: RegExp; check: (node: ChainNode) => Promise<void> },
): Promise<ChainNode> {
  const child = command.spawn();
  try {
    const found = await readReady(child, ready);
    const url = found.startsWith("http") ? found : `http://${found}`;
    const node = { url, provider: connect([url]), stop: () => stop(child) };
    await check(node);
    return node;
  } catch (error) {
    await stop(child);
    throw error;
  }
}

async function stop(child: Deno.ChildProcess): Promise<void> {
  try {
    child.kill("SIGTERM");
  } catch (error) {
    if (!(error instanceof TypeError)) throw error; // It has ended by itself.
  }
  await child.status;
}

/** What the client prints once it listens. What it prints later is read too, so that it never waits for us. */
function readReady(child: Deno.ChildProcess, ready: RegExp): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  let output = "";
  const fail = (why: string) => reject(new Error(`the local chain ${why}:\n${output}`));
  const timer = setTimeout(() => fail(`did not start within ${START_MS / 1000} s`), START_MS);
  const drained = [child.stdout, child.stderr].map((stream) =>
    drain(stream, (text) => {
      output = (output + text).slice(-KEPT_OUTPUT);
      const found = ready.exec(output)?.[1];
      if (found !== undefined) resolve(found);
    })
  );
  // Its last words are often read only after its end.
  Promise.all([child.status, ...drained]).then(([{ code }]) => fail(`ended with code ${code}`));
  return promise.finally(() => clearTimeout(timer));
}

async function drain(stream: ReadableStream<Uint8Array>, onText: (text: string) => void) {
  const decoder = new TextDecoder();
  for await (const chunk of stream) onText(decoder.decode(chunk, { stream: true }));
}
