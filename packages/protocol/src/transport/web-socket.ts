/**
 * A channel over a WebSocket, the same in browsers and in Node.
 *
 * The binary messages of the WebSocket, one after the other, are the byte stream of frames that TCP carries, see
 * `types.ts`. This side puts one frame into a message; of the peer it takes any cut, up to the length of a frame.
 * @module
 */
import { ProtocolError } from '@relent/crypto';
import type { Clock } from '../clock.js';
import { FrameReader, framesOf } from './frames.js';
import { Inbox } from './inbox.js';
import { type Channel, defaultMaxMessageBytes, frameBytes, frameHeadBytes, TransportError } from './types.js';

/** An event of a WebSocket: `data` of a message, `error` where the platform says what went wrong. */
export interface WebSocketEvent {
  readonly data?: unknown;
  readonly error?: unknown;
}

/** What the channel uses of a WebSocket: the browser's own or that of the package `ws`, which knows the last three. */
export interface WebSocketLike {
  binaryType: string;
  readonly readyState: number;
  readonly bufferedAmount: number;
  send(data: Uint8Array<ArrayBuffer>): void;
  close(code?: number): void;
  addEventListener(kind: 'message' | 'close' | 'error', listener: (event: WebSocketEvent) => void): void;
  readonly isPaused?: boolean;
  pause?(): void;
  resume?(): void;
  terminate?(): void;
}

/** Options of {@link webSocketChannel}. */
export interface WebSocketOptions {
  /** Largest message that is put together, bytes; default 256 MiB. */
  readonly maxMessageBytes?: number;
}

/** Longest binary message: one full frame. AGREEMENT. */
export const webSocketMessageBytes = frameHeadBytes + frameBytes;

/** `readyState` of an open WebSocket. */
const OPEN = 1;
/** Code of an ordinary end (RFC 6455 section 7.4.1). */
const normalClosure = 1000;

/** Bytes that may wait to be sent before the sender waits. */
const unsentLimitBytes = 8 * frameBytes;
/** A WebSocket does not tell when it has room again, so it is asked this often, milliseconds. */
const roomCheckMs = 4;
/** How long a closed connection may take to end, milliseconds. */
const closeGraceMs = 2_000;

/** The error of a peer that broke the framing below the frames; only `ws` names it, browsers call it a lost connection. */
function isFramingError(error: unknown): boolean {
  const { code } = (error ?? {}) as { readonly code?: unknown };
  return typeof code === 'string' && code.startsWith('WS_ERR_');
}

/**
 * Speaks frames over an open WebSocket. Reading goes on while messages wait, so that two sides that both send do not
 * wait for each other. A browser cannot pause a WebSocket: there, a peer that sends more than any protocol does while
 * nobody reads is `malformed`.
 */
export function webSocketChannel(socket: WebSocketLike, clock: Clock, options: WebSocketOptions = {}): Channel {
  socket.binaryType = 'arraybuffer';
  const mostBytes = options.maxMessageBytes ?? defaultMaxMessageBytes;
  const reader = new FrameReader(mostBytes);
  const inbox = new Inbox();
  const broken = (message: string): void => inbox.end(new ProtocolError('malformed', 'frame', message));
  let sending: Promise<void> = Promise.resolve();
  let cancelTermination: (() => void) | null = null;

  socket.addEventListener('message', ({ data }) => {
    if (inbox.ended) return;
    if (!(data instanceof ArrayBuffer)) return broken('"frame" expected a binary message, got text');
    if (data.byteLength > webSocketMessageBytes) {
      return broken(`"frame" expected at most ${webSocketMessageBytes} bytes, got ${data.byteLength}`);
    }
    try {
      for (const message of reader.take(new Uint8Array(data))) inbox.put(message);
    } catch (error) {
      inbox.end(error as Error);
      return;
    }
    if (!inbox.full) return;
    if (socket.pause) socket.pause();
    else broken('"peer" expected to wait for its turn, got far too many messages');
  });
  socket.addEventListener('error', ({ error }) => {
    if (isFramingError(error)) broken('"frame" expected a binary message of bounded length, got another');
    else inbox.end(new TransportError('"connection" expected to stay open, got an error', { cause: error }));
  });
  socket.addEventListener('close', () => {
    cancelTermination?.();
    const where = reader.partial ? 'inside a message' : 'between messages';
    inbox.end(new TransportError(`"connection" expected to stay open, got closed by the peer ${where}`));
  });

  const checkOpen = (): void => {
    if (inbox.ended instanceof TransportError) throw inbox.ended;
    if (socket.readyState !== OPEN) {
      throw new TransportError('"connection" expected an open connection, got a closed one');
    }
  };
  const room = async (): Promise<void> => {
    while (socket.bufferedAmount > unsentLimitBytes) {
      checkOpen();
      await new Promise<void>((resolve) => {
        clock.after(roomCheckMs, resolve);
      });
    }
  };
  const sendFrames = async (message: Uint8Array): Promise<void> => {
    for (const [head, payload] of framesOf(message)) {
      checkOpen();
      const frame = new Uint8Array(head.length + payload.length);
      frame.set(head);
      frame.set(payload, head.length);
      socket.send(frame);
      await room();
    }
  };

  return {
    send(message) {
      // A message waits for the one before it, or their frames would mix.
      const sent = sending.then(() => sendFrames(message));
      sending = sent.catch(() => undefined);
      return sent;
    },
    receive() {
      const message = inbox.take();
      if (!inbox.full && socket.isPaused) socket.resume?.();
      return message;
    },
    limitMessages(maxMessageBytes) {
      reader.maxMessageBytes = Math.min(maxMessageBytes, mostBytes);
    },
    close() {
      inbox.end(new TransportError('"connection" expected an open connection, got a closed one'));
      if (socket.isPaused) socket.resume?.();
      if (cancelTermination !== null || socket.readyState > OPEN) return;
      cancelTermination = clock.after(closeGraceMs, () => socket.terminate?.());
      void sending.then(() => socket.close(normalClosure));
    },
  };
}
