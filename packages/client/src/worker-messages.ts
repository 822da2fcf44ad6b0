/**
 * What a page and its worker say to one another.
 * @module
 */
import { ProtocolError, type ProtocolErrorCode } from '@relent/crypto';
import { TransportError } from '@relent/protocol';
import type { ClientImage, ClientOptions } from './host.js';
import type { Progress } from './progress.js';

/** A call that the worker answers. */
export type WorkerCall =
  | { readonly call: 'open'; readonly url: string; readonly options: ClientOptions }
  | { readonly call: 'infer'; readonly image: ClientImage }
  | { readonly call: 'prepare'; readonly count: number }
  | { readonly call: 'close' };

/** To the worker. */
export type WorkerRequest = WorkerCall & { readonly id: number };

/** An error as it crosses between threads, where classes are lost. */
export interface ErrorReport {
  readonly kind: string;
  readonly message: string;
  readonly code?: ProtocolErrorCode;
  readonly step?: string;
}

/** From the worker. */
export type WorkerAnswer =
  | { readonly kind: 'result'; readonly id: number; readonly result: unknown }
  | { readonly kind: 'error'; readonly id: number; readonly error: ErrorReport }
  | { readonly kind: 'progress'; readonly progress: Progress };

/** One end of the line between page and worker. */
export interface Port<Sent, Received> {
  postMessage(message: Sent): void;
  addEventListener(kind: 'message', listener: (event: { readonly data: Received }) => void): void;
}

/** Writes an error down. */
export function encodeError(error: unknown): ErrorReport {
  if (error instanceof ProtocolError) {
    return { kind: error.name, message: error.message, code: error.code, step: error.step };
  }
  return error instanceof Error
    ? { kind: error.name, message: error.message }
    : { kind: 'Error', message: String(error) };
}

/** The error that was written down, of the class that it had. */
export function decodeError({ kind, message, code, step }: ErrorReport): Error {
  switch (kind) {
    case 'ProtocolError':
      return new ProtocolError(code ?? 'aborted', step ?? '', message);
    case 'TransportError':
      return new TransportError(message);
    case 'RangeError':
      return new RangeError(message);
    case 'TypeError':
      return new TypeError(message);
    default:
      return new Error(message);
  }
}
