import type { ComponentChildren } from "preact";
import type { OpenCompetition } from "../app.ts";
import { useApp } from "../parts/context.ts";
import { Heading } from "../parts/Heading.tsx";
import { Lazy } from "../parts/Lazy.tsx";
import { RegisterStep } from "../parts/RegisterStep.tsx";
import { Skeleton } from "../parts/Skeleton.tsx";
import { UploadStep } from "../parts/UploadStep.tsx";
import { Address } from "../parts/Address.tsx";
import { registerProgress, uploadProgress } from "../parts/submit_progress.ts";
import { WalletList } from "../parts/WalletList.tsx";

/** The way into the competition: wallet, buy-in, model. */
export function Submit({ competition, submission }: OpenCompetition): ComponentChildren {
  return (
    <>
      <Heading level={2} title="Submit">Submit a model</Heading>
      <Lazy
        loadable={submission}
        what="this view"
        waiting={() => <Skeleton what="the steps" size="page" />}
      >
        {({ registration, upload }) => (
          <>
            <p class="hidden-visually" role="status">
              {registerProgress(registration.state.value) ?? uploadProgress(upload.state.value)}
            </p>
            <ol class="steps">
              <WalletStep />
              <RegisterStep competition={competition} registration={registration} />
              <UploadStep competition={competition} upload={upload} />
            </ol>
          </>
        )}
      </Lazy>
    </>
  );
}

function WalletStep(): ComponentChildren {
  const account = useApp().session.account.value;
  return (
    <li class={account === undefined ? "card stack-small" : "card stack-small done"}>
      <h3>Connect a wallet</h3>
      {account === undefined ? <WalletList /> : (
        <p>
          Connected as <Address address={account} />
        </p>
      )}
    </li>
  );
}
