/**
 * `connect(url).infer(image)`: the whole client in one line.
 * @module
 */
import type { Client } from './client.js';
import type { ClientModel, ClientOptions, Host, ProgressListener } from './host.js';
import { startWorker, WorkerHost } from './worker-host.js';

/** Options of {@link connect}. */
export interface ConnectOptions extends ClientOptions {
  /** Told how far set-up, offline and online phases are; at most every 50 ms, and at the end of each. */
  readonly onProgress?: ProgressListener;
  /**
   * Where the session computes: in a worker (default), so that the page stays responsive; in one that this function
   * starts, for bundlers that want it so; or with `false` in the thread that calls.
   */
  readonly worker?: boolean | (() => Worker);
}

async function startHost({ worker = true, onProgress = () => undefined }: ConnectOptions): Promise<Host> {
  if (worker === false) return new (await import('./session-host.js')).SessionHost(onProgress);
  return new WorkerHost(worker === true ? startWorker() : worker(), onProgress);
}

/**
 * Opens a session with a server for private inference.
 *
 * The page needs a secure context (HTTPS, or this machine) for `wss://` and for storage.
 *
 * Security: semi-honest. The server learns nothing of the images; the client learns architecture, gate map, scales and
 * bounds, and the logits. Whoever serves this code could serve other code: see docs/browser.md.
 * @param url - `wss://host:port` of a `relent serve`, or `ws://` for this machine.
 * @returns at once; errors of connecting come from {@link Client.ready} and from every call.
 */
export function connect(url: string, options: ConnectOptions = {}): Client {
  const { onProgress: _, worker: __, ...session } = options;
  let host: Host | null = null;
  let aborted = false;
  const open = async (): Promise<{ readonly host: Host; readonly model: ClientModel }> => {
    host = await startHost(options);
    if (aborted) host.abort();
    return { host, model: await host.open(url, session) };
  };
  const opened = open();
  const ready = opened.then(({ model }) => model);
  // Who only calls `infer` hears of the error there.
  ready.catch(() => undefined);
  return {
    ready,
    infer: async (image) => (await opened).host.infer(image),
    prepare: async (count) => (await opened).host.prepare(count),
    async close() {
      await opened.then(() => host?.close()).catch(() => undefined);
      host?.abort();
    },
    abort() {
      aborted = true;
      host?.abort();
    },
  };
}
