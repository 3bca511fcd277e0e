/** A local chain: Hardhat's node as a child process, for demo, development and tests. */
import { connect, type Provider } from "../../core/chain/rpc.ts";
import { tool } from "./command.ts";

const READY = /JSON-RPC server at (http:\/\/\S+?)\/?\s/;
const START_MS = 60_000;
/** Characters of the node's output that are kept for an error. */
const KEPT_OUTPUT = 4_000;

/** How to start a node. */
export interface NodeOptions {
  /** 0 takes a free one. */
  port?: number;
  /** Address to listen on. */
  hostname?: string;
}

/** A running node. */
export interface ChainNode {
  /** Of its JSON-RPC server. */
  url: string;
  /** A connection to it. */
  provider: Provider;
  /** Ends it and waits until it has ended. */
  stop(): Promise<void>;
}

/** Starts a node and waits until it answers. @throws {Error} with its output if it does not within a minute */
export async function startNode(
  { port = 0, hostname = "127.0.0.1" }: NodeOptions = {},
): Promise<ChainNode> {
  const args = ["node", "--hostname", hostname, "--port", `${port}`];
  const child = tool("hardhat", args, { stdin: "null", stdout: "piped", stderr: "piped" }).spawn();
  try {
    const url = await readUrl(child);
    const provider = connect([url]);
    await provider.request({ method: "eth_chainId" });
    return { url, provider, stop: () => stop(child) };
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

/** The URL that the node prints once it listens. What it prints later is read too, so that it never waits for us. */
function readUrl(child: Deno.ChildProcess): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  let output = "";
  const fail = (why: string) => reject(new Error(`the local chain ${why}:\n${output}`));
  const timer = setTimeout(() => fail(`did not start within ${START_MS / 1000} s`), START_MS);
  for (const stream of [child.stdout, child.stderr]) {
    drain(stream, (text) => {
      output = (output + text).slice(-KEPT_OUTPUT);
      const url = READY.exec(output)?.[1];
      if (url !== undefined) resolve(url);
    });
  }
  child.status.then(({ code }) => fail(`ended with code ${code}`));
  return promise.finally(() => clearTimeout(timer));
}

async function drain(stream: ReadableStream<Uint8Array>, onText: (text: string) => void) {
  const decoder = new TextDecoder();
  for await (const chunk of stream) onText(decoder.decode(chunk, { stream: true }));
}
