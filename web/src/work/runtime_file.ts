/** The runtime's .wasm file, as the site has it beside its page. */
import { KNOWN_RUNTIMES } from "../../../core/evaluate/known_runtimes.ts";

/** Its name beside index.html: zipped, since few IPFS gateways zip what they send. */
export function runtimeFile(): string {
  const { name, version } = KNOWN_RUNTIMES.at(-1)!;
  return `${name}-${version}.wasm.gz`;
}
