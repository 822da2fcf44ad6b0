/**
 * Runs a protocol generator over a wire.
 * @module
 */
import type { Protocol } from '@relent/crypto';
import type { Link } from './link.js';

const nothing = new Uint8Array(0);

/**
 * Carries out the effects of a protocol over a link. On any error the peer is told one code and the link is closed:
 * a session that failed stays failed.
 *
 * @returns what the protocol returns.
 * @throws ProtocolError if the peer misbehaves or gave up; TransportError if the wire broke or a deadline passed.
 */
export async function runProtocol<T>(protocol: Protocol<T>, link: Link): Promise<T> {
  try {
    let next = protocol.next(nothing);
    while (!next.done) {
      if (next.value.kind === 'send') {
        await link.send('data', next.value.bytes);
        next = protocol.next(nothing);
      } else {
        next = protocol.next(await link.receive('data'));
      }
    }
    return next.value;
  } catch (error) {
    await link.fail(error);
    throw error;
  } finally {
    protocol.return(undefined as T);
  }
}
