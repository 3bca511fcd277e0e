/** Uploads of models by a visitor, for tests without a browser. */
import assert from "node:assert/strict";
import { startChain, type TestChain } from "../../../core/chain/testing/chain.ts";
import type { Manifest } from "../../../core/dataset/manifest.ts";
import type { Hex, Terms } from "../../../core/protocol/types.ts";
import {
  createUpload,
  type ModelFile,
  type UploadModel,
  type UploadOptions,
  type UploadState,
} from "../../src/models/upload.ts";
import { hashOf } from "../../src/models/upload_plan.ts";
import { prepare, type Prepared } from "../../src/work/prepare.ts";
import { noiseModel } from "./models.ts";
import { Stage } from "./stage.ts";
import { testManifest, visit, type Visitor } from "./visitor.ts";

const MANIFEST = `0x${"ab".repeat(32)}` as const;

/** Packs to {@linkcode CHUNKS} chunks. */
export const MODEL: Uint8Array = noiseModel({ hidden: 100 });
/** See {@linkcode MODEL}. */
export const CHUNKS = 3;
/** Packs to one chunk. */
export const SMALL: Uint8Array = noiseModel({ hidden: 1 });

/** What a test starts from, besides the competition's terms. */
export interface StartOptions extends Partial<Terms> {
  /** Index of an account that is a participant, too. */
  alsoRegistered?: number;
  mode?: Manifest["mode"];
}

/** An upload that can begin. */
export interface Started {
  chain: TestChain;
  stage: Stage;
  account: Hex;
  visitor: Visitor;
  upload: UploadModel;
}

/** Epoch 0 of a competition that the visitor takes part in. */
export async function start(
  { alsoRegistered, mode = "open", ...changes }: StartOptions = {},
): Promise<Started> {
  const chain = await startChain();
  const stage = await Stage.open(chain, { id: 0, manifest: MANIFEST, ...changes });
  const account = chain.accounts[1]!;
  await stage.register(account);
  if (alsoRegistered !== undefined) await stage.register(chain.accounts[alsoRegistered]!);
  await stage.enterEpoch(0);
  const visitor = await visit(chain, { account, manifest: testManifest({ mode }) });
  return { chain, stage, account, visitor, upload: uploadOf(visitor) };
}

/** The upload of a visitor. Nothing is scored: that has tests of its own. */
export function uploadOf(visitor: Visitor, changes: Partial<UploadOptions> = {}): UploadModel {
  const unscored = () => Promise.reject(new Error("no data in this test"));
  return createUpload({
    ...visitor,
    prepare: prepareOnce,
    scoring: { rows: unscored, runtime: unscored, score: unscored },
    ...changes,
  });
}

/** Chooses a file, and float32 for its weights, where that is asked; up to the cost. */
export async function choose(upload: UploadModel, file: ModelFile): Promise<void> {
  await upload.choose([file]);
  const state = upload.state.value;
  if (state.step !== "weights") return;
  state.selection.choose(0);
  await upload.proceed();
}

/** What is submitted of an ONNX file with float32 weights. */
export async function packedOf(onnx: Uint8Array): Promise<Uint8Array> {
  const job = { files: [{ name: "model.onnx", bytes: onnx }], manifest: testManifest() };
  return (await prepareOnce(job)).candidates[0]!.packed;
}

const prepared = new Map<string, Promise<Prepared>>();

/** Prepares as the worker does, the same file once: packing takes seconds. */
function prepareOnce(job: Parameters<typeof prepare>[0]): Promise<Prepared> {
  const key = job.files.map(({ name, bytes }) => `${name} ${hashOf([{ offset: 0, data: bytes }])}`)
    .join();
  const found = prepared.get(key) ?? prepare(job, { progress() {} });
  prepared.set(key, found);
  return found;
}

/** A file as browsers give it. */
export function file(onnx: Uint8Array, name = "model.onnx"): ModelFile {
  return { name, size: onnx.length, arrayBuffer: () => Promise.resolve(onnx.slice().buffer) };
}

/** Asserts that an upload is at a step, and gives what belongs to it. */
export function expectStep<S extends UploadState["step"]>(
  state: UploadState,
  step: S,
): Extract<UploadState, { step: S }> {
  assert.equal(state.step, step, "problem" in state ? state.problem : undefined);
  return state as Extract<UploadState, { step: S }>;
}
