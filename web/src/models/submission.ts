/** What the submit view works with. Loaded with that view: it brings the ABI coder and the checks of models along. */
import { effect } from "@preact/signals";
import type { Provider } from "../../../core/chain/provider.ts";
import type { Hex } from "../../../core/protocol/types.ts";
import type { ChainReader } from "../chain/reader.ts";
import { createWriter } from "../chain/writer.ts";
import { runtimeFile } from "../work/runtime_file.ts";
import { createModelCaller, createScoreCaller } from "../work/workers.ts";
import type { Competition } from "./competition.ts";
import { createLoadable, type Loadable } from "./loadable.ts";
import { createRegistration, type Registration } from "./register.ts";
import type { ScoringTools } from "./scoring.ts";
import type { Session } from "./session.ts";
import { createUpload, type UploadModel } from "./upload.ts";
import { createVault } from "./vault.ts";

/** The way into a competition. */
export interface Submission {
  /** The buy-in. */
  registration: Registration;
  /** The model. */
  upload: UploadModel;
}

/** Registration and upload for a competition. */
export function createSubmission(
  { competition, session, reader, provider, contract, chainId }: {
    competition: Competition;
    session: Session;
    reader: ChainReader;
    provider: Provider;
    contract: Hex;
    chainId: number;
  },
): Submission {
  const writer = createWriter({ provider, contract });
  const call = createModelCaller();
  return {
    registration: createRegistration({ competition, session, writer }),
    upload: createUpload({
      competition,
      session,
      reader,
      writer,
      chainId,
      contract,
      vault: createVault(),
      prepare: (job, options) => call("prepare", job, options),
      seal: async (job) => (await call("seal", job)).payload,
      scoring: scoringTools(competition),
    }),
  };
}

/** Scores in workers; the runtime is fetched once per visit. */
function scoringTools({ data }: Competition): ScoringTools {
  const call = createScoreCaller();
  const runtime = createLoadable((progress) => {
    const url = new URL(runtimeFile(), document.baseURI).href;
    return call("runtime", { url }, { onProgress: progress });
  });
  return {
    async rows(part, onProgress) {
      const found = data.peek()!;
      const rows = await follow(part === "test" ? found.test : found.train, onProgress);
      if (rows === undefined) throw new RangeError("the manifest names no public data");
      return rows;
    },
    runtime: (onProgress) => follow(runtime, onProgress),
    score: (input, options) => call("score", input, options),
  };
}

/** Loads, and tells how far it is. */
async function follow<T>(
  loadable: Loadable<T>,
  onProgress: (share: number) => void,
): Promise<T> {
  const stop = effect(() => {
    const { value } = loadable.current;
    if (value.state === "loading" && value.share !== undefined) onProgress(value.share);
  });
  try {
    return await loadable.load();
  } finally {
    stop();
  }
}
