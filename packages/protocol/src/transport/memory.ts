/**
 * Two connected channels in one process.
 * @module
 */
import { type Channel, TransportError } from './types.js';

/** One direction of a pair. */
interface Pipe {
  readonly queue: Uint8Array[];
  waiting: { resolve(message: Uint8Array): void; reject(error: Error): void } | null;
  closed: boolean;
}

const closedError = (): TransportError => new TransportError('"channel" expected an open channel, got a closed one');

function push(pipe: Pipe, message: Uint8Array): void {
  const { waiting } = pipe;
  pipe.waiting = null;
  if (waiting) waiting.resolve(message);
  else pipe.queue.push(message);
}

function shut(pipe: Pipe): void {
  pipe.closed = true;
  const { waiting } = pipe;
  pipe.waiting = null;
  waiting?.reject(closedError());
}

function end(outgoing: Pipe, incoming: Pipe): Channel {
  return {
    async send(message) {
      if (outgoing.closed) throw closedError();
      push(outgoing, message.slice());
    },
    receive() {
      const message = incoming.queue.shift();
      if (message !== undefined) return Promise.resolve(message);
      if (incoming.closed) return Promise.reject(closedError());
      if (incoming.waiting) return Promise.reject(new TypeError('"receive" expected one call at a time, got two'));
      return new Promise((resolve, reject) => {
        incoming.waiting = { resolve, reject };
      });
    },
    close() {
      shut(outgoing);
      shut(incoming);
    },
  };
}

/** A connected pair of channels; what one sends the other receives. Messages sent before a close still arrive. */
export function memoryChannels(): readonly [Channel, Channel] {
  const up: Pipe = { queue: [], waiting: null, closed: false };
  const down: Pipe = { queue: [], waiting: null, closed: false };
  return [end(up, down), end(down, up)];
}
