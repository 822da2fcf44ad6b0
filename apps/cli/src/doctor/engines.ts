/**
 * The parts that compute: libtorch, its devices, the WebAssembly kernels, libsodium.
 *
 * @module
 */
import { homedir } from 'node:os';
import { join } from 'node:path';
import { type Finding, reasonOf } from './finding.js';
import { findCache } from './machine.js';

declare const WebAssembly: { validate(bytes: Uint8Array): boolean };

const setup = 'npm run setup';

/** The file that libtorch was loaded from: what the process itself says it has mapped. */
function loadedLibtorch(): string | null {
  const { sharedObjects } = process.report.getReport() as unknown as { readonly sharedObjects: readonly string[] };
  const find = (name: RegExp) => sharedObjects.find((path) => name.test(path));
  return find(/libtorch_cpu[^/\\]*$/) ?? find(/libtorch[^/\\]*$/) ?? null;
}

/** The addon, the libtorch under it, and CUDA devices. */
export async function findTorch(): Promise<Finding[]> {
  const addon = { name: 'libtorch addon', needed: true };
  try {
    const torch = await import('@relent/torch');
    const operators = torch.operatorNames().length;
    const devices = torch.cudaDeviceCount();
    const path = loadedLibtorch();
    return [
      {
        name: 'libtorch',
        ok: true,
        needed: true,
        detail: [torch.version(), ...(path === null ? [] : [path])].join(', '),
      },
      { ...addon, ok: true, detail: `built, ${operators} operators` },
      {
        name: 'CUDA',
        ok: devices > 0,
        needed: false,
        detail:
          devices > 0
            ? `${devices} ${devices === 1 ? 'device' : 'devices'}: --device cuda:0${devices > 1 ? ` to cuda:${devices - 1}` : ''}`
            : 'no device, or a libtorch without CUDA; networks run on the CPU (docs/cuda.md)',
      },
    ];
  } catch (error) {
    return [{ ...addon, ok: false, detail: reasonOf(error), mend: setup }];
  }
}

/** A module of one function that adds vectors: valid only where there is SIMD. */
const simdModule = Uint8Array.from([
  ...[0, 97, 115, 109, 1, 0, 0, 0],
  ...[1, 5, 1, 96, 0, 1, 123],
  ...[3, 2, 1, 0],
  ...[10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11],
]);

/** The kernels of the private engine: loaded, and one product compared with plain arithmetic. */
export async function findKernels(): Promise<Finding> {
  const kernels = { name: 'WebAssembly kernels', needed: true };
  if (!WebAssembly.validate(simdModule))
    return { ...kernels, ok: false, detail: 'this Node has no WebAssembly SIMD', mend: 'get Node 20.19 or later' };
  try {
    const { loadKernels } = await import('@relent/kernels');
    const pair = [1, 1] as const;
    const product = loadKernels().convolve(Int32Array.of(3, 2 ** 30), Int32Array.of(-7), null, {
      ...{ inChannels: 1, inHeight: 1, inWidth: 2, outChannels: 1, groups: 1 },
      ...{ kernel: pair, stride: pair, padding: [0, 0], dilation: pair },
    });
    const expected = [-21, Math.imul(2 ** 30, -7)];
    if (product.join() !== expected.join())
      throw new Error(`"product" expected ${expected.join()}, got ${product.join()}`);
    return { ...kernels, ok: true, detail: 'WebAssembly SIMD, tried with one product' };
  } catch (error) {
    return { ...kernels, ok: false, detail: reasonOf(error), mend: setup };
  }
}

/** The curve of the base oblivious transfers. */
export async function findSodium(): Promise<Finding> {
  const sodium = { name: 'libsodium', needed: true };
  try {
    const { default: library } = await import('libsodium-wrappers-sumo');
    await library.ready;
    return { ...sodium, ok: true, detail: library.SODIUM_VERSION_STRING };
  } catch (error) {
    return { ...sodium, ok: false, detail: reasonOf(error), mend: 'npm ci' };
  }
}

/** Every data set that has a name, and the folder that fetched ones go to. */
export async function findData(): Promise<Finding[]> {
  try {
    const { cacheFolder, listDatasets, locateDataset } = await import('@relent/train');
    const own = process.env.RELENT_DATA;
    const sets = listDatasets().map(({ name }): Finding => {
      const folder = locateDataset(name);
      const finding = { name: `data ${name}`, needed: false, ok: folder !== null };
      return folder === null
        ? { ...finding, detail: 'not here', mend: `relent data get ${name}` }
        : { ...finding, detail: folder };
    });
    return [findCache(own ? own : cacheFolder()), ...sets];
  } catch {
    // Without the addon the list of data sets does not load either; the folder can still be looked at.
    const root = process.env.XDG_CACHE_HOME;
    return [findCache(process.env.RELENT_DATA || join(root ? root : join(homedir(), '.cache'), 'relent'))];
  }
}
