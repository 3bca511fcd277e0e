import assert from "node:assert/strict";
import { encodeManifest, type Manifest } from "../../core/dataset/manifest.ts";
import { formatCid, rawCid } from "../../core/ipfs/cid.ts";
import { KNOWN_RUNTIMES } from "../../core/evaluate/known_runtimes.ts";
import { readRows } from "./data.ts";

const TABLE = new TextEncoder().encode("1,2,0\n3,4,1\n5,6,1\n");

async function folder(change: Partial<Manifest>, name: string | undefined): Promise<string> {
  const dir = await Deno.makeTempDir();
  const cid = formatCid(await rawCid(TABLE));
  const part = {
    format: "csv" as const,
    rows: 3,
    table: { cid, bytes: TABLE.length },
    csv: { header: false, label: 2 },
  };
  const manifest: Manifest = {
    version: 1,
    name: "test",
    mode: "open",
    task: "classification",
    classes: ["a", "b"],
    input: { shape: [2], dtype: "float64", scale: 1, offset: 0 },
    metric: { name: "accuracy" },
    runtime: KNOWN_RUNTIMES[0]!,
    test: part,
    ...change,
  };
  await Deno.writeFile(`${dir}/manifest.json`, encodeManifest(manifest));
  if (name !== undefined) await Deno.writeFile(`${dir}/${name === "" ? cid : name}`, TABLE);
  return dir;
}

Deno.test("readRows() finds a manifest's files by their CID, as name or as content", async () => {
  for (const name of ["", "table.csv"]) {
    const dir = await folder({}, name);
    for (
      const source of [{ data: dir }, { data: `${dir}/` }, { manifest: `${dir}/manifest.json` }]
    ) {
      const rows = await readRows(source);
      assert.deepEqual([...rows!.labels], [0, 1, 1]);
      assert.deepEqual([...rows!.inputs], [1, 2, 3, 4, 5, 6]);
    }
    await Deno.remove(dir, { recursive: true });
  }
  assert.equal(await readRows({}), undefined);
});

Deno.test("readRows() says which file of a manifest is missing", async () => {
  const dir = await folder({}, undefined);
  await assert.rejects(readRows({ data: dir }), /expected the file b\w+ of the manifest/);
  await Deno.remove(dir, { recursive: true });
});

Deno.test("readRows() takes all rows of a CSV file", async () => {
  const dir = await Deno.makeTempDir();
  await Deno.writeTextFile(`${dir}/a.csv`, "x,y,label\n1,2,no\n3,4,yes\n");
  const rows = await readRows({ data: dir });
  assert.equal(rows?.rows, 2);
  assert.deepEqual(rows?.manifest.classes, ["no", "yes"]);
  await Deno.remove(dir, { recursive: true });
  await assert.rejects(readRows({ data: `${dir}/none` }), /expected a folder/);
});
