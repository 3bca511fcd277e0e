/** 256 MiB in pages of 64 KiB: the most memory of a runtime (PROTOCOL.md section 7). */
export const MAX_MEMORY_PAGES = 4096;

/** The runtime makes one shared memory that may grow to the 4 GiB of a 32-bit address space. */
const UNBOUNDED_PAGES = 65_536;

/**
 * Runs `start` so that a runtime which starts in it gets memory of at most `MAX_MEMORY_PAGES`.
 * onnxruntime-web has no option for this: while `start` runs, `WebAssembly.Memory` narrows descriptors
 * like the runtime's, and no others; then the engine's own class is back in place.
 *
 * @returns how many memories were narrowed: 1 for a runtime that started
 */
export async function withBoundedMemory(start: () => Promise<unknown>): Promise<number> {
  const Memory = WebAssembly.Memory;
  let narrowed = 0;
  class BoundedMemory extends Memory {
    constructor(descriptor: WebAssembly.MemoryDescriptor) {
      const unbounded = descriptor.shared === true && descriptor.maximum === UNBOUNDED_PAGES;
      if (unbounded) narrowed++;
      super(unbounded ? { ...descriptor, maximum: MAX_MEMORY_PAGES } : descriptor);
    }
  }
  WebAssembly.Memory = BoundedMemory;
  try {
    await start();
  } finally {
    WebAssembly.Memory = Memory;
  }
  return narrowed;
}

/**
 * Runs `start` so that a runtime which starts in it is instantiated from a compiled module. onnxruntime-web takes
 * the bytes of a file only: while `start` runs, the first `WebAssembly.instantiate` gets the module in their place.
 *
 * @throws {Error} whatever `start` throws
 */
export async function withCompiled(
  module: WebAssembly.Module,
  start: () => Promise<unknown>,
): Promise<void> {
  const { instantiate } = WebAssembly;
  WebAssembly.instantiate = async (_file: unknown, imports?: WebAssembly.Imports) => {
    WebAssembly.instantiate = instantiate;
    return { module, instance: await instantiate(module, imports) } as never;
  };
  try {
    await start();
  } finally {
    WebAssembly.instantiate = instantiate;
  }
}
