/**
 * What the test's pages do. Runs in the browser; results are plain data, since typed arrays do not pass to the test.
 *
 * @module
 */
import {
  type Client,
  type ClientInference,
  type ClientModel,
  type ConnectOptions,
  connect,
  type Progress,
} from '@relent/client';
import { sodiumGroup } from '@relent/crypto';
import { loadKernelsAsync } from '@relent/kernels';
import { connectSession, type PhaseTraffic } from '@relent/protocol';
import { browserClock, connectWebSocket } from '@relent/protocol/browser';
import sodium from 'libsodium-wrappers-sumo';
import { storeCalls } from './store-calls.js';

/** An image as the test sends it. */
export interface PlainImage {
  readonly width: number;
  readonly height: number;
  readonly data: readonly number[];
}

/** What a page tells of an inference. */
export interface PlainInference {
  readonly logits: readonly number[];
  readonly scores: readonly number[];
  readonly prediction: number;
  readonly label: string | null;
  readonly shares: readonly (readonly [site: string, share: readonly number[]])[];
  readonly offline: PhaseTraffic;
  readonly online: PhaseTraffic;
}

/** An error as a page tells it. */
export interface PlainError {
  readonly name: string;
  readonly code: string | null;
  readonly message: string;
}

const plain = (result: ClientInference): PlainInference => ({
  logits: [...(result.logits ?? [])],
  scores: [...(result.scores ?? [])],
  prediction: result.prediction,
  label: result.label,
  shares: [...(result.clientShares ?? [])].map(([site, share]) => [site, [...share]] as const),
  offline: result.offline,
  online: result.online,
});

const imageOf = ({ width, height, data }: PlainImage): ImageData =>
  new ImageData(Uint8ClampedArray.from(data), width, height);

/** The calls that a test may make. */
export const pageCalls = {
  ...storeCalls,

  /** Classifies images over one session, the first in one line; counts what else the page got done meanwhile. */
  async infer(arg: { url: string; images: readonly PlainImage[]; worker: boolean; keepShares: boolean }): Promise<{
    readonly model: ClientModel;
    readonly results: readonly PlainInference[];
    readonly progress: readonly Progress[];
    readonly ticks: number;
  }> {
    const progress: Progress[] = [];
    let ticks = 0;
    const timer = setInterval(() => ticks++, 1);
    const client = connect(arg.url, {
      worker: arg.worker,
      keepShares: arg.keepShares,
      onProgress: (each) => progress.push(each),
    });
    const results = await Promise.all(arg.images.map((image) => client.infer(imageOf(image))));
    clearInterval(timer);
    const model = await client.ready;
    await client.close();
    return { model, results: results.map(plain), progress, ticks };
  },

  /** One session of the packages below the client, with a seed of the test's: repeatable, and so for tests only. */
  async insecureSeeded(arg: { url: string; seed: readonly number[]; input: readonly number[] }) {
    await sodium.ready;
    const channel = await connectWebSocket({ url: arg.url });
    const session = await connectSession(channel, {
      kernels: await loadKernelsAsync(),
      group: sodiumGroup(sodium),
      clock: browserClock,
      seed: Uint8Array.from(arg.seed),
    });
    const { logits, offline, online } = await session.infer(Float32Array.from(arg.input));
    await session.close();
    return { logits: [...(logits ?? [])], offline, online };
  },

  /** Sends messages of these sizes at once and reads them back; tells those that came back changed. */
  async echo(arg: { url: string; sizes: readonly number[] }): Promise<number[]> {
    const channel = await connectWebSocket({ url: arg.url });
    const messageOf = (size: number): Uint8Array => {
      const message = new Uint8Array(size);
      for (let i = 0; i < size; i++) message[i] = i * 31;
      return message;
    };
    const sent = Promise.all(arg.sizes.map((size) => channel.send(messageOf(size))));
    const changed: number[] = [];
    for (const size of arg.sizes) {
      const expected = messageOf(size);
      const message = await channel.receive();
      if (message.length !== size || message.some((byte, i) => byte !== expected[i])) changed.push(size);
    }
    await sent;
    channel.close();
    return changed;
  },

  /** The errors of `ready` and of an inference, each null where there was none. */
  async failures(arg: {
    url: string;
    expectedHash?: string;
    worker?: boolean;
    abortAfterMs?: number;
    image: PlainImage;
  }) {
    const tell = (error: unknown): PlainError => {
      const { name, message, code = null } = error as Error & { readonly code?: string | null };
      return { name, message, code };
    };
    const { expectedHash, worker } = arg;
    const options: ConnectOptions = {
      ...(expectedHash === undefined ? {} : { expectedHash }),
      ...(worker === undefined ? {} : { worker }),
    };
    const client: Client = connect(arg.url, options);
    const infer = client.infer(imageOf(arg.image)).then(() => null, tell);
    if (arg.abortAfterMs !== undefined) setTimeout(() => client.abort(), arg.abortAfterMs);
    const ready = await client.ready.then(() => null, tell);
    const result = { ready, infer: await infer };
    await client.close();
    return result;
  },
};

/** The calls by name. */
export type PageCalls = typeof pageCalls;

Object.assign(globalThis, { pageCalls });
