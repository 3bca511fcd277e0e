/** Shortcuts to each phase of a competition. Each goes on from the one before it. */
import type { Hex, Terms } from "../../../core/protocol/types.ts";
import { ALICE, BOB, miners } from "./actors.ts";
import { addressOf } from "./chain.ts";
import { type Ballot, unanimous } from "./ballot.ts";
import { Competition } from "./competition.ts";
import { world } from "./world.ts";

/** What differs from the usual competition: two participants with a submission each, three miners of one opinion. */
export interface Setup {
  /** Terms other than `defaultTerms`. */
  terms?: Partial<Terms>;
  /** By default alice and bob. */
  participants?: Hex[];
  /** By default three. */
  miners?: Hex[];
  /** Authors of the submissions of epoch 0; by default each participant once. */
  authors?: Hex[];
  /** By default all miners give {@linkcode SCORES}, or 50,000 to each of another number of submissions. */
  ballots?: Ballot[];
}

/** The usual miners. */
export const MINERS: Hex[] = miners(3);
/** The usual scores. */
export const SCORES = [90_000, 80_000];

/** The usual ballots, or those of the setup. */
export function ballotsOf(setup: Setup): Ballot[] {
  if (setup.ballots !== undefined) return setup.ballots;
  const count = authorsOf(setup).length;
  const scores = count === SCORES.length ? SCORES : Array.from({ length: count }, () => 50_000);
  return unanimous(setup.miners ?? MINERS, scores);
}

/** A setup with so many submissions in epoch 0. */
export function authors(
  count: number,
): Required<Pick<Setup, "participants" | "authors" | "terms">> {
  const participants = Array.from(
    { length: Math.ceil(count / 8) },
    (_, i) => addressOf(`author ${i}`),
  );
  return {
    participants,
    authors: Array.from({ length: count }, (_, i) => participants[i % participants.length]!),
    terms: { maxPerParticipant: 8 },
  };
}

/** Opened, with nobody in it. */
export async function created(setup: Setup = {}): Promise<Competition> {
  return Competition.create(await world(), setup.terms);
}

/** All participants and miners have come; registration is still open. */
export async function enrolled(setup: Setup = {}): Promise<Competition> {
  const c = await created(setup);
  for (const participant of participantsOf(setup)) await c.register(participant);
  for (const miner of setup.miners ?? MINERS) await c.enroll(miner);
  return c;
}

/** At the first second of the submission phase. */
export async function submitting(setup: Setup = {}): Promise<Competition> {
  const c = await enrolled(setup);
  c.world.chain.travelTo(c.terms.registrationEndsAt);
  return c;
}

/** All submissions are made; the clock still stands at the start of epoch 0. */
export async function submitted(setup: Setup = {}): Promise<Competition> {
  const c = await submitting(setup);
  for (const author of authorsOf(setup)) await c.submit(author);
  return c;
}

/** The beacon of epoch 0 is posted, at the first second of the first commit window. */
export async function unsealed(setup: Setup = {}): Promise<Competition> {
  const c = await submitted(setup);
  c.world.chain.travelTo(c.unsealAt());
  await c.postBeacon();
  return c;
}

/** All ballots are committed, in the first attempt. */
export async function committed(setup: Setup = {}): Promise<Competition> {
  const c = await unsealed(setup);
  await c.commitAll(ballotsOf(setup));
  return c;
}

/** All ballots but the silent ones are revealed, at the first second of the reveal window. */
export async function revealed(setup: Setup = {}): Promise<Competition> {
  const c = await committed(setup);
  await c.revealAll(ballotsOf(setup));
  return c;
}

/** As revealed, at the first second after the reveal window, when the round can be settled whoever is silent. */
export async function settling(setup: Setup = {}): Promise<Competition> {
  const c = await revealed(setup);
  c.world.chain.travelTo(c.windows().revealEndsAt);
  return c;
}

/** The round is settled, by somebody without a role, at the first second after the reveal window. */
export async function settled(setup: Setup = {}): Promise<Competition> {
  const c = await settling(setup);
  await c.settle(ballotsOf(setup));
  return c;
}

/** Over, with a winner. */
export async function final(setup: Setup = {}): Promise<Competition> {
  const c = await settled(setup);
  await c.finalize();
  return c;
}

/** Cancelled because its only round was never decided; nobody committed. */
export async function cancelled(setup: Setup = {}): Promise<Competition> {
  const c = await submitted(setup);
  c.world.chain.travelTo(c.evaluationEndsAt());
  await c.finalize();
  return c;
}

function participantsOf(setup: Setup): Hex[] {
  return setup.participants ?? [ALICE, BOB];
}

function authorsOf(setup: Setup): Hex[] {
  return setup.authors ?? participantsOf(setup);
}

/** Terms with so small a mining pool that one settled submission's 20 fees are more than it holds: 4 fees. */
export const POOR: Partial<Terms> = {
  pricedSubmissions: 1,
  maxPerParticipant: 1,
  buyInBps: 10_000,
};

/** Cancelled because its one submission scored 0: 20 fees are earned. */
export async function worthless(setup: Setup = {}): Promise<Competition> {
  const miners = setup.miners ?? MINERS;
  const c = await settled({ participants: [ALICE], ballots: unanimous(miners, [0]), ...setup });
  await c.finalize();
  return c;
}
