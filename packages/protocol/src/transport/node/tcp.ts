/**
 * Listening and connecting over TCP.
 * @module
 */
import { connect, createServer, type Socket } from 'node:net';
import { type Channel, TransportError } from '../types.js';
import { type TcpOptions, tcpChannel } from './tcp-channel.js';

/** Options of {@link listen}. */
export interface ListenOptions extends TcpOptions {
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

/**
 * Serves sessions over TCP, several clients at a time.
 * @throws TransportError if the port is in use or may not be opened.
 */
export function listen(options: ListenOptions): Promise<Listener> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    const peer = `${socket.remoteAddress ?? 'unknown'}:${socket.remotePort ?? 0}`;
    const channel = tcpChannel(socket, options);
    options
      .onSession(channel, peer)
      .catch((error: unknown) => options.onSessionError?.(error, peer))
      .finally(() => channel.close());
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
