import assert from 'node:assert/strict';
import { once } from 'node:events';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, connect as openSocket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { decodeBundle, encodeBundle } from '@relent/graph';
import sharp from 'sharp';
import { type Finished, killAfterFirstLine, type RunningServer, relent, serve } from './relent-process.js';
import { writeTinyFashionMnist } from './tiny-data.js';

interface Inferred {
  readonly image: string;
  readonly prediction: number;
  readonly label?: number;
  readonly logits: readonly number[] | null;
  readonly offline: Readonly<Record<'bytesUp' | 'bytesDown' | 'rounds' | 'ms', number>>;
  readonly online: Readonly<Record<'bytesUp' | 'bytesDown' | 'rounds' | 'ms', number>>;
  readonly check?: { readonly exact: boolean; readonly floorDistance: number; readonly floorBound: number };
}

const folder = mkdtempSync(join(tmpdir(), 'relent-test-'));
const env = { RELENT_DATA: join(folder, 'data'), XDG_CACHE_HOME: join(folder, 'cache') };
const run = (...args: string[]) => relent(args, { folder, env });
const json = <T>({ code, stdout, stderr }: Finished): T => {
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout) as T;
};
const jsonLines = <T>({ code, stdout, stderr }: Finished): T[] => {
  assert.equal(code, 0, stderr);
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as T);
};

before(() => writeTinyFashionMnist(env.RELENT_DATA, 5320, 40));
after(() => rmSync(folder, { recursive: true, force: true }));

