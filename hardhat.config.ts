import { createRequire } from "node:module";
import type { HardhatUserConfig } from "hardhat/config";

// Hardhat asserts that this hook exists and Deno leaves it undefined: without it every revert
// becomes an internal error without data, in process and over HTTP.
// deno-lint-ignore no-explicit-any
(Error as any).prepareStackTrace ??= (error: Error, frames: unknown[]) =>
  `${error}\n` + frames.map((frame) => `    at ${frame}`).join("\n");

/** Compiler and chain settings. The bytecode targets prague, so that L2s take it; tests run on osaka. */
const config: HardhatUserConfig = {
  paths: { sources: "contracts", tests: { solidity: "contracts/test" } },
  solidity: {
    version: "0.8.37",
    path: createRequire(import.meta.url).resolve("solc/soljson.js"),
    settings: {
      viaIR: true,
      optimizer: { enabled: true, runs: 200 },
      evmVersion: "prague",
      metadata: { bytecodeHash: "none" },
    },
  },
  // The same inputs in every run.
  test: { solidity: { fuzz: { seed: `0x${"5eed".padStart(64, "0")}` } } },
  networks: {
    default: { type: "edr-simulated", chainType: "l1", hardfork: "osaka" },
    node: { type: "edr-simulated", chainType: "l1", hardfork: "osaka" },
  },
};

export default config;
