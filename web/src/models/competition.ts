/** One competition as the site follows it. */
import { computed, effect, type ReadonlySignal } from "@preact/signals";
import type { Participant, Snapshot } from "../../../core/chain/types.ts";
import type { Manifest } from "../../../core/dataset/manifest.ts";
import type { ChainReader } from "../chain/reader.ts";
import type { ChainClock } from "./clock.ts";
import type { CompetitionData, DataSource } from "./data.ts";
import { follow } from "./live.ts";
import { type Evaluation, evaluationAt, type Phase, phaseAt } from "./phase.ts";
import { type Seal, sealAt } from "./seal.ts";
import type { Session } from "./session.ts";

/** A competition: what was last read of it, and what follows from that. Undefined until the first read. */
export interface Competition {
  /** Its number. */
  readonly id: number;
  /** All of it, at one block. */
  readonly snapshot: ReadonlySignal<Snapshot | undefined>;
  /** What the connected account is in it; undefined without an account. */
  readonly participant: ReadonlySignal<Participant | undefined>;
  /** The part of its life that runs. */
  readonly phase: ReadonlySignal<Phase | undefined>;
  /** What the miners do; undefined also when there is nothing to do. */
  readonly evaluation: ReadonlySignal<Evaluation | undefined>;
  /** What it is about. */
  readonly data: ReadonlySignal<CompetitionData | undefined>;
  /** Whether it is sealed; undefined until its manifest is read, which views ask for. */
  readonly mode: ReadonlySignal<Manifest["mode"] | undefined>;
  /** What a sealed competition's models and test set wait for; undefined while the mode is, and in an open one. */
  readonly seal: ReadonlySignal<Seal | undefined>;
  /** Why reading failed; what is on the screen is then old. */
  readonly problem: ReadonlySignal<string | undefined>;
  /** When it was last up to date, in ms of `Date.now`. */
  readonly readAt: ReadonlySignal<number | undefined>;
  /** Reads now. Never rejects. */
  refresh(): Promise<void>;
}

/** What a competition works with. */
export interface CompetitionOptions {
  /** Its number. */
  id: number;
  /** Reads the chain. */
  reader: ChainReader;
  /** Set by the heads that are seen. */
  clock: ChainClock;
  /** Whose participation is read. */
  session: Session;
  /** Finds what it is about. */
  dataOf: DataSource;
  /** Whether it is on the screen; it is not followed meanwhile. */
  visible: ReadonlySignal<boolean>;
  /** Milliseconds between two looks at the chain's head. */
  pollMs: number;
}

/** Follows a competition for as long as the page lives. */
export function createCompetition(options: CompetitionOptions): Competition {
  const { id, reader, clock, session, dataOf } = options;
  const live = follow({
    ...options,
    head: reader.head,
    onHead: clock.follow,
    async read() {
      const account = session.account.peek();
      const [snapshot, participant] = await Promise.all([
        reader.snapshot(id),
        account === undefined ? undefined : reader.participant(id, account),
      ]);
      return { snapshot, account, participant };
    },
  });
  effect(() => {
    if (session.account.value !== undefined) live.refresh();
  });

  const snapshot = computed(() => live.value.value?.snapshot);
  /** Something that follows from the time; the same object as long as it says the same, which is most seconds. */
  function at<T>(derive: (snapshot: Snapshot, now: number) => T): ReadonlySignal<T | undefined> {
    let last: T | undefined;
    return computed(() => {
      const [current, now] = [snapshot.value, clock.now.value];
      if (current === undefined || now === undefined) return undefined;
      const next = derive(current, now);
      return last = JSON.stringify(next) === JSON.stringify(last) ? last : next;
    });
  }
  const data = computed(() => {
    const digest = snapshot.value?.competition.manifest;
    return digest === undefined ? undefined : dataOf(digest);
  });
  const mode = computed(() => {
    const manifest = data.value?.manifest.current.value;
    return manifest?.state === "ready" ? manifest.value.mode : undefined;
  });
  const seal = at(sealAt);
  return {
    id,
    snapshot,
    // Until the account that was changed to is read, nothing is known of it.
    participant: computed(() => {
      const { account, participant } = live.value.value ?? {};
      return account === session.account.value ? participant : undefined;
    }),
    phase: at(phaseAt),
    evaluation: at(evaluationAt),
    data,
    mode,
    seal: computed(() => mode.value === "sealed" ? seal.value : undefined),
    problem: live.problem,
    readAt: live.readAt,
    refresh: live.refresh,
  };
}
