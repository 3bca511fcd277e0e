/** Real models that are changed: exports of the usual frameworks, operator cases, networks of the demo, hostile models. */
import { OPERATOR_CASES } from "../../core/evaluate/cases/all.ts";
import { CLASSES, FEATURES } from "../../core/evaluate/hostile/hostile.ts";
import { hostiles } from "../../core/evaluate/hostile/suite.ts";
import { InvalidModel } from "../../core/model/invalid.ts";
import { node, tensor, value } from "../../core/model/onnx/build.ts";
import {
  DataType,
  decodeModel,
  encodeModel,
  type ModelProto,
} from "../../core/model/onnx/codec.ts";
import { inflateModel } from "../../core/model/packing/inflate.ts";
import { exportOnnx } from "../demo/export.ts";
import { seededRandom } from "../demo/random.ts";
import type { Task } from "./data.ts";

/** A model to change. */
export interface Seed {
  /** Where it comes from. */
  readonly name: string;
  /** The ONNX file. */
  readonly onnx: Uint8Array;
  /** What it is asked to do. */
  readonly task: Task;
  /** Which kind of model it is. */
  readonly kind: Kind;
}

/** Kinds of models, and how many of a hundred changed ones come from each. */
export const KINDS = { export: 20, case: 65, hostile: 15 } as const;
/** See {@linkcode KINDS}. */
export type Kind = keyof typeof KINDS;

/** Larger files than this are left out: they would take most of the time. */
const MAX_BYTES = 450_000;

const DIGITS: Task = { shapes: [[1, 28, 28], [28, 28, 1], [784]], classes: 10 };
const TABLE: Task = { shapes: [[FEATURES], [1, 2, 2]], classes: CLASSES };

/** Kinds of hostile payloads that are models, and small. */
const STRUCTURED = ["version", "bomb", "number", "tree"];

const ROOT = new URL("../../", import.meta.url);
const SHARED = new URL("../shared/models/", ROOT);
const FIXTURES = new URL("core/model/packing/testdata/", ROOT);

/** Keeps models in a folder, for processes that would take seconds to make them. */
export async function saveCorpus(seeds: readonly Seed[], folder: string): Promise<void> {
  await Promise.all(seeds.map(({ onnx }, i) => Deno.writeFile(`${folder}/${i}.onnx`, onnx)));
  const list = seeds.map(({ name, task, kind }) => ({ name, task, kind }));
  await Deno.writeTextFile(`${folder}/list.json`, JSON.stringify(list));
}

/** Reads what {@linkcode saveCorpus} kept. */
export async function loadCorpus(folder: string): Promise<Seed[]> {
  const list: Omit<Seed, "onnx">[] = JSON.parse(await Deno.readTextFile(`${folder}/list.json`));
  const files = list.map((_, i) => Deno.readFile(`${folder}/${i}.onnx`));
  return (await Promise.all(files)).map((onnx, i) => ({ ...list[i]!, onnx }));
}

/** All models. Those beside the repository are left out where they are missing. */
export async function corpus(): Promise<Seed[]> {
  const seeds = [
    ...await exports(SHARED, () => DIGITS),
    ...await exports(FIXTURES, () => undefined),
    ...demoNetworks(),
    ...operatorCases(),
    ...hostileModels(),
  ];
  return seeds.filter(({ onnx }) => onnx.length <= MAX_BYTES);
}

async function exports(folder: URL, taskOf: () => Task | undefined): Promise<Seed[]> {
  const seeds: Seed[] = [];
  for (const name of await namesIn(folder)) {
    const onnx = await Deno.readFile(new URL(name, folder));
    const task = taskOf();
    const seed = task === undefined ? asRegression(decodeModel(onnx)) : { onnx, task };
    if (seed !== undefined) seeds.push({ name, kind: "export", ...seed });
  }
  return seeds;
}

async function namesIn(folder: URL): Promise<string[]> {
  try {
    const entries = await Array.fromAsync(Deno.readDir(folder));
    return entries.map(({ name }) => name).filter((name) => name.endsWith(".onnx")).sort();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

function demoNetworks(): Seed[] {
  const random = seededRandom(1, "fuzz network");
  const layer = (inputs: number, outputs: number) => ({
    inputs,
    outputs,
    weights: Float32Array.from({ length: inputs * outputs }, () => random.normal() / 10),
    bias: new Float32Array(outputs),
  });
  const [shape = []] = DIGITS.shapes;
  return [[layer(784, 10)], [layer(784, 16), layer(16, 10)]].map((network, i) => ({
    name: `demo network ${i}`,
    onnx: exportOnnx(network as never, shape),
    task: DIGITS,
    kind: "export",
  }));
}

function operatorCases(): Seed[] {
  return Object.entries(OPERATOR_CASES).flatMap(([name, build]) => {
    const seed = asRegression(decodeModel(build().onnx));
    return seed === undefined ? [] : [{ name: `case ${name}`, kind: "case" as const, ...seed }];
  });
}

function hostileModels(): Seed[] {
  const structured = STRUCTURED.flatMap((kind) => [...hostiles(kind)]);
  return structured.flatMap(({ name, packed }) => {
    try {
      const onnx = inflateModel(packed());
      decodeModel(onnx);
      return onnx.length > 20_000
        ? []
        : [{ name: `hostile ${name}`, onnx, task: TABLE, kind: "hostile" as const }];
    } catch (error) {
      // Only what decodes can be changed by structure.
      if (error instanceof InvalidModel || error instanceof SyntaxError) return [];
      throw error;
    }
  });
}

/** A model of any outputs as a regression: one more output has a number for each row. */
function asRegression(file: ModelProto): { onnx: Uint8Array; task: Task } | undefined {
  const graph = file.graph!;
  const input = graph.input[0];
  const type = input?.type?.tensorType;
  const [, ...shape] = (type?.shape?.dim ?? []).map(({ dimValue }) => Number(dimValue ?? 1));
  if (input?.name === undefined || type?.elemType !== DataType.FLOAT || shape.length === 0) {
    return undefined;
  }
  const isMain = ({ domain = "" }) => domain === "" || domain === "ai.onnx";
  const before13 = Number(file.opsetImport.find(isMain)?.version) < 13;
  if (!before13) graph.initializer.push(tensor("fuzz_axis", [1], BigInt64Array.of(1n)));
  graph.node.push(
    node("Flatten", [input.name], ["fuzz_flat"]),
    before13
      ? node("Unsqueeze", ["fuzz_flat"], ["fuzz_wide"], { axes: [1] })
      : node("Unsqueeze", ["fuzz_flat", "fuzz_axis"], ["fuzz_wide"]),
    node("GlobalMaxPool", ["fuzz_wide"], ["fuzz_peak"]),
    node("Flatten", ["fuzz_peak"], ["fuzz_score"]),
  );
  graph.output.unshift(value("fuzz_score", [type.shape?.dim[0]?.dimParam ?? "N", 1]));
  return { onnx: encodeModel(file), task: { shapes: [shape], classes: undefined } };
}
