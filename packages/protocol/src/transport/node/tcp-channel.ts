/**
 * A channel over a TCP socket.
 * @module
 */
import type { Socket } from 'node:net';
import { FrameReader, framesOf } from '../frames.js';
import { Inbox } from '../inbox.js';
import { type Channel, defaultMaxMessageBytes, TransportError } from '../types.js';

/** Options of a TCP channel. */
export interface TcpOptions {
  /** Largest message that is put together, bytes; default 256 MiB. */
  readonly maxMessageBytes?: number;
}

/** How long a closed connection may take to end, milliseconds. */
const closeGraceMs = 2_000;

/**
 * Speaks frames over a connected socket. Reading goes on while messages wait, so that two sides that both send do not
 * wait for each other.
 */
export function tcpChannel(socket: Socket, options: TcpOptions = {}): Channel {
  socket.setNoDelay(true);
  const mostBytes = options.maxMessageBytes ?? defaultMaxMessageBytes;
  const reader = new FrameReader(mostBytes);
  const inbox = new Inbox();

  socket.on('data', (piece: Buffer) => {
    if (inbox.ended) return;
    try {
      for (const message of reader.take(piece)) inbox.put(message);
    } catch (error) {
      inbox.end(error as Error);
      return;
    }
    if (inbox.full) socket.pause();
  });
  socket.on('error', (cause) =>
    inbox.end(new TransportError('"connection" expected to stay open, got an error', { cause })),
  );
  const closed = (): void => {
    const where = reader.partial ? 'inside a message' : 'between messages';
    inbox.end(new TransportError(`"connection" expected to stay open, got closed by the peer ${where}`));
  };
  socket.on('end', closed);
  socket.on('close', closed);

  return {
    async send(message) {
      if (inbox.ended instanceof TransportError) throw inbox.ended;
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
          reject(inbox.ended ?? new TransportError('"connection" expected to stay open, got closed'));
        };
        socket.once('drain', drained);
        socket.once('close', broken);
      });
    },
    receive() {
      const message = inbox.take();
      if (!inbox.full && socket.isPaused()) socket.resume();
      return message;
    },
    limitMessages(maxMessageBytes) {
      reader.maxMessageBytes = Math.min(maxMessageBytes, mostBytes);
    },
    close() {
      inbox.end(new TransportError('"connection" expected an open connection, got a closed one'));
      if (socket.destroyed) return;
      // Ends after what was written and reads on to its end: closing over unread data would reset the connection and
      // could take the last message from the peer.
      socket.end();
      socket.resume();
      setTimeout(() => socket.destroy(), closeGraceMs).unref();
    },
  };
}
