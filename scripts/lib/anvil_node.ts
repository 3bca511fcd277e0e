/**
 * A second local chain: Foundry's anvil, whose EVM (revm with Foundry's own node around it) answers as Hardhat's does or
 * shows where one of them is wrong. It mines after it has answered: wait for receipts.
 */
import { createRequire } from "node:module";
import type { ChainNode, NodeOptions } from "./chain_node.ts";
import { startProcess } from "./node_process.ts";

const PACKAGE = "@foundry-rs/anvil";
const READY = /Listening on (\S+:\d+)/;
/** The same as Hardhat's, with EIP-2537; EIP-7825 has to be asked for. */
const RULES = ["--hardfork", "osaka", "--enable-tx-gas-limit", "--chain-id", "31337"];
/** As npm's packages of the binaries call them. */
const ARCHITECTURES = { x86_64: "amd64", aarch64: "arm64" } as const;
const SYSTEMS: Partial<Record<typeof Deno.build.os, string>> = {
  linux: "linux",
  darwin: "darwin",
  windows: "win32",
};

/** npm's package of the binary for this machine. */
export function anvilPackage(): string {
  const { os, arch } = Deno.build;
  return `${PACKAGE}-${SYSTEMS[os] ?? os}-${ARCHITECTURES[arch]}`;
}

/** The binary, or undefined where npm has installed none for this machine: it is an optional dependency. */
export function findAnvil(): string | undefined {
  try {
    const main = createRequire(import.meta.url).resolve(`${PACKAGE}/package.json`);
    const suffix = Deno.build.os === "windows" ? ".exe" : "";
    return createRequire(main).resolve(`${anvilPackage()}/bin/anvil${suffix}`);
  } catch (error) {
    if ((error as { code?: unknown }).code === "MODULE_NOT_FOUND") return undefined;
    throw error;
  }
}

/**
 * Starts anvil and waits until it answers.
 *
 * @throws {TypeError} if there is no binary for this machine
 * @throws {Error} with its output if it does not answer within a minute, or if somebody else does
 */
export function startAnvil(
  { port = 0, hostname = "127.0.0.1" }: NodeOptions = {},
): Promise<ChainNode> {
  const binary = findAnvil();
  if (binary === undefined) {
    throw new TypeError(`expected the npm package ${anvilPackage()}, which is not installed`);
  }
  const args = ["--host", hostname, "--port", `${port}`, ...RULES];
  const command = new Deno.Command(binary, {
    args,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
  return startProcess(command, { ready: READY, check });
}

async function check({ provider }: ChainNode): Promise<void> {
  const version = await provider.request({ method: "web3_clientVersion" });
  if (typeof version === "string" && version.startsWith("anvil/")) return;
  throw new Error(`expected anvil to answer, not ${JSON.stringify(version)}`);
}
