/**
 * The library as a whole: version, threads, accelerators.
 * @module
 */
import { binding } from './binding.js';
import { attempt } from './native-error.js';

/** The version of libtorch, e.g. `1.13.0`. */
export function version(): string {
  return binding.version();
}

/** How many threads one operator may use. @throws RangeError if `count` is not a positive whole number. */
export function setThreads(count: number): void {
  if (!Number.isSafeInteger(count) || count < 1)
    throw new RangeError(`"count" expected a positive whole number, got ${count}`);
  attempt('setThreads', () => binding.setThreads(count));
}

/** The number set by {@link setThreads}, or the library's choice. */
export function getThreads(): number {
  return binding.getThreads();
}

/** Whether this libtorch can compute on a CUDA device here. */
export function cudaAvailable(): boolean {
  return cudaDeviceCount() > 0;
}

/** The number of CUDA devices; they are named `cuda:0`, `cuda:1`, … */
export function cudaDeviceCount(): number {
  return attempt('cudaDeviceCount', () => binding.cudaDeviceCount());
}

/** Waits until everything queued on the current CUDA device is done: for timing. */
export function cudaSynchronize(): void {
  attempt('cudaSynchronize', () => binding.cudaSynchronize());
}

/**
 * Speed against reproducibility on CUDA.
 * @param options.benchmark - Let cuDNN time its convolution algorithms and keep the fastest.
 * @param options.allowTf32 - Round the factors of float32 products to 10 bits of mantissa.
 */
export function setCudaTuning({ benchmark, allowTf32 }: { benchmark: boolean; allowTf32: boolean }): void {
  attempt('setCudaTuning', () => binding.setCudaTuning(benchmark, allowTf32));
}
