import { createRequire } from "node:module";
import type { HardhatUserConfig } from "hardhat/config";

// Hardhat asserts that this hook exists and Deno leaves it undefined: without it every revert
// becomes an internal error without data, in process and over HTTP.
// deno-lint-ignore no-explicit-any
(Error as any).prepareStackTrace ??= (error: Error, frames: unknown[]) =>
  `${error}\n` + frames.map((frame) => `    at ${frame}`).join("\n");

/** A whole number from the environment, for runs other than the usual ones (scripts/invariants_deep.ts, mutants.ts). */
function fromEnv(name: string, otherwise: number): number {
  const value = Number(Deno.env.get(name) ?? otherwise);
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw new RangeError(`${name}: expected a whole number, got "${Deno.env.get(name)}"`);
}

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
  test: {
    solidity: {
      // The same inputs in every run.
      fuzz: { seed: `0x${fromEnv("DEML_SEED", 0x5eed).toString(16).padStart(64, "0")}` },
      invariant: {
        runs: fromEnv("DEML_INVARIANTS_RUNS", 256),
        depth: fromEnv("DEML_INVARIANTS_DEPTH", 100),
        shrinkRunLimit: fromEnv("DEML_INVARIANTS_SHRINK", 200),
        // A handler that reverts would test less than it seems to.
        failOnRevert: true,
        // Values from code and storage mean nothing to handlers that take a seed, and come in another order each time.
        dictionaryWeight: 0,
        includeStorage: false,
        includePushBytes: false,
      },
    },
  },
  networks: {
    default: { type: "edr-simulated", chainType: "l1", hardfork: "osaka" },
    node: { type: "edr-simulated", chainType: "l1", hardfork: "osaka" },
  },
};

export default config;
