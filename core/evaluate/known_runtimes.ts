/** A runtime as a manifest pins it: what every miner of a competition must run. */
export interface RuntimePin {
  /** The package; its plain WASM build. */
  name: "onnxruntime-web";
  /** Exact version, such as "1.30.0". */
  version: string;
  /** SHA-256 of the .wasm file, 64 lower-case hex digits. */
  wasm: string;
}

/** The runtimes that this version of DeML can run; the last one is what our tools put into manifests. */
export const KNOWN_RUNTIMES: readonly RuntimePin[] = [
  {
    name: "onnxruntime-web",
    version: "1.30.0",
    wasm: "3398c10d07d229bd91b364548e130e0e51a8e5704b88c7c083ebbeb78842dee2",
  },
];

/** Whether a miner with this version can evaluate a competition that pins `pin`; otherwise it does not enroll. */
export function isKnownRuntime(pin: RuntimePin): boolean {
  return KNOWN_RUNTIMES.some((known) => sameRuntime(known, pin));
}

/** Whether two pins name the same runtime. */
export function sameRuntime(a: RuntimePin, b: RuntimePin): boolean {
  return a.name === b.name && a.version === b.version && a.wasm === b.wasm;
}
