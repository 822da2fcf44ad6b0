/** A client and a server session over a pair of channels. */
import { sodiumGroup } from '@relent/crypto';
import type { IntegerModel } from '@relent/graph';
import { loadKernels } from '@relent/kernels';
import {
  type Channel,
  type ClientSession,
  type ConnectOptions,
  connectSession,
  memoryChannels,
  type ServeOptions,
  type SessionSummary,
  type SessionTools,
  serveSession,
} from '@relent/protocol';
import { nodeClock } from '@relent/protocol/node';
import sodium from 'libsodium-wrappers-sumo';

await sodium.ready;
const kernels = loadKernels();
const group = sodiumGroup(sodium);

/** Platform tools with a fixed seed: test runs repeat. */
export function toolsOf(seed: number): SessionTools {
  return { kernels, group, clock: nodeClock, seed: new Uint8Array(32).fill(seed) };
}

export const info = { name: 'tiny', classes: ['a', 'ä', '猫', 'd', 'e'] };

/** Options of {@link openPair}. */
export interface PairOptions {
  readonly client?: Partial<ConnectOptions>;
  readonly server?: Partial<ServeOptions>;
  readonly channels?: readonly [Channel, Channel];
}

/** Starts both sides; `served` settles when the server's side ends. */
export function startPair(integer: IntegerModel, options: PairOptions = {}) {
  const [near, far] = options.channels ?? memoryChannels();
  const served: Promise<SessionSummary | Error> = serveSession({ integer, info }, far, {
    ...toolsOf(1),
    timeoutMs: 30_000,
    idleTimeoutMs: 30_000,
    ...options.server,
  }).catch((error: Error) => error);
  const connected = connectSession(near, { ...toolsOf(2), timeoutMs: 30_000, ...options.client });
  return { connected, served };
}

/** Opens a session, uses it, closes it; the server's side must end in peace. */
export async function withSession<T>(
  integer: IntegerModel,
  use: (session: ClientSession) => Promise<T>,
  options: PairOptions = {},
): Promise<T> {
  const { connected, served } = startPair(integer, options);
  const session = await connected;
  const result = await use(session);
  await session.close();
  const summary = await served;
  if (summary instanceof Error) throw summary;
  return result;
}
