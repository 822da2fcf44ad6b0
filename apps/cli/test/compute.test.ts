import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pretendCuda } from '@relent/torch/pretend-cuda';
import { Command } from 'commander';
import { addComputeOptions, computeArguments, prepareCompute } from '../dist/compute.js';

const parse = (words: string[], trains: boolean) => {
  const command = addComputeOptions(new Command(), { trains })
    .exitOverride()
    .configureOutput({ writeErr: () => {} });
  return command.parse(words, { from: 'user' }).opts();
};

test('devices and precisions by name', () => {
  assert.deepEqual(parse([], true), { device: 'cpu', precision: 'float32' });
  assert.deepEqual(parse(['--device', 'cuda:1', '--threads', '3'], false), { device: 'cuda:1', threads: 3 });
  for (const wrong of ['gpu', 'cuda:', 'cuda:x', 'meta']) assert.throws(() => parse(['--device', wrong], true));
  assert.throws(() => parse(['--precision', 'half'], true));
});

test('a process that shall compute alike is told so', () => {
  const choice = { device: 'cuda', precision: 'mixed', threads: 2 } as const;
  assert.deepEqual(parse(computeArguments(choice), true), choice);
  assert.deepEqual(computeArguments({}), []);
});

test('a device that is not here is named, with those that are', async () => {
  const pretended = pretendCuda();
  try {
    assert.deepEqual(await prepareCompute({ device: 'cuda', threads: 1 }), { device: 'cuda', precision: 'float32' });
    await assert.rejects(
      prepareCompute({ device: 'cuda:1', threads: 1 }),
      /one of cpu, cuda:0, which are here, got cuda:1/,
    );
  } finally {
    pretended.stop();
  }
  assert.deepEqual(await prepareCompute({ precision: 'mixed', threads: 1 }), { device: 'cpu', precision: 'mixed' });
});
