/**
 * Loads the WebAssembly kernels from the bytes that the build embeds, without file access.
 * @module
 */
import { kernelsWasm, memoryFlagsAt, memoryPages } from '../generated/kernels-wasm.js';
import { decodeBase64 } from './base64.js';
import type { Kernels } from './contract.js';
import { newEngine, type Threads } from './engine.js';
import { bindKernels } from './wasm.js';
import type { WasmPlatform } from './webassembly.js';

declare const WebAssembly: WasmPlatform;

const HAS_MAXIMUM = 1;
const IS_SHARED = 2;

/** Options of {@link loadKernels}. */
export interface LoadOptions {
  /** Threads that share the work of large calls; default: the caller's alone. The platform must share memory between them. */
  readonly threads?: Threads;
}

/** The module's bytes, for a memory of the caller's own or for one that is shared. */
function moduleBytes(shared: boolean): Uint8Array<ArrayBuffer> {
  const bytes = decodeBase64(kernelsWasm);
  bytes[memoryFlagsAt] = shared ? HAS_MAXIMUM | IS_SHARED : HAS_MAXIMUM;
  return bytes;
}

function threadsOf({ threads }: LoadOptions): Threads | null {
  if (threads === undefined) return null;
  if (!Number.isInteger(threads.count) || threads.count < 1 || threads.count > 64) {
    throw new RangeError(`"threads" expected a count in 1..64, got ${threads.count}`);
  }
  return threads.count > 1 ? threads : null;
}

function instantiate(module: object, threads: Threads | null): Kernels {
  const engine = () => newEngine(module, memoryPages, threads);
  return bindKernels(engine(), engine);
}

/**
 * Loads the kernels at once: for Node and for workers. Each call makes an instance with a memory of its own.
 *
 * A page's main thread may refuse to compile synchronously; use {@link loadKernelsAsync} there. With threads the caller waits for
 * them now and then, which a page's main thread may not.
 * @throws RangeError if the number of threads is not in 1..64.
 */
export function loadKernels(options: LoadOptions = {}): Kernels {
  const threads = threadsOf(options);
  return instantiate(new WebAssembly.Module(moduleBytes(threads !== null)), threads);
}

/** Loads the kernels off the main thread; see {@link loadKernels}. */
export async function loadKernelsAsync(options: LoadOptions = {}): Promise<Kernels> {
  const threads = threadsOf(options);
  return instantiate(await WebAssembly.compile(moduleBytes(threads !== null)), threads);
}
