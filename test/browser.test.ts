import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { pixelsToInput } from '@relent/client';
import { sodiumGroup } from '@relent/crypto';
import { type IntegerModel, interpretInteger, quantizeImage } from '@relent/graph';
import { loadKernels } from '@relent/kernels';
import {
  type Channel,
  connectSession,
  planCost,
  type SessionTools,
  serveSession,
  webSocketMessageBytes,
} from '@relent/protocol';
import { connectWebSocket, freshSeed, type ListenOptions, listen, nodeClock } from '@relent/protocol/node';
import sodium from 'libsodium-wrappers-sumo';
import { type WebSocket, WebSocketServer } from 'ws';
import { type BundledFile, bundleTestPage } from './browser/bundle.js';
import { type Browser, chromiumPath, noChromium, startChromium, type TestPage } from './browser/chromium.js';
import type { PlainImage, PlainInference } from './browser/page/calls.js';
import { type PageServer, servePages } from './browser/page-server.js';
import { classNames, inputShape, randomPixels, tinyInfo, writeTinyZooModel } from './browser/tiny-zoo.js';
import { type RunningServer, serve } from './relent-process.js';

const folder = mkdtempSync(join(tmpdir(), 'relent-browser-'));
const modelFile = join(folder, 'tiny.relent');
const { integer }: { readonly integer: IntegerModel } = writeTinyZooModel(modelFile);
const [, height, width] = inputShape;
await sodium.ready;
const kernels = loadKernels();
const toolsOf = (seed: Uint8Array): SessionTools => ({
  kernels,
  group: sodiumGroup(sodium),
  clock: nodeClock,
  seed,
});

const imageOf = (seed: number, w: number = width, h: number = height): PlainImage => ({
  width: w,
  height: h,
  data: [...randomPixels(seed, w, h)],
});
const inputOf = ({ data, ...size }: PlainImage): Float32Array =>
  pixelsToInput({ ...size, data: Uint8ClampedArray.from(data) }, { shape: inputShape, ...tinyInfo });

/** The logits that the integer interpreter gives with a client's shares. */
function interpret(input: Float32Array, shares: ReadonlyMap<string, Int32Array>): readonly number[] {
  const clientShares = (site: string) => shares.get(site) as Int32Array;
  return [...interpretInteger(integer, quantizeImage(integer.graph, input), { mode: 'shares', clientShares }).output];
}

async function withListener(options: Pick<ListenOptions, 'onSession'>, use: (port: number) => Promise<void>) {
  const listener = await listen({ port: 0, webSocket: { origins: [] }, ...options });
  try {
    await use(listener.port);
  } finally {
    await listener.close();
  }
}

const sharesOf = ({ shares }: PlainInference) => new Map(shares.map(([site, share]) => [site, Int32Array.from(share)]));

let bundle: readonly BundledFile[] = [];
before(async () => {
  bundle = await bundleTestPage(join(folder, 'page'));
});
after(() => rmSync(folder, { recursive: true, force: true }));

test('the published bundle takes less than 300 kB compressed, and the part that a page waits for far less', () => {
  const total = bundle.reduce((sum, { gzipBytes }) => sum + gzipBytes, 0);
  assert.ok(total < 300_000, `${total} bytes: ${JSON.stringify(bundle)}`);
  assert.deepEqual(
    bundle.filter(({ name }) => /^(relent-client|worker)\.js$/.test(name)).map(({ gzipBytes }) => gzipBytes < 20_000),
    [true, true],
  );
});

