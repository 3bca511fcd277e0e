import assert from "node:assert/strict";
import type { Part } from "../../../core/dataset/manifest.ts";
import { bytesOf } from "./data_size.ts";

Deno.test("bytesOf() counts every file of every part that is there", () => {
  const file = (bytes: number) => ({ cid: "bafk", bytes });
  const idx = { format: "idx", rows: 1, inputs: file(5), labels: file(6) } as const;
  const csv = { header: true };
  const table = { format: "csv", rows: 1, table: file(7), csv } as Part;
  assert.equal(bytesOf(idx, undefined, table), 18);
  assert.equal(bytesOf(undefined), 0);
});
