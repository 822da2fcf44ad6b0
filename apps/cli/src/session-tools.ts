/**
 * What a private session needs of this machine: kernels, group, clock and fresh entropy.
 *
 * @module
 */
import type { SessionTools } from '@relent/protocol';

/** Loads the tools of one session; the seed in them must not be used for a second one. */
export async function loadSessionTools(): Promise<SessionTools> {
  const [{ default: sodium }, { sodiumGroup }, { loadKernels }, { freshSeed, nodeClock }] = await Promise.all([
    import('libsodium-wrappers-sumo'),
    import('@relent/crypto'),
    import('@relent/kernels'),
    import('@relent/protocol/node'),
  ]);
  await sodium.ready;
  return { kernels: loadKernels(), group: sodiumGroup(sodium), clock: nodeClock, seed: freshSeed() };
}
