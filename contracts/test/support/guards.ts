/** The cases that all functions of an open competition begin with. */
import { type DeML, STATUS } from "./deml.ts";
import { cancelled, final } from "./phases.ts";
import { expectRevert } from "./revert.ts";
import type { Cases } from "./tree.ts";
import { world } from "./world.ts";

/** A call on the competition `id`. */
type Call = (deml: DeML, id: bigint) => Promise<unknown>;

/** Refused for competitions that do not exist or are over. */
export function openOnly(call: Call): Cases {
  return {
    ...existingOnly(call),
    "given a final competition": {
      "it reverts with DeML_WrongStatus": async () => {
        const { deml, id } = await final();
        await expectRevert(call(deml, id), "DeML_WrongStatus", [STATUS.final, STATUS.open]);
      },
    },
    "given a cancelled competition": {
      "it reverts with DeML_WrongStatus": async () => {
        const { deml, id } = await cancelled();
        await expectRevert(call(deml, id), "DeML_WrongStatus", [STATUS.cancelled, STATUS.open]);
      },
    },
  };
}

/** Refused for competitions that do not exist. */
export function existingOnly(call: Call): Cases {
  return {
    "given no such competition": {
      "it reverts with DeML_NoCompetition": async () => {
        const { deml } = await world();
        const count = await deml.view("competitionCount");
        await expectRevert(call(deml, count), "DeML_NoCompetition", [count, count]);
      },
    },
  };
}
