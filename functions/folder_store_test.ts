import { fileURLToPath } from "node:url";
import { deepEqual, equal, rejects } from "node:assert/strict";
import { CID } from "multiformats/cid";
import { addFile } from "../core/ipfs/add.ts";
import { blockKey, type Cid, MAX_BLOCK_BYTES, parseCid, rawCid } from "../core/ipfs/cid.ts";
import { gateway } from "../core/ipfs/gateway.ts";
import { read } from "../core/ipfs/read.ts";
import { FolderStore } from "./folder_store.ts";

const utf8 = new TextEncoder();

async function withFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await test(`${folder}/blocks`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function fileOf(folder: string, cid: Cid): string {
  const key = blockKey(cid);
  return `${folder}/${key.slice(-2)}/${key}`;
}

async function names(folder: string): Promise<string[]> {
  return (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name);
}

Deno.test("FolderStore keeps blocks from one run to the next", async () => {
  await withFolder(async (folder) => {
    const block = utf8.encode("a block");
    const cid = await rawCid(block);
    const store = new FolderStore(folder);
    equal(await store.has(cid), false);
    equal(await store.get(cid), undefined);
    await store.put(cid, block);
    deepEqual(await new FolderStore(folder).get(cid), block);
    equal(await new FolderStore(folder).has(cid), true);
    deepEqual(await names(`${folder}/tmp`), []);
  });
});

Deno.test("FolderStore keeps a whole file, and it can be read through a gateway over it", async () => {
  await withFolder(async (folder) => {
    const store = new FolderStore(folder);
    const file = Uint8Array.from({ length: 3_000_000 }, (_, i) => i * i >> 7);
    const cid = await addFile(file, store);
    const answer = gateway(new FolderStore(folder));
    const options = {
      gateways: ["http://gateway.example"],
      maxBytes: file.length,
      fetch: ((url, init) => answer(new Request(`${url}`, init))) as typeof fetch,
    };
    deepEqual(await read(cid, options), file);
  });
});

Deno.test("FolderStore takes a damaged block for missing until it is put again", async () => {
  await withFolder(async (folder) => {
    const store = new FolderStore(folder);
    const block = utf8.encode("a block that the disk will damage");
    const cid = await rawCid(block);
    const damages: Uint8Array[] = [
      block.map((byte, i) => i === 5 ? byte ^ 1 : byte),
      block.subarray(0, 10),
      new Uint8Array(0),
      new Uint8Array(MAX_BLOCK_BYTES + 1),
    ];
    for (const damage of damages) {
      await store.put(cid, block);
      await Deno.writeFile(fileOf(folder, cid), damage);
      equal(await store.get(cid), undefined);
      equal(await store.has(cid), false);
      await store.put(cid, block);
      deepEqual(await store.get(cid), block);
    }
  });
});

Deno.test("FolderStore does not even read a file that is too large to be a block", async () => {
  await withFolder(async (folder) => {
    const block = utf8.encode("small");
    const cid = await rawCid(block);
    const store = new FolderStore(folder);
    await store.put(cid, block);
    // Sparse: it takes no room on the disk, but would in memory.
    await Deno.truncate(fileOf(folder, cid), 2 ** 40);
    equal(await store.get(cid), undefined);
    await store.put(cid, block);
    deepEqual(await store.get(cid), block);
  });
});

Deno.test("FolderStore never shows half a block, however many write it at once", async () => {
  await withFolder(async (folder) => {
    const blocks = Array.from({ length: 4 }, (_, i) => new Uint8Array(500_000).fill(i));
    const cids = await Promise.all(blocks.map(rawCid));
    const writers = Array.from({ length: 8 }, () => new FolderStore(folder));
    const seen: Promise<void>[] = [];
    for (const store of writers) {
      for (const [i, cid] of cids.entries()) {
        seen.push(
          store.put(cid, blocks[i]!).then(async () => deepEqual(await store.get(cid), blocks[i])),
        );
      }
    }
    await Promise.all(seen);
    deepEqual(await names(`${folder}/tmp`), []);
  });
});

Deno.test("FolderStore survives writers in processes of their own that are killed in the midst", async () => {
  await withFolder(async (folder) => {
    const source = `
      import { rawCid } from "${import.meta.resolve("../core/ipfs/cid.ts")}";
      import { FolderStore } from "${import.meta.resolve("./folder_store.ts")}";
      const store = new FolderStore(${JSON.stringify(folder)});
      for (let i = 0;; i++) {
        const block = new Uint8Array(200_000).fill(i % 250);
        block[0] = i >> 8;
        await store.put(await rawCid(block), block);
        if (i === 3) console.log("going");
      }`;
    const args = [
      "eval",
      "--config",
      fileURLToPath(new URL("../deno.json", import.meta.url)),
      source,
    ];
    const writers = [0, 1].map(() =>
      new Deno.Command(Deno.execPath(), { args, stdout: "piped", stderr: "inherit" }).spawn()
    );
    for (const writer of writers) {
      const output = writer.stdout.getReader();
      equal((await output.read()).done, false, "the writer did not start");
      await output.cancel();
      writer.kill("SIGKILL");
      await writer.status;
    }
    for (const place of await names(folder)) {
      if (place === "tmp") continue;
      for (const key of await names(`${folder}/${place}`)) {
        const block = await Deno.readFile(`${folder}/${place}/${key}`);
        equal(blockKey(await rawCid(block)), key, "a half-written block is in its place");
      }
    }
  });
});

Deno.test("FolderStore removes what a crashed writer left behind, but not what one is writing", async () => {
  await withFolder(async (folder) => {
    await Deno.mkdir(`${folder}/tmp`, { recursive: true });
    await Deno.writeFile(`${folder}/tmp/old`, new Uint8Array(10));
    await Deno.writeFile(`${folder}/tmp/new`, new Uint8Array(10));
    await Deno.utime(`${folder}/tmp/old`, new Date(), new Date(Date.now() - 7_200_000));
    const block = utf8.encode("x");
    await new FolderStore(folder).put(await rawCid(block), block);
    deepEqual(await names(`${folder}/tmp`), ["new"]);
  });
});

Deno.test("FolderStore refuses what it could not check or nobody would accept", async () => {
  await withFolder(async (folder) => {
    const store = new FolderStore(folder);
    const sha1 = CID.decode(Uint8Array.from([1, 0x55, 0x11, 20, ...new Uint8Array(20)]));
    await rejects(store.put(sha1, new Uint8Array(1)), TypeError);
    equal(await store.get(sha1), undefined);
    const cid = parseCid("bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku");
    await rejects(store.put(cid, new Uint8Array(MAX_BLOCK_BYTES + 1)), RangeError);
  });
});

Deno.test("FolderStore tells when its folder cannot be used, and leaves nothing behind", async () => {
  await withFolder(async (folder) => {
    const block = utf8.encode("x");
    const cid = await rawCid(block);
    await Deno.writeTextFile(folder, "a file where the folder should be");
    await rejects(new FolderStore(folder).put(cid, block), Error);
    await Deno.remove(folder);
    await Deno.mkdir(folder);
    await Deno.writeTextFile(`${folder}/tmp`, "a file where its folder should be");
    const early = new FolderStore(folder);
    await rejects(early.put(cid, block), Error);
    await Deno.remove(`${folder}/tmp`);
    await early.put(cid, block);
    deepEqual(await early.get(cid), block, "it works as soon as the folder can be used");
    await Deno.remove(folder, { recursive: true });
    // A folder where the block's file belongs cannot be replaced by a rename.
    await Deno.mkdir(fileOf(folder, cid), { recursive: true });
    const store = new FolderStore(folder);
    equal(await store.get(cid), undefined);
    await rejects(store.put(cid, block), Error);
    deepEqual(await names(`${folder}/tmp`), []);
  });
});