describe('the client in headless Chromium', { skip: noChromium }, () => {
  let browser: Browser;
  let pages: PageServer;
  let server: RunningServer;
  let page: TestPage;
  before(async () => {
    [browser, pages, server] = await Promise.all([
      startChromium(chromiumPath as string),
      servePages(join(folder, 'page')),
      serve(modelFile),
    ]);
    page = await browser.open(`${pages.origin}/bare.html`);
  });
  after(async () => {
    await browser?.close();
    await Promise.all([pages?.close(), server?.stop()]);
  });
  const url = (port: number) => `ws://127.0.0.1:${port}`;

  test('connect(url).infer(imageData) in a worker, against a real server: equal to the integer interpreter', async () => {
    const images = [imageOf(1), imageOf(2, 3 * width, 2 * height + 1)];
    const { model, results, progress, ticks } = await page.call('infer', {
      url: url(server.port),
      images,
      worker: true,
      keepShares: true,
    });
    assert.equal(model.name, tinyInfo.name);
    assert.deepEqual(model.classes, classNames);
    assert.deepEqual(model.inputShape, inputShape);
    for (const [i, result] of results.entries()) {
      const input = inputOf(images[i] as PlainImage);
      assert.deepEqual(result.logits, interpret(input, sharesOf(result)));
      assert.equal(result.label, classNames[result.prediction]);
      assert.equal(result.scores.indexOf(Math.max(...result.scores)), result.prediction);
    }
    assert.ok(ticks > 0, 'the page went on while the worker computed');
    assert.deepEqual(
      progress.filter(({ done }) => done).map(({ phase, index }) => `${phase} ${index}`),
      ['setup 0', 'offline 0', 'online 0', 'offline 1', 'online 1'],
    );
    for (const { phase, bytesUp, bytesDown, expectedBytes } of progress.filter(({ done }) => done)) {
      if (phase !== 'setup') assert.equal(bytesUp + bytesDown, expectedBytes, phase);
    }
    browser.quiet();
  });

  test('the Node client gets the same from the same server, over the same transport', async () => {
    const input = inputOf(imageOf(1));
    const channel = await connectWebSocket({ url: url(server.port) });
    const session = await connectSession(channel, { ...toolsOf(freshSeed()), keepShares: true });
    const { logits, clientShares } = await session.infer(input);
    await session.close();
    assert.deepEqual([...(logits ?? [])], interpret(input, clientShares ?? new Map()));
  });

  test('with one seed, browser and Node exchange the same bytes and get the same logits', async () => {
    const digests: string[] = [];
    const onSession = async (channel: Channel) => {
      const hash = createHash('sha256');
      const watched: Channel = {
        send: (message) => {
          hash.update('server').update(message);
          return channel.send(message);
        },
        receive: async () => {
          const message = await channel.receive();
          hash.update('client').update(message);
          return message;
        },
        close: () => channel.close(),
      };
      await serveSession({ integer, info: tinyInfo }, watched, toolsOf(new Uint8Array(32).fill(3)));
      digests.push(hash.digest('hex'));
    };
    await withListener({ onSession }, async (port) => {
      const input = inputOf(imageOf(4));
      const seed = new Uint8Array(32).fill(4);
      const session = await connectSession(await connectWebSocket({ url: url(port) }), toolsOf(seed));
      const here = await session.infer(input);
      await session.close();
      const there = await page.call('insecureSeeded', { url: url(port), seed: [...seed], input: [...input] });
      assert.deepEqual(there.logits, [...(here.logits ?? [])]);
      const { offline, online } = planCost(session.plan);
      for (const [planned, metered] of [
        [offline, there.offline],
        [online, there.online],
      ] as const) {
        assert.deepEqual(
          [metered.bytesUp, metered.bytesDown, metered.rounds],
          [planned.bytesUp, planned.bytesDown, planned.rounds],
        );
      }
    });
    assert.equal(digests.length, 2);
    assert.equal(digests[0], digests[1]);
  });

  test('without a worker the session runs in the page', async () => {
    const image = imageOf(3);
    const { results } = await page.call('infer', {
      url: url(server.port),
      images: [image],
      worker: false,
      keepShares: true,
    });
    for (const result of results) assert.deepEqual(result.logits, interpret(inputOf(image), sharesOf(result)));
    browser.quiet();
  });

  test('messages of every size pass, and both sides may send at once', async () => {
    const sizes = [0, 1, 2 ** 20 - 1, 2 ** 20, 2 ** 20 + 1, 9 * 2 ** 20 + 5];
    const onSession = async (channel: Channel) => {
      for (const _ of sizes) await channel.send(await channel.receive());
    };
    await withListener({ onSession }, async (port) => {
      assert.deepEqual(await page.call('echo', { url: url(port), sizes }), []);
    });
  });

  const failure = async (server: (socket: WebSocket) => void, options: { abortAfterMs?: number } = {}) => {
    const wild = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    await once(wild, 'listening');
    wild.on('connection', server);
    const { port } = wild.address() as AddressInfo;
    const { ready, infer } = await page.call('failures', { url: url(port), image: imageOf(5), ...options });
    for (const socket of wild.clients) socket.terminate();
    wild.close();
    assert.deepEqual(infer, ready, 'every call tells why the session failed');
    return `${ready?.name} ${ready?.code ?? ready?.message}`;
  };

  test('a server that breaks the framing is a ProtocolError, one that goes away a TransportError', async () => {
    const malformed = 'ProtocolError malformed';
    assert.equal(await failure((socket) => socket.send('text')), malformed);
    assert.equal(await failure((socket) => socket.send(Uint8Array.of(0, 0, 0, 0x7f))), malformed);
    assert.equal(await failure((socket) => socket.send(new Uint8Array(webSocketMessageBytes + 1))), malformed);
    const truncated = await failure((socket) => {
      socket.send(Uint8Array.of(10, 0, 0, 0, 1));
      socket.close();
    });
    assert.match(truncated, /^TransportError .* closed by the peer inside a message/);
    assert.match(await failure((socket) => socket.terminate()), /^TransportError .* expected to stay open/);
    assert.match(await failure(() => undefined, { abortAfterMs: 50 }), /^TransportError .* got an aborted one/);
  });

  test('another model than the expected one is refused, and so is a page of another origin', async () => {
    const image = imageOf(5);
    const { ready } = await page.call('failures', { url: url(server.port), expectedHash: '0'.repeat(64), image });
    assert.equal(ready?.code, 'model');
    const other = await browser.open(`${pages.origin.replace('127.0.0.1', 'other.localhost')}/bare.html`);
    const refused = await other.call('failures', { url: url(server.port), image });
    assert.match(String(refused.ready?.message), /does it admit pages of this origin/);
    await other.close();
    assert.match(server.stderr(), /"origin" expected an admitted one/);
  });
});
