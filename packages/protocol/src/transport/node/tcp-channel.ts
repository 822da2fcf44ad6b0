/**
 * A channel over a TCP socket.
 * @module
 */
import type { Socket } from 'node:net';
import { type Channel, TransportError } from '../types.js';
import { FrameReader, framesOf } from './frames.js';

/** Options of a TCP channel. */
export interface TcpOptions {
  /** Largest message that is put together, bytes; default 256 MiB. */
  readonly maxMessageBytes?: number;
}

/**
 * Bytes that may wait unread before the socket is paused, each message counted with what its object takes. More than
 * any step of a protocol sends, so that two sides that both send never wait for each other.
 */
const unreadLimitBytes = 2 ** 28;
const objectBytes = 256;

const defaultMaxMessageBytes = 2 ** 28;

/** How long a closed connection may take to end, milliseconds. */
const closeGraceMs = 2_000;

/**
 * Speaks frames over a connected socket. Reading goes on while messages wait, so that two sides that both send do not
 * wait for each other.
 */
export function tcpChannel(socket: Socket, options: TcpOptions = {}): Channel {
  socket.setNoDelay(true);
  const reader = new FrameReader(options.maxMessageBytes ?? defaultMaxMessageBytes);
  const unread: Uint8Array[] = [];
  let unreadBytes = 0;
  let waiting: { resolve(message: Uint8Array): void; reject(error: unknown): void } | null = null;
  let ended: Error | null = null;

  const end = (error: Error): void => {
    ended ??= error;
    const { reject } = waiting ?? {};
    waiting = null;
    reject?.(ended);
  };
  socket.on('data', (piece: Buffer) => {
    if (ended) return;
    let messages: Uint8Array[];
    try {
      messages = reader.take(piece);
    } catch (error) {
      end(error as Error);
      return;
    }
    for (const message of messages) {
      const { resolve } = waiting ?? {};
      waiting = null;
      if (resolve) resolve(message);
      else {
        unread.push(message);
        unreadBytes += message.length + objectBytes;
      }
    }
    if (unreadBytes > unreadLimitBytes) socket.pause();
  });
  socket.on('error', (cause) => end(new TransportError('"connection" expected to stay open, got an error', { cause })));
  const closed = (): void => {
    const where = reader.partial ? 'inside a message' : 'between messages';
    end(new TransportError(`"connection" expected to stay open, got closed by the peer ${where}`));
  };
  socket.on('end', closed);
  socket.on('close', closed);

  return {
    async send(message) {
      if (ended instanceof TransportError) throw ended;
      if (socket.destroyed || socket.writableEnded) {
        throw new TransportError('"connection" expected an open connection, got a closed one');
      }
      let flowing = true;
      socket.cork();
      for (const [head, payload] of framesOf(message)) {
        socket.write(head);
        flowing = socket.write(payload);
      }
      socket.uncork();
      if (flowing || !socket.writableNeedDrain) return;
      await new Promise<void>((resolve, reject) => {
        const drained = (): void => {
          socket.off('close', broken);
          resolve();
        };
        const broken = (): void => {
          socket.off('drain', drained);
          reject(ended ?? new TransportError('"connection" expected to stay open, got closed'));
        };
        socket.once('drain', drained);
        socket.once('close', broken);
      });
    },
    receive() {
      const message = unread.shift();
      if (message !== undefined) unreadBytes -= message.length + objectBytes;
      if (unreadBytes <= unreadLimitBytes && socket.isPaused()) socket.resume();
      if (message !== undefined) return Promise.resolve(message);
      if (ended) return Promise.reject(ended);
      if (waiting) return Promise.reject(new TypeError('"receive" expected one call at a time, got two'));
      return new Promise((resolve, reject) => {
        waiting = { resolve, reject };
      });
    },
    close() {
      end(new TransportError('"connection" expected an open connection, got a closed one'));
      if (socket.destroyed) return;
      // Ends after what was written and reads on to its end: closing over unread data would reset the connection and
      // could take the last message from the peer.
      socket.end();
      socket.resume();
      setTimeout(() => socket.destroy(), closeGraceMs).unref();
    },
  };
}
