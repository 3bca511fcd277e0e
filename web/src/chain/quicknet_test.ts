import assert from "node:assert/strict";
import { QUICKNET } from "../../../core/seal/quicknet.ts";
import { isQuicknet } from "./quicknet.ts";

Deno.test("isQuicknet() takes no other key, and no other clock", () => {
  const constants = { ...QUICKNET, sealGap: 900 };
  assert.equal(isQuicknet(constants), true);
  assert.equal(isQuicknet({ ...constants, sealGap: 30 }), true);
  const publicKey = QUICKNET.publicKey.replace(/a$/, "b") as typeof QUICKNET.publicKey;
  for (const change of [{ genesis: 0 }, { period: 30 }, { publicKey }]) {
    assert.equal(isQuicknet({ ...constants, ...change }), false);
  }
});
