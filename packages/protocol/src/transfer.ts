/**
 * Setting up oblivious transfer for a session, in both directions at once.
 * @module
 */
import {
  all,
  type Group,
  type OtExtensionReceiver,
  type OtExtensionSender,
  type Protocol,
  type RandomSource,
  softspokenReceiver,
  softspokenSender,
  softspokenSetupCost,
} from '@relent/crypto';
import type { Kernels } from '@relent/kernels';
import type { Role } from './meter.js';
import { stepNames } from './observe.js';
import type { Stage } from './schedule.js';

/** Which of the session's two set-ups: named after the party that sends in it. AGREEMENT. */
const instances = { client: 0, server: 1 } as const;

const sessionIdBytes = 16;

/** A session's identifier: the hash of both nonces, so that neither party alone can repeat one. */
function sessionIdOf(group: Group, nonces: readonly [Uint8Array, Uint8Array]): Uint8Array {
  const [client, server] = nonces;
  const input = new Uint8Array(client.length + server.length);
  input.set(client);
  input.set(server, client.length);
  return group.hash(input).slice(0, sessionIdBytes);
}

/**
 * Base OTs and trees of SoftSpoken for both directions.
 *
 * @param nonces - the client's and the server's nonce of the handshake.
 * @returns this party's two halves.
 * @throws ProtocolError `malformed` if the peer's messages are none of a set-up.
 */
export function* setUpTransfer(
  role: Role,
  tools: { readonly kernels: Kernels; readonly group: Group },
  random: RandomSource,
  nonces: readonly [Uint8Array, Uint8Array],
): Protocol<{ readonly sender: OtExtensionSender; readonly receiver: OtExtensionReceiver }> {
  const { kernels, group } = tools;
  const sessionId = sessionIdOf(group, nonces);
  const options = (sender: Role) => ({ kernels, group, random, context: { sessionId, instance: instances[sender] } });
  if (role === 'client') {
    const [sender, receiver] = yield* all<[OtExtensionSender, OtExtensionReceiver]>([
      softspokenSender(options('client')),
      softspokenReceiver(options('server')),
    ]);
    return { sender, receiver };
  }
  const [receiver, sender] = yield* all<[OtExtensionReceiver, OtExtensionSender]>([
    softspokenReceiver(options('client')),
    softspokenSender(options('server')),
  ]);
  return { sender, receiver };
}

/** The messages of {@link setUpTransfer}. */
export function transferStage(): Stage {
  return {
    step: stepNames.transfer,
    lanes: [
      { step: stepNames.transfer, messages: softspokenSetupCost('server').messages },
      { step: stepNames.transfer, messages: softspokenSetupCost('client').messages },
    ],
  };
}
