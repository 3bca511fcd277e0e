import assert from "node:assert/strict";
import { violation } from "./lint_plugin.ts";

Deno.test("imports follow the arrows", () => {
  const allowed: [string, string][] = [
    ["functions/tick.ts", "core/chain/reader.ts"],
    ["web/src/app.ts", "core/protocol/clock.ts"],
    ["scripts/demo.ts", "functions/miner.ts"],
    ["contracts/test/create_test.ts", "core/protocol/terms.ts"],
    ["core/chain/rows.ts", "core/protocol/codec.ts"],
    ["core/evaluate/evaluate.ts", "core/dataset/dataset.ts"],
    ["core/ipfs/read.ts", "core/ipfs/cid.ts"],
    ["core/chain/rows_test.ts", "core/seal/local_beacon.ts"],
    ["core/chain/testing/chain.ts", "core/seal/local_beacon.ts"],
  ];
  for (const [from, to] of allowed) assert.equal(violation(from, to), undefined, `${from} ${to}`);
});

Deno.test("imports against the arrows are named", () => {
  const refused: [string, string, RegExp][] = [
    ["core/chain/rows.ts", "functions/tick.ts", /^core\/ may not import from functions\/$/],
    [
      "core/protocol/clock.ts",
      "core/chain/rows.ts",
      /^core\/protocol\/ may not import from core\/chain/,
    ],
    ["core/chain/rows.ts", "core/seal/beacon.ts", /^core\/chain\/ may not import from core\/seal/],
    ["web/src/app.ts", "functions/tick.ts", /^web\/ may not import from functions\/$/],
    ["functions/tick.ts", "web/src/app.ts", /^functions\/ may not import from web\/$/],
    ["functions/tick.ts", "scripts/demo.ts", /^nothing may import from scripts\/$/],
    ["web/test/site_test.ts", "scripts/lib/cli.ts", /^nothing may import from scripts\/$/],
    ["scripts/demo.ts", "web/src/app.ts", /^scripts\/ may not import from web\/$/],
  ];
  for (const [from, to, message] of refused) assert.match(violation(from, to) ?? "", message);
});