describe('from a data set to a private answer', () => {
  let server: RunningServer;
  after(() => server?.stop());

  test('train', async () => {
    const done = await run(
      'train',
      'resnet8@fashion-mnist',
      '--width',
      '0.25',
      '--epochs',
      '2',
      '--batch',
      '32',
      '--label-smoothing',
      '0.1',
      '--out',
      'run',
      '--json',
    );
    const { file, testAccuracy } = json<{ file: string; testAccuracy: number }>(done);
    assert.equal(file, join('run', 'model.relent'));
    assert.ok(testAccuracy >= 0 && testAccuracy <= 1);
    const again = await run(
      'train',
      'resnet8@fashion-mnist',
      '--width',
      '0.25',
      '--epochs',
      '2',
      '--batch',
      '32',
      '--label-smoothing',
      '0.1',
      '--out',
      'run',
      '--json',
    );
    assert.equal(json<{ testAccuracy: number }>(again).testAccuracy, testAccuracy, 'a finished run is not repeated');
  });

  test('reduce and count', async () => {
    const reduced = await run(
      'reduce',
      'run/model.relent',
      '--budget',
      '10%',
      '--epochs',
      '1',
      '--out',
      'reduced.relent',
      '--json',
    );
    const { comparisons, comparisonsBefore } = json<{ comparisons: number; comparisonsBefore: number }>(reduced);
    assert.ok(comparisons > 0 && comparisons <= comparisonsBefore / 10);
    const count = json<{ comparisons: number; sites: { comparisons: number }[] }>(
      await run('count', 'reduced.relent', '--json'),
    );
    assert.equal(count.comparisons, comparisons);
    assert.equal(
      count.sites.reduce((sum, site) => sum + site.comparisons, 0),
      comparisons,
    );
  });

  test('convert: half the bytes, and nearly the same answers', async () => {
    const done = await run('convert', 'reduced.relent', '--weights', 'float16', '--out', 'half.relent', '--json');
    const { bytes, bytesBefore } = json<{ bytes: number; bytesBefore: number }>(done);
    assert.ok(bytes < 0.8 * bytesBefore);
    const [whole, half] = await Promise.all(
      ['reduced.relent', 'half.relent'].map((file) => run('eval', file, '--split', 'validation', '--json')),
    );
    const accuracy = (finished: Finished) => json<{ accuracy: number }>(finished).accuracy;
    assert.ok(Math.abs(accuracy(whole!) - accuracy(half!)) < 0.01);
  });

  test('quantize and eval', async () => {
    const quantised = await run('quantize', 'reduced.relent', '--images', '64', '--out', 'private.relent', '--json');
    assert.equal(json<{ ringBits: number }>(quantised).ringBits, 32);
    const float = json<{ accuracy: number; count: number }>(await run('eval', 'private.relent', '--json'));
    const integer = json<{ accuracy: number; count: number }>(
      await run('eval', 'private.relent', '--integer', 'floor', '--json'),
    );
    assert.equal(float.count, 40);
    assert.equal(integer.count, 40);
    assert.ok(
      Math.abs(float.accuracy - integer.accuracy) <= 0.1,
      `${float.accuracy} in float, ${integer.accuracy} in integers`,
    );
  });

  test('serve and infer: private results equal the integer interpreter, bytes equal the prediction', async () => {
    server = await serve('private.relent', { folder, env });
    const address = `127.0.0.1:${server.port}`;
    const done = await run(
      'infer',
      '--server',
      address,
      '--check',
      'private.relent',
      '--json',
      'fashion-mnist:test:0-2',
    );
    assert.doesNotMatch(done.stderr + server.stderr(), /warning/);
    const images = jsonLines<Inferred>(done);
    assert.deepEqual(
      images.map(({ image, label }) => [image, label]),
      [
        ['fashion-mnist:test:0', 0],
        ['fashion-mnist:test:1', 1],
        ['fashion-mnist:test:2', 2],
      ],
    );
    for (const [index, { logits, check, offline, online }] of images.entries()) {
      const cost = json<{
        offline: { bytesUp: number; bytesDown: number };
        online: { bytesUp: number; bytesDown: number };
      }>(await run('cost', 'private.relent', '--image', String(index), '--json'));
      assert.equal(logits?.length, 10);
      assert.ok(check?.exact && check.floorDistance <= check.floorBound);
      assert.deepEqual([offline.bytesUp, offline.bytesDown], [cost.offline.bytesUp, cost.offline.bytesDown]);
      assert.deepEqual([online.bytesUp, online.bytesDown], [cost.online.bytesUp, cost.online.bytesDown]);
    }
  });

  test('a server that tells classes alone, and three images at once', async () => {
    const reticent = await serve('private.relent', { folder, env }, ['--output', 'class', '--once']);
    const address = `127.0.0.1:${reticent.port}`;
    const check = ['--check', 'private.relent', '--json', 'fashion-mnist:test:0-2'];
    const images = jsonLines<Inferred>(await run('infer', '--server', address, '--batch', '3', ...check));
    await reticent.stop();
    assert.equal(images.length, 3);
    const cost = json<{ online: { bytesUp: number; bytesDown: number; rounds: number } }>(
      await run('cost', 'private.relent', '--batch', '3', '--output', 'class', '--json'),
    );
    for (const { logits, check: checked, online } of images) {
      assert.equal(logits, null);
      assert.ok(checked?.exact);
      for (const name of ['bytesUp', 'bytesDown', 'rounds'] as const)
        assert.ok(Math.abs(3 * online[name] - cost.online[name]) < 1e-6, name);
    }
  });

  test('an image file is scaled to the network', async () => {
    const photo = join(folder, 'photo.png');
    await sharp({ create: { width: 90, height: 60, channels: 3, background: '#a03010' } })
      .png()
      .toFile(photo);
    const [result] = jsonLines<Inferred>(
      await run('infer', '--server', `127.0.0.1:${server.port}`, '--json', 'photo.png'),
    );
    assert.equal(result?.image, 'photo.png');
    assert.equal(result?.label, undefined);
  });

  test('a client that is killed in the middle leaves the server serving', async () => {
    const address = `127.0.0.1:${server.port}`;
    const first = await killAfterFirstLine(['infer', '--server', address, '--json', 'fashion-mnist:test:0-39'], {
      folder,
      env,
    });
    assert.equal((JSON.parse(first) as Inferred).image, 'fashion-mnist:test:0');
    assert.equal(
      jsonLines<Inferred>(await run('infer', '--server', address, '--json', 'fashion-mnist:test:5')).length,
      1,
    );
  });

  test('strangers who send nonsense leave the server serving', async () => {
    for (const greeting of [Uint8Array.of(9, 0, 0, 0, 1, 2), Buffer.from('GET / HTTP/1.1\r\n\r\n')]) {
      const socket = openSocket({ port: server.port, host: '127.0.0.1' });
      socket.on('error', () => {});
      await once(socket, 'connect');
      socket.end(greeting);
      await once(socket.resume(), 'close');
    }
    const again = await run('infer', '--server', `ws://127.0.0.1:${server.port}`, '--json', 'fashion-mnist:test:5');
    assert.equal(jsonLines<Inferred>(again).length, 1);
  });

  test('a client that checks against another model is refused', async () => {
    const other = await run('quantize', 'run/model.relent', '--images', '16', '--out', 'other.relent');
    assert.equal(other.code, 0, other.stderr);
    const done = await run(
      'infer',
      '--server',
      `127.0.0.1:${server.port}`,
      '--check',
      'other.relent',
      'fashion-mnist:test:0',
    );
    fails(done, 1, /"hash" expected that of the agreed model/);
  });

  test('a file that is no image, and images of another shape', async () => {
    const address = `127.0.0.1:${server.port}`;
    writeFileSync(join(folder, 'no-image.png'), 'not a picture');
    fails(
      await run('infer', '--server', address, 'no-image.png'),
      1,
      /"IMAGE" expected an image file, got "no-image\.png"/,
    );
    fails(await run('infer', '--server', address, 'fashion-mnist:test:40'), 1, /expected an index below 40/);
    fails(await run('infer', '--server', address, 'fashion-mnist:test:3-2'), 2, /FIRST-LAST in order/);
    fails(await run('infer', '--server', address, 'gone.png'), 1, /no such file/);
  });

  test('a busy port', async () => {
    const blocker = createServer().listen(0, '127.0.0.1');
    await once(blocker, 'listening');
    const { port } = blocker.address() as { port: number };
    fails(
      await run('serve', 'private.relent', '--port', String(port)),
      1,
      new RegExp(`"port" expected a free port, got ${port}`),
    );
    blocker.close();
  });

  test('a graph whose range cannot be proven', async () => {
    const { model } = decodeBundle(new Uint8Array(readFileSync(join(folder, 'run/model.relent'))));
    const weights = new Map(model.weights);
    const bias = weights.get('fc.bias')!;
    weights.set('fc.bias', { ...bias, data: bias.data.map(() => 1e12) });
    writeFileSync(join(folder, 'wild.relent'), encodeBundle({ ...model, weights }));
    fails(
      await run('quantize', 'wild.relent', '--images', '16', '--ring-bits', '20', '--out', 'x.relent'),
      1,
      /layer "fc" expected \|.+\| < 2\^/,
    );
  });

  test('a truncated, a changed and an unquantised model', async () => {
    const whole = readFileSync(join(folder, 'private.relent'));
    writeFileSync(join(folder, 'short.relent'), whole.subarray(0, whole.length - 100));
    fails(await run('count', 'short.relent'), 1, /short\.relent: /);
    const changed = Buffer.from(whole);
    changed[changed.length - 1]! ^= 1;
    writeFileSync(join(folder, 'changed.relent'), changed);
    fails(await run('serve', 'changed.relent', '--port', '0'), 1, /changed\.relent: /);
    copyFileSync(join(folder, 'run/model.relent'), join(folder, 'float.relent'));
    fails(await run('serve', 'float.relent', '--port', '0'), 1, /expected a quantised model/);
    fails(await run('eval', 'float.relent', '--integer', 'floor'), 1, /expected a quantised model/);
  });
});

