/** Seeded mutations of real models: nothing but a ConversionError or a sound model may come of them. */
import assert from "node:assert/strict";
import { crc32 } from "node:zlib";
import { encodeModel } from "../onnx/codec.ts";
import type { ModelProto } from "../onnx/types.ts";
import { ConversionError, convertModel } from "./convert.ts";
import type { ModelFile } from "./file.ts";
import { readZipEntry, zipEntries } from "./formats/zip.ts";
import type { Json } from "./json.ts";
import { type Fixture, fixtures, readFiles } from "./testing.ts";

/** mulberry32: numbers from 0 to below 1. */
function random(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const all = await fixtures();
const stored = new Map<Fixture, ModelFile[]>(
  await Promise.all(all.map(async (fixture): Promise<[Fixture, ModelFile[]]> => [
    fixture,
    await readFiles(fixture),
  ])),
);
const byEnd = (end: string) =>
  [...stored].filter(([{ files }]) => files[0]?.endsWith(end)).map(([, files]) => files);

/** Whether the files converted. @throws whatever is no ConversionError */
async function convert(files: ModelFile[]): Promise<boolean> {
  let model: ModelProto;
  try {
    model = await convertModel(files);
  } catch (error) {
    if (error instanceof ConversionError) return false;
    throw error;
  }
  checkSound(model);
  return true;
}

/** Every name is written once and before it is read, and the whole encodes. */
function checkSound(model: ModelProto): void {
  const { graph } = model;
  const known = new Set(
    [...graph?.input ?? [], ...graph?.initializer ?? []].map(({ name }) => name),
  );
  for (const { input, output } of graph?.node ?? []) {
    for (const name of input) assert.ok(name === "" || known.has(name), `reads ${name}`);
    for (const name of output.filter((name) => name !== "")) {
      assert.ok(!known.has(name), `writes ${name} again`);
      known.add(name);
    }
  }
  for (const { name } of graph?.output ?? []) assert.ok(known.has(name), `gives ${name}`);
  assert.ok(encodeModel(model).length > 0);
}

const VALUES: Json[] = [
  null,
  true,
  false,
  0,
  -1,
  1,
  2,
  3,
  7,
  0.5,
  -2,
  64,
  1e9,
  1e300,
  "",
  "x",
  "same",
  "relu",
  "softmax",
  "channels_first",
  "__proto__",
  [],
  {},
  [1, 1],
  [2, 3],
  [[1, 2], [3, 4]],
  [null, 4],
  { class_name: "ReLU", config: {} },
];

/** Changes one place of a JSON value, at any depth; containers near the top as likely as leaves. */
function mutate(json: Json, draw: () => number): void {
  const places: [container: Record<string, Json>, key: string][] = [];
  const visit = (value: Json) => {
    if (typeof value !== "object" || value === null) return;
    for (const key of Object.keys(value)) {
      places.push([value as Record<string, Json>, key]);
      visit((value as Record<string, Json>)[key] as Json);
    }
  };
  visit(json);
  const pick = <T>(list: readonly T[]) => list[Math.floor(draw() * list.length)] as T;
  const [container, key] = pick(places);
  const kind = draw();
  if (kind < 0.15) delete container[key];
  else if (kind < 0.3) {
    const [other, name] = pick(places);
    container[key] = structuredClone(other[name]) as Json;
  } else if (kind < 0.5 && typeof container[key] === "number") {
    container[key] = container[key] as number + pick([-1, 1, 2, -3]);
  } else container[key] = structuredClone(pick(VALUES));
}

function parse(bytes: Uint8Array): Json {
  return JSON.parse(new TextDecoder().decode(bytes));
}

function print(json: Json): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(JSON.stringify(json));
}

Deno.test("1500 mutated model.json files", async () => {
  const draw = random(1);
  const models = byEnd(".json");
  let converted = 0;
  for (let i = 0; i < 1500; i++) {
    const [json, ...shards] = models[i % models.length] as [ModelFile, ...ModelFile[]];
    const changed = parse(json.bytes);
    for (let n = 1 + Math.floor(draw() * 3); n > 0; n--) mutate(changed, draw);
    if (await convert([{ ...json, bytes: print(changed) }, ...shards])) converted++;
  }
  // Too few and too many would both mean that the mutations do not reach what they are for.
  assert.ok(converted > 100 && converted < 1400, `${converted} converted`);
});

Deno.test("150 mutated config.json files in .keras files", async () => {
  const draw = random(2);
  const models = byEnd(".keras");
  let converted = 0;
  for (let i = 0; i < 150; i++) {
    const [{ bytes }] = models[i % models.length] as [ModelFile];
    const entries = zipEntries(bytes);
    const parts = new Map([...entries].map(([name, entry]) => [name, readZipEntry(bytes, entry)]));
    const config = parse(parts.get("config.json") as Uint8Array);
    mutate(config, draw);
    parts.set("config.json", print(config));
    if (await convert([{ name: "m.keras", bytes: zip(parts) }])) converted++;
  }
  assert.ok(converted > 15 && converted < 140, `${converted} converted`);
});

Deno.test("200 damaged .h5 files, 100 damaged zip archives", async () => {
  const draw = random(3);
  for (const [end, cases] of [[".h5", 200], [".keras", 100]] as const) {
    const models = byEnd(end);
    for (let i = 0; i < cases; i++) {
      const [{ name, bytes }] = models[i % models.length] as [ModelFile];
      const damaged = bytes.slice(
        0,
        draw() < 0.2 ? Math.floor(draw() * bytes.length) : bytes.length,
      );
      // Headers and trees lie among the first bytes of an HDF5 file, and are what a reader trips over.
      const reach = draw() < 0.5 ? Math.min(4096, damaged.length) : damaged.length;
      for (let n = 0; n < 4; n++) damaged[Math.floor(draw() * reach)] = Math.floor(draw() * 256);
      await convert([{ name, bytes: damaged }]);
    }
  }
  assert.ok(await convert(byEnd(".h5")[0] as ModelFile[]), "a sound file after them");
});

/** A zip archive of stored files. */
function zip(parts: ReadonlyMap<string, Uint8Array>): Uint8Array {
  const local: Uint8Array[] = [];
  const central: Uint8Array[] = [];
  let at = 0;
  for (const [name, content] of parts) {
    const title = new TextEncoder().encode(name);
    const fields = new Uint8Array(46);
    const view = new DataView(fields.buffer);
    view.setUint32(0, 0x02014b50, true);
    view.setUint32(16, crc32(content), true);
    view.setUint32(20, content.length, true);
    view.setUint32(24, content.length, true);
    view.setUint16(28, title.length, true);
    view.setUint32(42, at, true);
    const head = new Uint8Array(30);
    head.set([0x50, 0x4b, 3, 4]);
    head[26] = title.length;
    local.push(head, title, content);
    central.push(fields, title);
    at += 30 + title.length + content.length;
  }
  const end = new Uint8Array(22);
  const view = new DataView(end.buffer);
  view.setUint32(0, 0x06054b50, true);
  view.setUint16(10, parts.size, true);
  view.setUint32(16, at, true);
  const all = [...local, ...central, end];
  const bytes = new Uint8Array(all.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const piece of all) {
    bytes.set(piece, offset);
    offset += piece.length;
  }
  return bytes;
}
