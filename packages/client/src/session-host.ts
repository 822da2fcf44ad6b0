/**
 * The session itself, in the thread that calls it.
 * @module
 */
import { sodiumGroup } from '@relent/crypto';
import { logitsToFloat } from '@relent/graph';
import { loadKernelsAsync } from '@relent/kernels';
import {
  type Channel,
  type ClientSession,
  connectSession,
  planCost,
  type SessionTools,
  TransportError,
} from '@relent/protocol';
import { browserClock, connectWebSocket, freshSeed } from '@relent/protocol/browser';
import sodium from 'libsodium-wrappers-sumo';
import type { ClientImage, ClientInference, ClientModel, ClientOptions, Host, ProgressListener } from './host.js';
import { pixelsToInput } from './image.js';
import { ProgressTracker } from './progress.js';

async function loadTools(): Promise<SessionTools> {
  const [kernels] = await Promise.all([loadKernelsAsync(), sodium.ready]);
  return { kernels, group: sodiumGroup(sodium), clock: browserClock, seed: freshSeed() };
}

const bytesOf = ({ bytesUp, bytesDown }: { readonly bytesUp: number; readonly bytesDown: number }): number =>
  bytesUp + bytesDown;

/** Runs one session. */
export class SessionHost implements Host {
  readonly #progress: ProgressTracker;
  #channel: Channel | null = null;
  #session: ClientSession | null = null;
  #shape: readonly number[] = [];
  #aborted = false;
  #prepared = 0;
  #offlinePhases = 0;
  #onlinePhases = 0;
  #tail: Promise<unknown> = Promise.resolve();

  constructor(onProgress: ProgressListener) {
    this.#progress = new ProgressTracker(browserClock, onProgress);
  }

  async open(url: string, options: ClientOptions): Promise<ClientModel> {
    this.#progress.begin('setup', 0, null);
    const tools = await loadTools();
    const channel = await connectWebSocket({ url });
    this.#channel = channel;
    if (this.#aborted) channel.close();
    const session = await connectSession(this.#progress.watch(channel), {
      ...tools,
      ...options,
      onEvent: ({ traffic }) => this.#progress.finish(traffic),
    });
    this.#session = session;
    const input = session.graph.nodes.find(({ op }) => op === 'input');
    this.#shape = input?.shape ?? [];
    const { info, hash } = session;
    const { name, dataset = null, classes = null } = info;
    return { name, dataset, classes, inputShape: this.#shape, hash };
  }

  prepare(count: number): Promise<void> {
    if (!Number.isInteger(count) || count < 0) {
      return Promise.reject(new RangeError(`"count" expected a natural number, got ${count}`));
    }
    return this.#inTurn(async (session) => {
      for (let i = 0; i < count; i++) await this.#prepareOne(session);
    });
  }

  infer(image: ClientImage): Promise<ClientInference> {
    return this.#inTurn(async (session) => {
      const { info, graph } = session;
      const input = ArrayBuffer.isView(image) ? image : pixelsToInput(image, { ...info, shape: this.#shape });
      const { size } = session.plan.input;
      if (input.length !== size) {
        const shape = this.#shape.join(', ');
        throw new RangeError(`"image" expected [${shape}], that is ${size} values, got ${input.length}`);
      }
      if (this.#prepared === 0) await this.#prepareOne(session);
      this.#progress.begin('online', this.#onlinePhases++, bytesOf(planCost(session.plan).online));
      const result = await session.infer(input);
      this.#prepared--;
      const label = info.classes?.[result.prediction] ?? null;
      const { logits } = result;
      return { ...result, scores: logits && Float32Array.from(logitsToFloat(graph, logits)), label };
    });
  }

  close(): Promise<void> {
    return this.#inTurn((session) => session.close());
  }

  abort(): void {
    this.#aborted = true;
    this.#channel?.close();
  }

  async #prepareOne(session: ClientSession): Promise<void> {
    const index = this.#offlinePhases++;
    this.#progress.begin('offline', index, bytesOf(planCost(session.plan, undefined, index).offline));
    await session.prepare(1);
    this.#prepared++;
  }

  /** One call after the other, so that the phases of two calls do not mix in the reports. */
  #inTurn<T>(call: (session: ClientSession) => Promise<T>): Promise<T> {
    const result = this.#tail.then(() => {
      if (this.#session === null) throw new TransportError('"session" expected an open session, got none');
      return call(this.#session);
    });
    this.#tail = result.catch(() => undefined);
    return result;
  }
}
