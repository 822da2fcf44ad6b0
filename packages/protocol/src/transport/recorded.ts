/**
 * Recording a channel, and replaying one side of a recording without a peer.
 * @module
 */
import { type Channel, TransportError } from './types.js';

/** One message of a recording, as the recorded side saw it. */
export interface RecordedMessage {
  readonly direction: 'sent' | 'received';
  readonly bytes: Uint8Array;
}

/**
 * Wraps a channel so that every message is kept.
 * @returns the channel to use, and the list that grows with it.
 */
export function recordedChannel(channel: Channel): {
  readonly channel: Channel;
  readonly recording: readonly RecordedMessage[];
} {
  const recording: RecordedMessage[] = [];
  return {
    recording,
    channel: {
      send(message) {
        recording.push({ direction: 'sent', bytes: message.slice() });
        return channel.send(message);
      },
      async receive() {
        const bytes = await channel.receive();
        recording.push({ direction: 'received', bytes: bytes.slice() });
        return bytes;
      },
      limitMessages: (maxMessageBytes) => channel.limitMessages?.(maxMessageBytes),
      close: () => channel.close(),
    },
  };
}

/**
 * A channel that plays the peer's part of a recording. The side under test must send what it sent then, byte for byte:
 * with equal seeds a run is reproducible, so a difference is a change of the protocol.
 *
 * A received message is given only after all that was sent before it in the recording.
 */
export function replayedChannel(recording: readonly RecordedMessage[]): Channel {
  const sent = recording.filter((message) => message.direction === 'sent');
  let sentSoFar = 0;
  let position = 0;
  let closed = false;
  return {
    async send(message) {
      const expected = sent[sentSoFar];
      if (closed || expected === undefined) {
        throw new TransportError(`"recording" expected ${sent.length} messages, got another one`);
      }
      const same =
        expected.bytes.length === message.length && expected.bytes.every((byte, index) => byte === message[index]);
      if (!same) throw new TransportError(`"message" expected the recorded bytes of message ${sentSoFar}, got others`);
      sentSoFar++;
    },
    async receive() {
      let before = 0;
      for (let i = 0; i < position; i++) if (recording[i]?.direction === 'sent') before++;
      while (recording[position]?.direction === 'sent') {
        position++;
        before++;
      }
      const next = recording[position];
      if (closed || next === undefined || before > sentSoFar) {
        throw new TransportError('"recording" expected a message to replay, got its end');
      }
      position++;
      return next.bytes.slice();
    },
    close() {
      closed = true;
    },
  };
}
