/** A miner from its settings: what main.ts runs on a schedule and once.ts a single time. */
import { readChainId } from "../core/chain/reader.ts";
import { connect } from "../core/chain/rpc.ts";
import { localSender } from "../core/chain/signer.ts";
import type { BlockStore } from "../core/ipfs/store.ts";
import { type Config, hiddenTexts, minerAddress } from "./config.ts";
import { createDataSource } from "./data.ts";
import { createEvaluator, type Evaluator } from "./evaluate.ts";
import { FolderStore } from "./folder_store.ts";
import { type MinerStatus, VERSION } from "./handler.ts";
import { createBlot, describe, type Log } from "./log.ts";
import { createMiner, type Miner } from "./miner.ts";
import { RecentStore } from "./recent_store.ts";
import { mapTexts, type TickReport } from "./report.ts";
import { folderScores, memoryScores } from "./scores_cache.ts";

/** Bytes of blocks in memory where there is no folder for them. */
const MEMORY_BYTES = 256 * 2 ** 20;

/** A miner of this process. */
export interface App {
  /** Runs a tick and remembers it; no secret is in its report. @throws as {@linkcode Miner.tick} does */
  tick(): Promise<TickReport>;
  /** How it stands. */
  status(): MinerStatus;
  /** Data that it keeps and serves. */
  store: BlockStore;
  /** Ends the process that evaluates, if there is one: for when the miner ends. */
  close(): Promise<void>;
}

/** Makes the app. Nothing is read or sent before its first tick. */
export function createApp(config: Config, { log }: { log: Log }): App {
  const store = config.cache === undefined
    ? new RecentStore({ maxBytes: MEMORY_BYTES })
    : new FolderStore(`${config.cache}/blocks`);
  const status: MinerStatus = {
    version: VERSION,
    miner: minerAddress(config),
    contract: config.contract,
    dryRun: config.dryRun,
    startedAt: Date.now(),
    ticks: 0,
    lastTick: undefined,
    lastError: undefined,
  };
  const blot = createBlot(hiddenTexts(config));
  const evaluate = createEvaluator({
    isolation: config.isolation,
    onIsolation: (level, refused) =>
      log(refused.length > 0 ? "warn" : "info", "isolation of models", { level, refused }),
  });
  let connected: Promise<Miner> | undefined;
  /** One miner for all ticks, also for two that start at once: two senders would take each other's nonces. */
  function connectOnce(): Promise<Miner> {
    connected ??= connectMiner(config, { log, store, evaluate }).catch((error) => {
      connected = undefined; // The next tick tries again.
      throw error;
    });
    return connected;
  }
  return {
    store,
    status: () => ({ ...status }),
    close: async () => await evaluate[Symbol.asyncDispose](),
    async tick() {
      try {
        const miner = await connectOnce();
        status.lastTick = mapTexts(await miner.tick(), blot);
        status.lastError = undefined;
        return status.lastTick;
      } catch (error) {
        status.lastError = blot(describe(error));
        throw error;
      } finally {
        status.ticks++;
      }
    },
  };
}

async function connectMiner(
  config: Config,
  { log, store, evaluate }: { log: Log; store: BlockStore; evaluate: Evaluator },
): Promise<Miner> {
  const { privateKey, maxFeePerGas, cache, gateways, everyMinutes, deadlineSecs } = config;
  const provider = connect(config.rpc);
  const chainId = await readChainId(provider);
  return createMiner({
    ...config,
    provider,
    sender: localSender(provider, { privateKey, chainId, maxFeePerGas }),
    data: createDataSource({
      gateways,
      store,
      maxBytes: config.maxDataBytes,
      onEvent: ({ kind, gateway, detail }) =>
        log(kind === "served" ? "info" : "warn", `gateway ${kind}`, { gateway, detail }),
    }),
    evaluate,
    scores: cache === undefined ? memoryScores() : folderScores(`${cache}/scores`),
    // Cron leaves out the ticks that a long one overlaps.
    everySecs: Math.max(60 * everyMinutes, deadlineSecs),
    log,
  });
}
