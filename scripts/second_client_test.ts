import assert from "node:assert/strict";
import { explainError } from "../core/chain/errors.ts";
import { readBlock } from "../core/chain/constants.ts";
import type { Call } from "../core/chain/types.ts";
import {
  commitScoresCall,
  createCall,
  enrollCall,
  postBeaconCall,
  registerCall,
  submitModelCall,
} from "../core/chain/writes.ts";
import { MemoryStore } from "../core/ipfs/store.ts";
import { attemptWindows, evaluations, unsealAt, unsealRound } from "../core/protocol/clock.ts";
import { encodeRoundId } from "../core/protocol/codec.ts";
import { buyIn, withDefaults } from "../core/protocol/terms.ts";
import type { Hex, Terms } from "../core/protocol/types.ts";
import { g1ToEip2537 } from "../core/seal/points.ts";
import type { Summary } from "./demo/report.ts";
import { openWorld, type Person, type World } from "./demo/world.ts";
import { anvilPackage, findAnvil } from "./lib/anvil_node.ts";
import { setNextBlockTime } from "./lib/chain_time.ts";

const ROOT = new URL("../", import.meta.url);
const WORD: Hex = `0x${"11".repeat(32)}`;

// The gate's machine must have it; elsewhere it depends on the platform.
const ignore = findAnvil() === undefined && Deno.env.get("CI") !== "true";
if (ignore) console.log(`the second client is not tested: npm has not installed ${anvilPackage()}`);

async function runDemo(...args: string[]): Promise<Summary> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "scripts/demo.ts", "--json", ...args],
    cwd: ROOT,
  }).output();
  assert.equal(code, 0, new TextDecoder().decode(stderr));
  return JSON.parse(new TextDecoder().decode(stdout).trimEnd().split("\n").at(-1)!);
}

Deno.test({
  name: "a whole sealed competition comes to the same on two clients",
  ignore,
  async fn() {
    const anvil = await runDemo("--client", "anvil");
    const hardhat = await runDemo("--client", "hardhat");
    assert.deepEqual([anvil.ok, anvil.balanced, anvil.mode], [true, true, "sealed"]);
    for (const key of ["scores", "winner", "agreeing", "ok", "balanced"] as const) {
      assert.deepEqual(anvil[key], hardhat[key], key);
    }
    // Calls whose data is the same in both runs: nothing sealed, no times.
    for (const name of ["register", "finalize", "withdrawPrize"] as const) {
      assert.deepEqual(anvil.gas[name], hardhat.gas[name], name);
    }
  },
});

/** A competition of three miners on anvil: who is in it, and its terms. */
interface Scene {
  world: World;
  terms: Terms;
  author: Person;
  miners: Person[];
}

/** Opened, registered and enrolled; the next block is the first of the submission phase. */
async function openScene(): Promise<Scene> {
  const world = await openWorld({ seed: 1, store: new MemoryStore(), client: "anvil" });
  const [host, author] = [await world.person("host"), await world.person("author")];
  const miners = await Promise.all(["one", "two", "three"].map((name) => world.person(name)));
  const registrationEndsAt = await world.now() + 1_000;
  const terms = withDefaults({
    manifest: WORD,
    prizeFund: 10n ** 19n,
    registrationEndsAt,
    submissionEndsAt: registrationEndsAt + 2_000,
    quorum: 3,
    maxPerParticipant: 1,
  });
  const { contract } = world;
  await world.send(host, createCall(contract, terms));
  await world.send(author, registerCall(contract, { id: 0, buyIn: buyIn(terms) }));
  for (const miner of miners) {
    const { address: payout } = miner;
    await world.send(miner, enrollCall(contract, { id: 0, payout, bond: terms.bond }));
  }
  return { world, terms, author, miners };
}

/** Sends a call in a block of this time. */
async function sendAt(world: World, time: number, person: Person, call: Call): Promise<void> {
  await setNextBlockTime(world.provider, time);
  await world.send(person, call);
}

/** The last block falls out of the chain. */
async function rollBack({ provider }: World): Promise<void> {
  const { number } = await readBlock(provider);
  await provider.request({ method: "anvil_rollback", params: [1] });
  assert.equal((await readBlock(provider)).number, number - 1);
}

async function refused(call: Promise<unknown>): Promise<string | undefined> {
  const error: unknown = await call.then(() => assert.fail("went through"), (error) => error);
  return explainError(error).name;
}

Deno.test({
  name:
    "a submission and a commitment that fall out of anvil's chain are taken again in time, and refused after it",
  ignore,
  async fn() {
    const { world, terms, author, miners } = await openScene();
    try {
      const { contract, beacon, clock } = world;
      const end = terms.submissionEndsAt;
      const payload = { id: 0, epoch: 0, size: 2, data: Uint8Array.of(1, 2) };
      const submission = submitModelCall(contract, payload);
      await sendAt(world, end - 2, author, submission);
      await rollBack(world);
      assert.equal(await refused(sendAt(world, end, author, submission)), "DeML_TooLate");
      await sendAt(world, end - 1, author, submission);

      const { signature } = beacon.sign(unsealRound(terms, 0, clock));
      const round = unsealRound(terms, 0, clock);
      const post = postBeaconCall(contract, { round, signature: g1ToEip2537(signature) });
      await sendAt(world, unsealAt(terms, 0, clock), author, post);
      const [evaluation] = evaluations(terms, [1], clock);
      const { commitEndsAt } = attemptWindows(terms, 0, evaluation!);
      const roundId = encodeRoundId({ competition: 0, epoch: 0, round: 0, attempt: 0 });
      const commit = commitScoresCall(contract, {
        roundId,
        commitment: WORD,
        box: new Uint8Array(),
      });
      const [first, second] = miners as [Person, Person];
      await sendAt(world, commitEndsAt - 3, first, commit);
      await rollBack(world);
      await sendAt(world, commitEndsAt - 2, second, commit);
      await sendAt(world, commitEndsAt - 1, first, commit);
      assert.equal(await refused(world.send(first, commit)), "DeML_AlreadyCommitted");
      await rollBack(world);
      assert.equal(await refused(sendAt(world, commitEndsAt, first, commit)), "DeML_TooLate");
    } finally {
      await world.close();
    }
  },
});
