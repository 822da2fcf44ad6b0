/** Seeded SoftSpoken set-ups for tests. */
import { type Kernels, loadKernels } from '@relent/kernels';
import sodium from 'libsodium-wrappers-sumo';
import { sodiumGroup } from '../../../dist/ot/base/group.js';
import { softspokenReceiver } from '../../../dist/ot/softspoken/receiver.js';
import { softspokenSender } from '../../../dist/ot/softspoken/sender.js';
import { seededRandom } from '../../../dist/random.js';
import { type SimulateOptions, simulate } from '../../../dist/simulate.js';

await sodium.ready;
const group = sodiumGroup(sodium);

/** The kernels of these tests. */
export const kernels: Kernels = loadKernels();

/** Options of one side. */
export function sideOptions(seed: number, instance = 0) {
  const random = seededRandom(kernels, new Uint8Array(32).fill(seed));
  return { kernels, group, random, context: { sessionId: new Uint8Array(16).fill(9), instance } };
}

/** Runs a set-up in which the client receives the OTs. */
export function setUp(options: SimulateOptions = {}, seeds: readonly [number, number] = [1, 2]) {
  return simulate(softspokenReceiver(sideOptions(seeds[0])), softspokenSender(sideOptions(seeds[1])), options);
}

/** Both halves. */
export function connect() {
  const { client, server } = setUp();
  return { receiver: client, sender: server };
}
