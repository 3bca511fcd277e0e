/** A local chain: Hardhat's node as a child process, for demo, development and tests. */
import type { Provider } from "../../core/chain/rpc.ts";
import { tool } from "./command.ts";
import { startProcess } from "./node_process.ts";

const READY = /JSON-RPC server at (http:\/\/\S+?)\/?\s/;

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
export function startNode(
  { port = 0, hostname = "127.0.0.1" }: NodeOptions = {},
): Promise<ChainNode> {
  const args = ["node", "--hostname", hostname, "--port", `${port}`];
  const command = tool("hardhat", args, { stdin: "null", stdout: "piped", stderr: "piped" });
  return startProcess(command, {
    ready: READY,
    async check({ provider }) {
      await provider.request({ method: "eth_chainId" });
    },
  });
}
