/**
 * What a private session needs of this machine: kernels, group, clock and fresh entropy.
 *
 * @module
 */
import type { Kernels } from '@relent/kernels';
import type { SessionTools } from '@relent/protocol';

let kernels: Kernels | null = null;

/**
 * Loads the tools of one session; the seed in them must not be used for a second one, the kernels are those of all.
 * @param threads - of the kernels, settled by the first call.
 */
export async function loadSessionTools(threads: number): Promise<SessionTools> {
  const [{ default: sodium }, { sodiumGroup }, { loadKernels }, { freshSeed, nodeClock, nodeThreads }] =
    await Promise.all([
      import('libsodium-wrappers-sumo'),
      import('@relent/crypto'),
      import('@relent/kernels'),
      import('@relent/protocol/node'),
    ]);
  await sodium.ready;
  kernels ??= loadKernels({ threads: nodeThreads(threads) });
  return { kernels, group: sodiumGroup(sodium), clock: nodeClock, seed: freshSeed() };
}