/** A failure is one clear line on stderr, no stack, nothing on stdout. */
function fails({ code, stdout, stderr }: Finished, expectedCode: number, message: RegExp): void {
  assert.equal(code, expectedCode, stderr);
  assert.equal(stdout, '');
  assert.match(stderr, message);
  assert.doesNotMatch(stderr, /^\s+at /m);
}

describe('wrong usage', () => {
  const empty = { RELENT_DATA: join(folder, 'nothing'), XDG_CACHE_HOME: join(folder, 'nothing') };

  test('an unknown command, with a suggestion', async () => {
    fails(await run('quantise', 'x'), 2, /unknown command 'quantise'[\s\S]*quantize/);
  });

  test('a missing argument, a wrong option, a wrong value', async () => {
    fails(await run('count'), 2, /missing required argument 'MODEL'/);
    fails(await run('count', 'resnet8@mnist', '--sideways'), 2, /unknown option '--sideways'/);
    fails(await run('reduce', 'x'), 2, /required option '--budget/);
    fails(await run('reduce', 'x', '--budget', 'half', '--out', 'y'), 2, /number of comparisons/);
    fails(await run('cost', 'resnet8@mnist', '--network', 'moon'), 2, /lan, wan, mobile/);
    fails(await run('infer', '--server', 'nowhere', 'x.png'), 2, /HOST:PORT/);
    fails(await run('serve', 'x', '--port', '70000'), 2, /whole number from 0 to 65535/);
  });

  test('an unknown architecture, data set or file', async () => {
    fails(await run('count', 'resnet7@mnist'), 1, /expected an architecture \(.*resnet8.*\), got "resnet7"/);
    fails(await run('count', 'resnet8@cifar-11'), 1, /"DATASET" expected .*cifar-10.*, got "cifar-11"/);
    fails(await run('count', 'nothing.relent'), 1, /expected a model file or a name such as/);
    fails(await run('eval', 'resnet8@mnist'), 1, /expected a trained model file/);
  });

  test('a missing data set', async () => {
    const done = await relent(['train', 'resnet8@cifar-100', '--out', 'none'], { folder, env: empty });
    fails(done, 1, /data set "cifar-100" expected in .*relent data get cifar-100/);
    const offline = await relent(['data', 'get', 'cifar-100', '--offline'], { folder, env: empty });
    fails(offline, 1, /could not be fetched/);
  });

  test('a server that is not there', async () => {
    const free = createServer().listen(0, '127.0.0.1');
    await once(free, 'listening');
    const { port } = free.address() as { port: number };
    free.close();
    await once(free, 'close');
    fails(await run('infer', '--server', `127.0.0.1:${port}`, 'fashion-mnist:test:0'), 1, /is the server running/);
  });

  test('help and version end well', async () => {
    for (const args of [['--help'], ['--version'], ['infer', '--help'], []]) {
      const done = await run(...args);
      assert.equal(done.code, 0, done.stderr);
      assert.notEqual(done.stdout, '');
    }
  });

  test('every command has --help and --json', async () => {
    const { stdout } = await run('--help');
    const names = [...stdout.matchAll(/^ {2}(\w+)(?: \[options\])? /gm)].map(([, name]) => name!);
    const wanted = ['data', 'train', 'reduce', 'convert', 'count', 'cost', 'quantize', 'serve', 'infer', 'eval'];
    assert.deepEqual(
      wanted.filter((name) => !names.includes(name)),
      [],
    );
    for (const name of wanted.filter((each) => each !== 'data'))
      assert.match((await run(name, '--help')).stdout, /--json/);
    for (const name of ['get', 'list']) assert.match((await run('data', name, '--help')).stdout, /--json/);
  });
});
