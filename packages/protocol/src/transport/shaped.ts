/**
 * A channel that behaves like a slower network, for tests and benchmarks on one machine.
 * @module
 */
import type { Clock } from '../clock.js';
import type { NetworkProfile } from '../profiles.js';
import { type Channel, TransportError, wireBytes } from './types.js';

/**
 * Delays what is sent on a channel: each message leaves after those before it at the profile's rate, and arrives half a
 * round trip later. Shape both ends to shape both directions.
 *
 * @param channel - the fast channel underneath.
 * @param profile - rate and latency.
 */
export function shapedChannel(channel: Channel, profile: NetworkProfile, clock: Clock): Channel {
  let lineFreeAt = 0;
  let closed = false;
  let broken: unknown = null;
  let inFlight = 0;
  let delivered: Promise<void> = Promise.resolve();
  const waitUntil = (time: number): Promise<void> =>
    new Promise((resolve) => {
      clock.after(Math.max(0, time - clock.now()), resolve);
    });
  return {
    async send(message) {
      if (closed) throw new TransportError('"channel" expected an open channel, got a closed one');
      if (broken !== null) throw broken;
      const bytes = message.slice();
      const left = Math.max(clock.now(), lineFreeAt) + (wireBytes(bytes.length) * 8_000) / profile.bitsPerSecond;
      lineFreeAt = left;
      inFlight++;
      const arrival = waitUntil(left + profile.roundTripMs / 2);
      delivered = delivered
        .then(() => arrival)
        .then(() => channel.send(bytes))
        .catch((error: unknown) => {
          broken = error;
        })
        .finally(() => {
          inFlight--;
          if (closed && inFlight === 0) channel.close();
        });
    },
    receive: () => channel.receive(),
    limitMessages: (maxMessageBytes) => channel.limitMessages?.(maxMessageBytes),
    close() {
      if (closed) return;
      closed = true;
      if (inFlight === 0) channel.close();
    },
  };
}
