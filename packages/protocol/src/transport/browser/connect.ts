/**
 * Connecting from a browser: pages and workers.
 * @module
 */
import { type Channel, TransportError } from '../types.js';
import { type WebSocketOptions, webSocketChannel } from '../web-socket.js';
import { browserClock } from './clock.js';

/** Options of {@link connectWebSocket}. */
export interface ConnectWebSocketOptions extends WebSocketOptions {
  /** `ws://` or `wss://`; a page served over HTTPS may only use `wss://`, but for this machine itself. */
  readonly url: string;
  /** How long connecting may take, milliseconds; default 10,000. */
  readonly timeoutMs?: number;
}

function openSocket(url: string): WebSocket {
  try {
    return new WebSocket(url);
  } catch (cause) {
    throw new TransportError(`"url" expected an address such as wss://host:7700, got ${JSON.stringify(url)}`, {
      cause,
    });
  }
}

/**
 * Connects to a server.
 * @throws TransportError if the address is none, or nobody answers in time. A browser does not tell whether the server
 *         is absent, or refuses this page.
 */
export function connectWebSocket(options: ConnectWebSocketOptions): Promise<Channel> {
  const { url } = options;
  return new Promise((resolve, reject) => {
    const socket = openSocket(url);
    const timeoutMs = options.timeoutMs ?? 10_000;
    const fail = (got: string): void => {
      stop();
      socket.close();
      reject(new TransportError(`"server" expected an answer from ${url}${got}`));
    };
    const cancel = browserClock.after(timeoutMs, () => fail(` within ${timeoutMs} ms, got none`));
    const refused = (): void =>
      fail(', got a refusal (is the server running, and does it admit pages of this origin?)');
    const opened = (): void => {
      stop();
      resolve(webSocketChannel(socket, browserClock, options));
    };
    const stop = (): void => {
      cancel();
      socket.removeEventListener('open', opened);
      socket.removeEventListener('error', refused);
    };
    socket.addEventListener('open', opened);
    socket.addEventListener('error', refused);
  });
}
