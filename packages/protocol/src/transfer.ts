/**
 * Setting up oblivious transfer for a session, in both directions at once.
 * @module
 */
import {
  all,
  ferretReceiver,
  ferretSender,
  type Group,
  type OtExtensionReceiver,
  type OtExtensionSender,
  type Protocol,
  type RandomSource,
  softspokenReceiver,
  softspokenSender,
} from '@relent/crypto';
import type { Kernels } from '@relent/kernels';
import type { Role } from './meter.js';
import { stepNames } from './observe.js';
import type { Stage } from './schedule.js';
import { newTransferLedgers, type TransferChoice, type TransferPlan, transferDirections } from './transfer-choice.js';

/** Which of the session's two set-ups: named after the party that sends in it. AGREEMENT. */
const instances = { client: 0, server: 1 } as const;

const sessionIdBytes = 16;

/** A session's identifier, [16]: the hash of both nonces, so that neither party alone can repeat one. */
export function sessionIdOf(group: Group, nonces: readonly [Uint8Array, Uint8Array]): Uint8Array {
  const [client, server] = nonces;
  const input = new Uint8Array(client.length + server.length);
  input.set(client);
  input.set(server, client.length);
  return group.hash(input).slice(0, sessionIdBytes);
}

type SetupOptions = Parameters<typeof softspokenSender>[0];

const senderOf = (choice: TransferChoice, options: SetupOptions): Protocol<OtExtensionSender> =>
  choice === 'softspoken' ? softspokenSender(options) : ferretSender({ ...options, parameters: choice });

const receiverOf = (choice: TransferChoice, options: SetupOptions): Protocol<OtExtensionReceiver> =>
  choice === 'softspoken' ? softspokenReceiver(options) : ferretReceiver({ ...options, parameters: choice });

/**
 * Base OTs and trees of SoftSpoken for both directions; where Ferret was chosen, its first correlated OTs too.
 *
 * @param nonces - the client's and the server's nonce of the handshake.
 * @param transfer - the plan's choice.
 * @returns this party's two halves.
 * @throws ProtocolError `malformed` if the peer's messages are none of a set-up.
 */
export function* setUpTransfer(
  role: Role,
  tools: { readonly kernels: Kernels; readonly group: Group },
  random: RandomSource,
  nonces: readonly [Uint8Array, Uint8Array],
  transfer: TransferPlan,
): Protocol<{ readonly sender: OtExtensionSender; readonly receiver: OtExtensionReceiver }> {
  const { kernels, group } = tools;
  const sessionId = sessionIdOf(group, nonces);
  const options = (sender: Role) => ({ kernels, group, random, context: { sessionId, instance: instances[sender] } });
  if (role === 'client') {
    const [sender, receiver] = yield* all<[OtExtensionSender, OtExtensionReceiver]>([
      senderOf(transfer.client, options('client')),
      receiverOf(transfer.server, options('server')),
    ]);
    return { sender, receiver };
  }
  const [receiver, sender] = yield* all<[OtExtensionReceiver, OtExtensionSender]>([
    receiverOf(transfer.client, options('client')),
    senderOf(transfer.server, options('server')),
  ]);
  return { sender, receiver };
}

/** The messages of {@link setUpTransfer}. */
export function transferStage(transfer: TransferPlan): Stage {
  const ledgers = newTransferLedgers(transfer);
  const lanes = transferDirections.map((sender) => ({ step: stepNames.transfer, messages: ledgers[sender].setup }));
  return { step: stepNames.transfer, lanes };
}
