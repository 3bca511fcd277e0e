import { checkManifest } from "./manifest_check.ts";
import type { Manifest } from "./manifest_types.ts";
import { InvalidManifest } from "./schema.ts";

export { checkManifest } from "./manifest_check.ts";
export * from "./manifest_types.ts";
export { InvalidManifest } from "./schema.ts";

/** Most bytes of a manifest: it is one raw IPFS block. */
export const MAX_MANIFEST_BYTES = 1024 * 1024;

/**
 * Reads and checks a manifest. Fields that version 1 does not know are kept and ignored.
 *
 * @throws {InvalidManifest} with the path of the wrong field, what was expected and what it has
 */
export function parseManifest(bytes: Uint8Array): Manifest {
  if (bytes.length > MAX_MANIFEST_BYTES) {
    const limit = `at most ${MAX_MANIFEST_BYTES} bytes`;
    throw new InvalidManifest("manifest", `expected ${limit}, got ${bytes.length}`);
  }
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new InvalidManifest("manifest", `expected JSON in UTF-8, got "${why}"`, { cause });
  }
  return checkManifest(value);
}

/**
 * The bytes of a manifest, checked: the SHA-256 of exactly these goes into the contract.
 *
 * @throws {InvalidManifest} as {@link parseManifest}
 */
export function encodeManifest(manifest: Manifest): Uint8Array<ArrayBuffer> {
  const bytes = new TextEncoder().encode(JSON.stringify(manifest, null, 1) + "\n");
  parseManifest(bytes);
  return bytes;
}

/** Values of one row: the product of the input shape. */
export function featureCount(manifest: Manifest): number {
  return manifest.input.shape.reduce((all, dim) => all * dim, 1);
}
