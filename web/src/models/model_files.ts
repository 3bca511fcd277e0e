/** Reading the files that a participant chose. */
import { MAX_FILE_BYTES, MAX_FILES } from "../../../core/model/conversion/limits.ts";
import { formatBytes, formatInteger } from "../parts/format.ts";
import type { NamedBytes } from "../work/prepare.ts";

/** A file that the user chose. */
export type ModelFile = Pick<File, "name" | "size" | "arrayBuffer">;

/** Most bytes of all files together: four times what a model may have (16 MiB), since some formats are wordy. */
const MAX_TOTAL_BYTES = MAX_FILE_BYTES;

/** What to call the files before they are looked into. */
export function titleOf(files: readonly Pick<ModelFile, "name">[]): string {
  return files.length === 1 ? files[0]!.name : `${formatInteger(files.length)} files`;
}

/**
 * Reads files, after a look at their sizes.
 *
 * @throws {RangeError} if there are none, too many, or too many bytes
 */
export async function readFiles(files: readonly ModelFile[]): Promise<NamedBytes[]> {
  if (files.length === 0 || files.length > MAX_FILES) {
    throw new RangeError(
      `expected 1 to ${MAX_FILES} files of one model, got ${formatInteger(files.length)}`,
    );
  }
  const total = sizeOf(files);
  if (total === 0 || total > MAX_TOTAL_BYTES) {
    throw new RangeError(
      `expected a model of at most ${formatBytes(MAX_TOTAL_BYTES)}, got ${
        total === 0 ? "an empty file" : formatBytes(total)
      }`,
    );
  }
  return await Promise.all(files.map(async (file) => ({
    name: file.name,
    bytes: new Uint8Array(await file.arrayBuffer()),
  })));
}

/** Bytes of all files. */
export function sizeOf(files: readonly Pick<ModelFile, "size">[]): number {
  return files.reduce((sum, { size }) => sum + size, 0);
}
