/**
 * The two parties of private inference.
 * @module
 */

/** Who computes: the client owns the image, the server the weights. */
export type Party = 'client' | 'server';

/** The other party. */
export function peerOf(party: Party): Party {
  return party === 'client' ? 'server' : 'client';
}
