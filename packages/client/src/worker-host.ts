/**
 * A session in a worker, as the page sees it.
 * @module
 */
import { TransportError } from '@relent/protocol';
import type { ClientImage, ClientInference, ClientModel, ClientOptions, Host, ProgressListener } from './host.js';
import { decodeError, type WorkerAnswer, type WorkerCall, type WorkerRequest } from './worker-messages.js';

interface Pending {
  resolve(result: unknown): void;
  reject(error: Error): void;
}

/** Starts the worker that lies beside this module; bundlers know this form and bring the file along. */
export function startWorker(): Worker {
  return new Worker(new URL('./worker.js', import.meta.url), { type: 'module', name: 'relent' });
}

/** Hands the calls to a worker. */
export class WorkerHost implements Host {
  readonly #worker: Worker;
  readonly #pending = new Map<number, Pending>();
  #nextId = 0;
  #ended: Error | null = null;

  constructor(worker: Worker, onProgress: ProgressListener) {
    this.#worker = worker;
    worker.addEventListener('message', ({ data }: MessageEvent<WorkerAnswer>) => {
      if (data.kind === 'progress') {
        onProgress(data.progress);
        return;
      }
      const pending = this.#pending.get(data.id);
      this.#pending.delete(data.id);
      if (data.kind === 'result') pending?.resolve(data.result);
      else pending?.reject(decodeError(data.error));
    });
    worker.addEventListener('error', ({ message }) => {
      const got = message ? `an error: ${message}` : 'one that cannot be loaded (its file, or the policy of the page?)';
      this.#end(new Error(`"worker" expected a running worker, got ${got}`));
    });
  }

  open(url: string, options: ClientOptions): Promise<ClientModel> {
    return this.#call({ call: 'open', url, options }) as Promise<ClientModel>;
  }

  infer(image: ClientImage): Promise<ClientInference> {
    return this.#call({ call: 'infer', image }) as Promise<ClientInference>;
  }

  prepare(count: number): Promise<void> {
    return this.#call({ call: 'prepare', count }) as Promise<void>;
  }

  async close(): Promise<void> {
    await this.#call({ call: 'close' });
    this.#end(new TransportError('"session" expected an open session, got a closed one'));
  }

  abort(): void {
    this.#end(new TransportError('"session" expected an open session, got an aborted one'));
  }

  #call(call: WorkerCall): Promise<unknown> {
    if (this.#ended) return Promise.reject(this.#ended);
    return new Promise((resolve, reject) => {
      const request: WorkerRequest = { ...call, id: this.#nextId++ };
      this.#pending.set(request.id, { resolve, reject });
      this.#worker.postMessage(request);
    });
  }

  #end(error: Error): void {
    this.#ended ??= error;
    this.#worker.terminate();
    for (const { reject } of this.#pending.values()) reject(this.#ended);
    this.#pending.clear();
  }
}
