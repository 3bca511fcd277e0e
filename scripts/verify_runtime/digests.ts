/**
 * Digests of all operator cases in whatever engine this is. Bundled for Node and browsers, so nothing but the core is
 * used here.
 */
import { OPERATOR_CASES } from "../../core/evaluate/cases/all.ts";
import { caseDigest } from "../../core/evaluate/cases/digest.ts";
import { goldenDigest } from "../../core/evaluate/golden.ts";
import { startRuntime } from "../../core/evaluate/runtime.ts";

/** Name under which the digest of the self-test of every evaluation stands among those of the cases. */
export const SELF_TEST = "self-test";

/** Digest by name of the case; what went wrong in place of one that failed. */
export type Digests = Readonly<Record<string, string>>;

/**
 * Runs all cases, one after the other, in one runtime.
 *
 * @param wasm the bytes of ort-wasm-simd-threaded.wasm
 * @param options `backwards`: the last case first, so that each runs after other ones
 * @throws {LocalFailure} if the runtime does not start
 */
export async function allDigests(
  wasm: Uint8Array<ArrayBuffer>,
  { backwards = false }: { backwards?: boolean } = {},
): Promise<Digests> {
  const runtime = await startRuntime(wasm);
  return await runtime.exclusive(async () => {
    const digests: Record<string, string> = { [SELF_TEST]: await goldenDigest(runtime) };
    const cases = Object.entries(OPERATOR_CASES);
    for (const [name, build] of backwards ? cases.reverse() : cases) {
      try {
        digests[name] = await caseDigest(build(), { runtime });
      } catch (error) {
        digests[name] = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
      }
    }
    return digests;
  });
}
