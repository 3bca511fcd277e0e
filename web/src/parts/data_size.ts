/** How much data a competition has, for who pays for each byte or waits for it. */
import type { Part } from "../../../core/dataset/manifest.ts";
import { filesOf } from "../../../core/dataset/test_set.ts";

/** More bytes than this are loaded only by who asks for them. */
export const LARGE_BYTES = 64_000_000;

/** Bytes of all files of these parts, as the manifest states them. */
export function bytesOf(...parts: (Part | undefined)[]): number {
  return parts.flatMap((part) => part === undefined ? [] : filesOf(part))
    .reduce((sum, { bytes }) => sum + bytes, 0);
}
