/**
 * Listening and connecting over TCP.
 * @module
 */
import { connect, createServer, type Socket } from 'node:net';
import { type Channel, TransportError } from '../types.js';
import { type TcpOptions, tcpChannel } from './tcp-channel.js';
import { type AdmittedOrigins, webSocketUpgrader } from './web-socket.js';

/** Options of {@link listen}. */
export interface ListenOptions extends TcpOptions {
  /**
   * Serves WebSockets on the same port too: who begins with an HTTP request speaks WebSocket. The first bytes must come
   * in time. Off unless given.
   */
  readonly webSocket?: { readonly origins: AdmittedOrigins };
  /** 0 picks a free port. */
  readonly port: number;
  /** Address to bind; default 127.0.0.1. */
  readonly host?: string;
  /** Connections served at a time; more are refused. Default 64. */
  readonly maxConnections?: number;
  /** Serves one client; its failure ends that client's connection alone. */
  readonly onSession: (channel: Channel, peer: string) => Promise<unknown>;
  /** Told of sessions that failed. */
  readonly onSessionError?: (error: unknown, peer: string) => void;
}

/** A listening server. */
export interface Listener {
  readonly port: number;
  /** Stops listening and ends the open connections. */
  close(): Promise<void>;
}

function startError(error: NodeJS.ErrnoException, options: ListenOptions): Error {
  switch (error.code) {
    case 'EADDRINUSE':
      return new TransportError(`"port" expected a free port, got ${options.port} (in use)`, { cause: error });
    case 'EACCES':
      return new TransportError(`"port" expected a port this user may open, got ${options.port}`, { cause: error });
    default:
      return new TransportError(`"host" expected an address of this machine, got ${options.host ?? '127.0.0.1'}`, {
        cause: error,
      });
  }
}

/** How long a client may take to say which protocol it speaks, milliseconds. */
const firstBytesMs = 10_000;

/** An HTTP request begins with these; a relent client with the length of its greeting, which is far below their value. */
const httpStart = 'GET ';

/** Looks at the first bytes of a connection, leaves them to be read, and passes the connection on. */
function byFirstBytes(
  socket: Socket,
  to: { http: () => void; other: () => void; none: (error: TransportError) => void },
): void {
  const silent = (): void => {
    settle();
    to.none(new TransportError('"client" expected to speak first, got silence'));
    socket.destroy();
  };
  const look = (): void => {
    const head = socket.read(httpStart.length) as Buffer | null;
    if (head === null) return;
    settle();
    socket.unshift(head);
    if (head.toString('latin1') === httpStart) to.http();
    else to.other();
    socket.resume();
  };
  const settle = (): void => {
    clearTimeout(timer);
    socket.off('readable', look);
    socket.off('end', silent);
    socket.off('close', silent);
    socket.off('error', silent);
  };
  const timer = setTimeout(silent, firstBytesMs).unref();
  socket.on('readable', look);
  socket.on('end', silent);
  socket.on('close', silent);
  socket.on('error', silent);
}

/**
 * Serves sessions over TCP, several clients at a time.
 * @throws TransportError if the port is in use or may not be opened.
 */
export function listen(options: ListenOptions): Promise<Listener> {
  const sockets = new Set<Socket>();
  const { webSocket } = options;
  const upgrade = webSocket && webSocketUpgrader({ ...options, ...webSocket, timeoutMs: firstBytesMs });
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    const peer = `${socket.remoteAddress ?? 'unknown'}:${socket.remotePort ?? 0}`;
    const run = (channel: Channel): void => {
      options
        .onSession(channel, peer)
        .catch((error: unknown) => options.onSessionError?.(error, peer))
        .finally(() => channel.close());
    };
    const runTcp = (): void => run(tcpChannel(socket, options));
    if (upgrade === undefined) return runTcp();
    const refused = (error: TransportError): void => options.onSessionError?.(error, peer);
    byFirstBytes(socket, { http: () => upgrade(socket, { accepted: run, refused }), other: runTcp, none: refused });
  });
  server.maxConnections = options.maxConnections ?? 64;
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(startError(error, options)));
    server.listen(options.port, options.host ?? '127.0.0.1', () => {
      const address = server.address();
      resolve({
        port: typeof address === 'object' && address !== null ? address.port : options.port,
        close: () =>
          new Promise((closed) => {
            server.close(() => closed());
            for (const socket of sockets) socket.destroy();
          }),
      });
    });
  });
}

/** Options of {@link connectTcp}. */
export interface ConnectTcpOptions extends TcpOptions {
  readonly port: number;
  readonly host: string;
  /** How long connecting may take, milliseconds; default 10,000. */
  readonly timeoutMs?: number;
}

/**
 * Connects to a server.
 * @throws TransportError if nobody answers in time.
 */
export function connectTcp(options: ConnectTcpOptions): Promise<Channel> {
  const where = `${options.host}:${options.port}`;
  return new Promise((resolve, reject) => {
    const socket = connect({ port: options.port, host: options.host });
    const timeoutMs = options.timeoutMs ?? 10_000;
    const timer = setTimeout(() => {
      socket.destroy();
      reject(new TransportError(`"server" expected an answer from ${where} within ${timeoutMs} ms, got none`));
    }, timeoutMs);
    const failed = (cause: NodeJS.ErrnoException): void => {
      clearTimeout(timer);
      const why = cause.code === 'ECONNREFUSED' ? 'a refusal (is the server running?)' : (cause.code ?? 'an error');
      reject(new TransportError(`"server" expected an answer from ${where}, got ${why}`, { cause }));
    };
    socket.once('error', failed);
    socket.once('connect', () => {
      clearTimeout(timer);
      socket.off('error', failed);
      resolve(tcpChannel(socket, options));
    });
  });
}
