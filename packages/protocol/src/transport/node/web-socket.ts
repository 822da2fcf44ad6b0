/**
 * WebSockets on Node: browsers that come to a server's port, and connecting to a server as a browser does.
 * @module
 */
import { createServer, type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocket, WebSocketServer } from 'ws';
import { type Channel, TransportError } from '../types.js';
import { type WebSocketLike, webSocketChannel, webSocketMessageBytes } from '../web-socket.js';
import { nodeClock } from './clock.js';
import type { TcpOptions } from './tcp-channel.js';

/**
 * Which pages may use a server: their origins, such as `https://example.org`, or `any`. Clients that are no browsers
 * send no origin and are always admitted, and so are pages of this machine (`http://localhost`, any port).
 */
export type AdmittedOrigins = readonly string[] | 'any';

/** Options of {@link webSocketUpgrader}. */
export interface UpgradeOptions extends TcpOptions {
  readonly origins: AdmittedOrigins;
  /** How long the request may take, milliseconds. */
  readonly timeoutMs: number;
}

/** What becomes of one connection. */
export interface Upgrade {
  readonly accepted: (channel: Channel) => void;
  readonly refused: (error: TransportError) => void;
}

/** Proxies on the way drop connections that are silent for about a minute, as one is while a side computes. */
const pingMs = 20_000;

const loopbackNames = new Set(['localhost', '127.0.0.1', '[::1]']);

/** Whether a browser's page of this origin may connect. */
export function admitsOrigin(origins: AdmittedOrigins, origin: string): boolean {
  if (origins === 'any' || origins.includes(origin)) return true;
  return URL.canParse(origin) && loopbackNames.has(new URL(origin).hostname);
}

/** Answers a request that asks for a WebSocket and may not have it. */
function refuse(stream: Duplex, status: number, text: string): void {
  const lines = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'Connection: close',
    'Content-Type: text/plain; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(text)}`,
  ];
  stream.end(`${lines.join('\r\n')}\r\n\r\n${text}`);
}

/**
 * Makes channels of TCP connections on which a browser speaks first.
 * @returns takes a connection from which nothing was read yet.
 */
export function webSocketUpgrader(options: UpgradeOptions): (socket: Socket, upgrade: Upgrade) => void {
  const upgrades = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: webSocketMessageBytes,
  });
  const pending = new WeakMap<Duplex, { readonly timer: NodeJS.Timeout; readonly upgrade: Upgrade }>();
  const server = createServer((_, response) => {
    response.writeHead(426, { Connection: 'close', Upgrade: 'websocket', 'Content-Type': 'text/plain; charset=utf-8' });
    response.end('This is a relent server. It answers WebSockets and relent clients, not HTTP.\n');
  });
  server.on('clientError', (_, stream) => stream.destroy());
  server.on('upgrade', (request: IncomingMessage, stream: Duplex, head: Buffer) => {
    const { timer, upgrade } = pending.get(stream) ?? {};
    clearTimeout(timer);
    stream.on('error', () => undefined);
    const { origin } = request.headers;
    if (origin !== undefined && !admitsOrigin(options.origins, origin)) {
      refuse(stream, 403, 'This relent server admits no pages of this origin.\n');
      upgrade?.refused(new TransportError('"origin" expected an admitted one, got that of another page'));
      return;
    }
    upgrades.handleUpgrade(request, stream, head, (socket) => {
      const ping = setInterval(() => socket.ping(), pingMs).unref();
      socket.on('close', () => clearInterval(ping));
      upgrade?.accepted(webSocketChannel(socket as unknown as WebSocketLike, nodeClock, options));
    });
  });
  return (socket, upgrade) => {
    const timer = setTimeout(() => socket.destroy(), options.timeoutMs).unref();
    pending.set(socket, { timer, upgrade });
    socket.on('close', () => clearTimeout(timer));
    server.emit('connection', socket);
  };
}

/** Options of {@link connectWebSocket}. */
export interface ConnectWebSocketOptions extends TcpOptions {
  /** `ws://` or `wss://`. */
  readonly url: string;
  /** How long connecting may take, milliseconds; default 10,000. */
  readonly timeoutMs?: number;
}

/**
 * Connects to a server through a WebSocket, as a browser does: past proxies, and through TLS by `wss://`.
 * @throws TransportError if the address is none, or nobody answers in time.
 */
export function connectWebSocket(options: ConnectWebSocketOptions): Promise<Channel> {
  const { url } = options;
  return new Promise((resolve, reject) => {
    const expected = `"server" expected an answer from ${url}`;
    let socket: WebSocket;
    try {
      socket = new WebSocket(url, {
        handshakeTimeout: options.timeoutMs ?? 10_000,
        maxPayload: webSocketMessageBytes,
        perMessageDeflate: false,
      });
    } catch (cause) {
      throw new TransportError(`"url" expected an address such as wss://host:7700, got ${JSON.stringify(url)}`, {
        cause,
      });
    }
    const failed = (cause: NodeJS.ErrnoException): void => {
      const why = cause.code === 'ECONNREFUSED' ? 'a refusal (is the server running?)' : (cause.code ?? cause.message);
      reject(new TransportError(`${expected}, got ${why}`, { cause }));
    };
    socket.once('error', failed);
    socket.once('open', () => {
      socket.off('error', failed);
      resolve(webSocketChannel(socket as unknown as WebSocketLike, nodeClock, options));
    });
  });
}
