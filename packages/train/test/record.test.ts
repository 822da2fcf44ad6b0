import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { writeRecord } from '@relent/train';

describe('writeRecord', () => {
  it('writes what was run, with what, and the curve', () => {
    const folder = join(mkdtempSync(join(tmpdir(), 'relent-record-')), 'tiny');
    const entry = {
      learningRate: 0.1,
      trainLoss: 1,
      trainAccuracy: 0.5,
      validationLoss: null,
      validationAccuracy: null,
    };
    const curve = [1, 2].map((epoch) => ({ epoch, ...entry, seconds: 1.5, imagesPerSecond: 100 }));
    const input = {
      name: 'tiny',
      command: 'relent train tiny@noise',
      configuration: { batchSize: 8 },
      seeds: { network: 1 },
      curve,
      results: { testAccuracy: 0.9 },
    };
    const record = writeRecord(folder, input);
    assert.equal(record.wallSeconds, 3);
    const written = JSON.parse(readFileSync(join(folder, 'record.json'), 'utf8'));
    assert.deepEqual([written.results.testAccuracy, written.epochs, written.versions.node], [0.9, 2, process.version]);
    const lines = readFileSync(join(folder, 'curve.csv'), 'utf8').split('\n');
    assert.equal(lines[0]!.split(',')[0], 'epoch');
    assert.equal(lines[2], '2,0.1,1,0.5,,,1.5,100');
    rmSync(folder, { recursive: true });
  });
});
