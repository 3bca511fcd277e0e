import assert from "node:assert/strict";
import { fromHex, toHex } from "../../core/protocol/codec.ts";
import type { Hex } from "../../core/protocol/types.ts";
import { DeML, deploymentKey, functionNames } from "./support/deml.ts";
import { addToElement, FIELD_ORDER, nonSubgroupG2 } from "./support/points.ts";
import { expectRevert } from "./support/revert.ts";
import { describe } from "./support/tree.ts";
import { CLOCK, world } from "./support/world.ts";

const DAY = 86_400;
const LAST_GENESIS = 2 ** 40 - 1;
/** EIP-170. */
const MAX_CODE_BYTES = 24_576;

const PUSH1 = 0x60;
const PUSH32 = 0x7f;
const CALL = 0xf1;
const FORBIDDEN = {
  CREATE: 0xf0,
  CALLCODE: 0xf2,
  DELEGATECALL: 0xf4,
  CREATE2: 0xf5,
  SELFDESTRUCT: 0xff,
};

async function deploy(
  changes: { key?: Uint8Array; genesis?: number; period?: number; sealGap?: number } = {},
): Promise<DeML> {
  const { chain } = await world();
  return DeML.deploy(chain, { key: await beaconKey(), ...CLOCK, ...changes });
}

async function codeOf({ chain, address }: DeML): Promise<Uint8Array> {
  const code = await chain.request("eth_getCode", [address, "latest"]);
  return fromHex(code as Hex, { max: 2 * MAX_CODE_BYTES });
}

/** The opcodes of some code, without the data of its pushes and its metadata (whose length stands last). */
function opcodes(code: Uint8Array): Set<number> {
  const metadata = 2 + (code.at(-2)! << 8) + code.at(-1)!;
  const found = new Set<number>();
  for (let at = 0; at < code.length - metadata; at++) {
    const opcode = code[at]!;
    found.add(opcode);
    if (opcode >= PUSH1 && opcode <= PUSH32) at += opcode - PUSH1 + 1;
  }
  return found;
}

async function beaconKey(): Promise<Uint8Array> {
  return deploymentKey((await world()).beacon.network.publicKey);
}

async function refusesKey(change: (key: Uint8Array) => Uint8Array): Promise<void> {
  await expectRevert(deploy({ key: change(await beaconKey()) }), "DeML_BeaconInvalid", [0]);
}

describe(import.meta.url, {
  "when the period is 0": {
    "it reverts with DeML_BeaconClockInvalid": async () => {
      const call = deploy({ period: 0 });
      await expectRevert(call, "DeML_BeaconClockInvalid", [CLOCK.genesis, 0, CLOCK.sealGap]);
    },
  },
  "when the period is over a day": {
    "it reverts with DeML_BeaconClockInvalid": async () => {
      const call = deploy({ period: DAY + 1 });
      await expectRevert(call, "DeML_BeaconClockInvalid", [CLOCK.genesis, DAY + 1, CLOCK.sealGap]);
    },
  },
  "when genesis takes more than 40 bits": {
    "it reverts with DeML_BeaconClockInvalid": async () => {
      const call = deploy({ genesis: LAST_GENESIS + 1 });
      await expectRevert(call, "DeML_BeaconClockInvalid", [
        LAST_GENESIS + 1,
        CLOCK.period,
        CLOCK.sealGap,
      ]);
    },
  },
  "when the seal gap is over 366 days": {
    "it reverts with DeML_BeaconClockInvalid": async () => {
      const call = deploy({ sealGap: 366 * DAY + 1 });
      await expectRevert(call, "DeML_BeaconClockInvalid", [
        CLOCK.genesis,
        CLOCK.period,
        366 * DAY + 1,
      ]);
    },
  },
  "when the key is infinity": {
    "it reverts with DeML_BeaconInvalid": () => refusesKey(() => new Uint8Array(256)),
  },
  "when the key is not on the curve": {
    "it reverts with DeML_BeaconInvalid": () =>
      refusesKey((key) => addToElement(key, { element: 3, by: 1n })),
  },
  "when the key is outside the subgroup": {
    "it reverts with DeML_BeaconInvalid": () => refusesKey(nonSubgroupG2),
  },
  "when a coordinate of the key is not below the field's order": {
    "it reverts with DeML_BeaconInvalid": async () => {
      for (const element of [0, 1, 2, 3]) {
        await refusesKey((key) => addToElement(key, { element, by: FIELD_ORDER }));
      }
    },
  },
  "when all values are in range": {
    "it takes the greatest values": async () => {
      const limits = { genesis: LAST_GENESIS, period: DAY, sealGap: 366 * DAY };
      const deml = await deploy(limits);
      assert.equal(await deml.view("GENESIS"), BigInt(limits.genesis));
      assert.equal(await deml.view("PERIOD"), BigInt(limits.period));
      assert.equal(await deml.view("SEAL_GAP"), BigInt(limits.sealGap));
    },
    "it takes the least values": async () => {
      const deml = await deploy({ genesis: 0, period: 1, sealGap: 0 });
      assert.equal(await deml.view("GENESIS"), 0n);
      assert.equal(await deml.view("PERIOD"), 1n);
      assert.equal(await deml.view("SEAL_GAP"), 0n);
    },
    "it keeps the key": async () => {
      const deml = await deploy();
      assert.equal(await deml.view("beaconKey"), toHex(await beaconKey()));
    },
    "it holds no competition": async () => {
      assert.equal(await (await deploy()).view("competitionCount"), 0n);
    },
    "it leaves code within the limit of EIP-170": async () => {
      const code = await codeOf(await deploy());
      assert.ok(code.length > 0 && code.length <= MAX_CODE_BYTES, `${code.length} bytes`);
    },
    "it leaves code that cannot run other code in its place, create contracts or destroy itself (I13)":
      async () => {
        const found = opcodes(await codeOf(await deploy()));
        for (const [name, opcode] of Object.entries(FORBIDDEN)) {
          assert.ok(!found.has(opcode), name);
        }
        assert.ok(found.has(CALL), "the walk meets what is there");
      },
    "it leaves no function to an owner (I13)": () => {
      assert.deepEqual(functionNames({ changingState: true }).sort(), [
        "appendModel",
        "claim",
        "commitScores",
        "create",
        "enroll",
        "finalize",
        "postBeacon",
        "refund",
        "register",
        "revealMany",
        "revealScores",
        "settle",
        "submitModel",
        "withdrawPrize",
      ]);
    },
  },
});
