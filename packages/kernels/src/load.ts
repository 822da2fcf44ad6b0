/**
 * Loads the WebAssembly kernels from the bytes that the build embeds, without file access.
 * @module
 */
import { kernelsWasm } from '../generated/kernels-wasm.js';
import { decodeBase64 } from './base64.js';
import type { Kernels } from './contract.js';
import { bindKernels } from './wasm.js';
import type { WasmExports, WasmPlatform } from './webassembly.js';

declare const WebAssembly: WasmPlatform;

function instantiate(module: object): Kernels {
  const instance = (): WasmExports => new WebAssembly.Instance(module, {}).exports as WasmExports;
  return bindKernels(instance(), instance);
}

/**
 * Loads the kernels at once: for Node and for workers. Each call makes an instance with a memory of its own.
 *
 * A page's main thread may refuse to compile synchronously; use {@link loadKernelsAsync} there.
 */
export function loadKernels(): Kernels {
  return instantiate(new WebAssembly.Module(decodeBase64(kernelsWasm)));
}

/** Loads the kernels off the main thread; see {@link loadKernels}. */
export async function loadKernelsAsync(): Promise<Kernels> {
  return instantiate(await WebAssembly.compile(decodeBase64(kernelsWasm)));
}
