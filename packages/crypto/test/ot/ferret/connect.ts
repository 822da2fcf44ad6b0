/** Seeded Ferret set-ups for tests. */

import type { FerretParameters } from '../../../dist/ot/ferret/parameters.js';
import { ferretReceiver } from '../../../dist/ot/ferret/receiver.js';
import { ferretSender } from '../../../dist/ot/ferret/sender.js';
import { type SimulateOptions, simulate } from '../../../dist/simulate.js';
import { sideOptions } from '../softspoken/connect.js';

/** Far too small for security: 5,120 rows an iteration, 4,584 net. */
export const insecureTiny: FerretParameters = { name: 'insecure-tiny', trees: 40, depth: 7, tableRows: 256 };

/** Runs a set-up in which the client receives the OTs. */
export function setUp(
  parameters: FerretParameters = insecureTiny,
  options: SimulateOptions = {},
  seeds: readonly [number, number] = [1, 2],
) {
  return simulate(
    ferretReceiver({ ...sideOptions(seeds[0]), parameters }),
    ferretSender({ ...sideOptions(seeds[1]), parameters }),
    options,
  );
}

/** Both halves. */
export function connect(parameters: FerretParameters = insecureTiny) {
  const { client, server } = setUp(parameters);
  return { receiver: client, sender: server };
}

/** Both halves with instances made ahead. */
export function connectPrepared(count: number) {
  const halves = connect();
  simulate(halves.receiver.prepare(count), halves.sender.prepare(count));
  return halves;
}
