import assert from "node:assert/strict";
import { droppedFiles } from "./dropped_files.ts";

interface Entry {
  name: string;
  isDirectory: boolean;
}

function fileEntry(name: string): Entry {
  const file = (take: (file: File) => void) => take(new File(["x"], name));
  return { name, isDirectory: false, file } as Entry;
}

/** A folder whose content comes in portions, as browsers give it. */
function folderEntry(name: string, entries: Entry[]): Entry {
  const createReader = () => {
    const left = [...entries];
    return { readEntries: (take: (some: Entry[]) => void) => take(left.splice(0, 100)) };
  };
  return { name, isDirectory: true, createReader } as Entry;
}

async function namesOf(entries: (Entry | null)[], files: File[] = []): Promise<string[]> {
  const items = entries.map((entry) => ({ webkitGetAsEntry: () => entry }));
  const transfer = { items, files } as unknown as DataTransfer;
  return (await droppedFiles(transfer)).map(({ name }) => name);
}

Deno.test("files that are dropped come as they are", async () => {
  assert.deepEqual(await namesOf([fileEntry("a"), null], [new File([], "a")]), ["a"]);
  assert.deepEqual(await droppedFiles(null), []);
});

Deno.test("folders are opened, hidden files left out, and there is an end to it", async () => {
  const inner = folderEntry("inner", [fileEntry("b.bin"), fileEntry(".DS_Store")]);
  assert.deepEqual(
    await namesOf([folderEntry("m", [fileEntry("model.json"), inner]), fileEntry("c")]),
    [
      ...["model.json", "b.bin", "c"],
    ],
  );
  const many = Array.from({ length: 250 }, (_, i) => fileEntry(`${i}`));
  assert.equal((await namesOf([folderEntry("m", many)])).length, 250);
  const crowd = Array.from({ length: 5000 }, (_, i) => fileEntry(`${i}`));
  assert.equal((await namesOf([folderEntry("m", crowd)])).length, 1000);
  let endless = folderEntry("f", []);
  for (let i = 0; i < 50; i++) endless = folderEntry("f", [endless, fileEntry("x")]);
  assert.equal((await namesOf([endless])).length, 50);
});

Deno.test("an entry that cannot be read fails the drop", async () => {
  const broken = {
    name: "x",
    isDirectory: false,
    file: (_: unknown, fail: (e: Error) => void) => fail(new Error("gone")),
  };
  await assert.rejects(namesOf([folderEntry("m", [broken as Entry])]), /gone/);
});
