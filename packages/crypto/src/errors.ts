/** Why a protocol failed; the code is all that the peer is told. */
export type ProtocolErrorCode = 'malformed' | 'version' | 'parameters' | 'model' | 'reused' | 'unknown' | 'aborted';

/**
 * The peer misbehaved or disagrees: the session fails for good. `step` names the protocol step; the message holds no
 * secret value and no text of the peer.
 */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError';
  constructor(
    readonly code: ProtocolErrorCode,
    readonly step: string,
    message: string,
  ) {
    super(message);
  }
}
