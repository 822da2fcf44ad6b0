/**
 * The raw layer: the native addon's entry points, one to one, and its loader. Handles are numbers (native/handle.h).
 * @module
 */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

/** What a raw operator call takes: handles, codes, numbers, strings, and lists of them. */
export type RawArgument = number | bigint | boolean | string | null | undefined | readonly RawArgument[];

/** What a raw operator call returns: tensors as handles, results that are arguments as `undefined`. */
export type RawResult = number | bigint | boolean | string | null | undefined | RawResult[];

/** Any typed array whose bytes can cross the border. */
export type TypedArray =
  | Float32Array
  | Float64Array
  | BigInt64Array
  | Int32Array
  | Int16Array
  | Uint16Array
  | Int8Array
  | Uint8Array
  | Uint8ClampedArray;

/** The addon's exports. Every function throws a plain `Error` on failure; callers add the context. */
export interface Binding {
  resolve(name: string, overload: string): number;
  call(index: number, ...args: RawArgument[]): RawResult;
  schemas(): string[];
  schema(name: string, overload: string): string | null;

  free(handle: number): boolean;
  freeAll(handles: Float64Array, count: number): void;
  liveHandles(): number;

  shape(tensor: number): number[];
  strides(tensor: number): number[];
  dtype(tensor: number): number;
  device(tensor: number): string;
  item(tensor: number): number | bigint | boolean;
  fromBytes(data: TypedArray, dataType: number, shape: readonly number[], dtype: number, device: string): number;
  copyOut(tensor: number, into: TypedArray): void;
  shareBytes(data: TypedArray, dtype: number, shape: readonly number[]): number;
  releaseShared(): void;

  backward(
    outputs: number[],
    gradients: (number | null)[],
    retainGraph?: boolean,
    createGraph?: boolean,
    inputs?: number[],
  ): void;
  gradients(
    outputs: number[],
    inputs: number[],
    gradients: (number | null)[],
    retainGraph?: boolean,
    createGraph?: boolean,
    allowUnused?: boolean,
  ): (number | null)[];
  setGradEnabled(enabled: boolean): boolean;
  gradEnabled(): boolean;
  requiresGrad(tensor: number): boolean;
  setRequiresGrad(tensor: number, requires: boolean): void;
  isLeaf(tensor: number): boolean;
  gradOf(tensor: number): number | null;
  gradsOf(tensors: number[]): (number | null)[];
  setGrad(tensor: number, gradient: number | null): void;
  clearGrads(tensors: number[]): void;

  newGenerator(device: string, seed: number | bigint): number;
  seedGenerator(generator: number, seed: number | bigint): void;
  generatorState(generator: number): number;
  setGeneratorState(generator: number, state: number): void;
  manualSeed(seed: number | bigint): void;

  version(): string;
  setThreads(count: number): void;
  getThreads(): number;
  cudaDeviceCount(): number;
  cudaSynchronize(): void;
  setCudaTuning(benchmark: boolean, allowTf32: boolean): void;
}

function load(): Binding {
  // OpenMP reads this once, when libtorch loads. Its default lets idle threads spin, which costs many times the work
  // itself as soon as anything else runs on the machine.
  process.env.OMP_WAIT_POLICY ??= 'passive';
  // OpenBLAS keeps threads of its own, and its small products get slower by them; convolutions do not go through it.
  process.env.OPENBLAS_NUM_THREADS ??= '1';
  const path = fileURLToPath(new URL('../build/relent_torch.node', import.meta.url));
  const remedy = 'Type:  npm run setup      (or, with libtorch installed:  node packages/torch/scripts/build.mjs)';
  if (!existsSync(path))
    throw new Error(`the native part of @relent/torch is not built (${path} is missing).\n${remedy}`);
  try {
    return createRequire(import.meta.url)(path) as Binding;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const platform = `${process.platform}-${process.arch}, Node ${process.version}`;
    throw new Error(
      `the native part of @relent/torch does not load on ${platform}: ${reason}\n` +
        `libtorch may have moved or changed since it was built. ${remedy}`,
      { cause },
    );
  }
}

/** The loaded addon. */
export const binding: Binding = load();
