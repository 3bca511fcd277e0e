/** What the submit view works with. Loaded with that view: it brings the ABI coder and the checks of models along. */
import type { Provider } from "../../../core/chain/provider.ts";
import type { Hex } from "../../../core/protocol/types.ts";
import type { ChainReader } from "../chain/reader.ts";
import { createWriter } from "../chain/writer.ts";
import { createModelCaller } from "../work/workers.ts";
import type { Competition } from "./competition.ts";
import { createRegistration, type Registration } from "./register.ts";
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
      pack: async (onnx, manifest) => (await call("pack", { onnx, manifest })).packed,
      seal: async (job) => (await call("seal", job)).payload,
    }),
  };
}
