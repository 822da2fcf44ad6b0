/**
 * The worker: answers the calls of its page with a session of its own. A script to start, with nothing to import.
 * @module
 */
import type { Host } from './host.js';
import { SessionHost } from './session-host.js';
import { encodeError, type Port, type WorkerAnswer, type WorkerCall, type WorkerRequest } from './worker-messages.js';

function answer(host: Host, request: WorkerCall): Promise<unknown> {
  switch (request.call) {
    case 'open':
      return host.open(request.url, request.options);
    case 'infer':
      return host.infer(request.image);
    case 'prepare':
      return host.prepare(request.count);
    case 'close':
      return host.close();
    default:
      return request satisfies never;
  }
}

function serveCalls(port: Port<WorkerAnswer, WorkerRequest>): void {
  const host = new SessionHost((progress) => port.postMessage({ kind: 'progress', progress }));
  port.addEventListener('message', ({ data }) => {
    const { id } = data;
    answer(host, data).then(
      (result) => port.postMessage({ kind: 'result', id, result }),
      (error: unknown) => port.postMessage({ kind: 'error', id, error: encodeError(error) }),
    );
  });
}

serveCalls(globalThis as unknown as Port<WorkerAnswer, WorkerRequest>);
