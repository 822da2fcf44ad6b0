import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { FormatError } from '@relent/graph';
import { Generator, liveHandles } from '@relent/torch';
import { evaluate, type FitProgress, fit, Network, sgd } from '@relent/train';
import { tinyData } from './tiny-data.js';
import { tinyGraph } from './tiny-graph.js';

const root = mkdtempSync(join(tmpdir(), 'relent-fit-'));
after(() => rmSync(root, { recursive: true }));

const data = tinyData();
const fresh = () => Network.create(tinyGraph(), { generator: new Generator(7) });

function train(folder: string, killAfter = 0) {
  const program = fileURLToPath(new URL('resumed-run.js', import.meta.url));
  return spawnSync(process.execPath, [program, folder, String(killAfter)], { encoding: 'utf8' });
}

describe('fit', () => {
  it('learns, reports and leaks nothing', async () => {
    const network = fresh();
    const before = liveHandles();
    const reports: FitProgress[] = [];
    const result = await fit({ network, data, epochs: 6, batchSize: 32, onProgress: (p) => reports.push(p) });
    assert.ok(liveHandles() <= before, `${liveHandles()} handles, ${before} before`);
    assert.equal(result.curve.length, 6);
    assert.ok(result.curve[5]!.trainLoss < 0.5 * result.curve[0]!.trainLoss);
    const ends = reports.filter(({ phase }) => phase === 'epoch');
    assert.deepEqual(
      ends.map(({ metrics }) => metrics!.epoch),
      [1, 2, 3, 4, 5, 6],
    );
    assert.equal(ends[5]!.etaSeconds, 0);
    const { accuracy } = await evaluate(network, data, 'test');
    assert.ok(accuracy > 0.9, `accuracy ${accuracy}`);
    const validation = await evaluate(network, data, 'validation');
    assert.equal(validation.accuracy, result.best!.validationAccuracy);
    network.free();
  });

  it('goes on after a kill to the identical curve and weights', () => {
    const whole = train(join(root, 'whole'));
    assert.equal(whole.status, 0, whole.stderr);
    const killed = train(join(root, 'killed'), 2);
    assert.equal(killed.signal, 'SIGKILL');
    assert.equal(
      readFileSync(join(root, 'killed', 'metrics.jsonl'), 'utf8')
        .trim()
        .split('\n').length,
      2,
    );
    const resumed = train(join(root, 'killed'));
    assert.equal(resumed.status, 0, resumed.stderr);
    assert.deepEqual(JSON.parse(resumed.stdout), JSON.parse(whole.stdout));
  });

  it('does not repeat a finished run, and refuses to go on with other options', async () => {
    const folder = join(root, 'done');
    const options = { data, epochs: 1, batchSize: 64, runFolder: folder };
    const first = fresh();
    const { curve } = await fit({ ...options, network: first });
    const again = fresh();
    const second = await fit({ ...options, network: again, onProgress: () => assert.fail('trained again') });
    assert.deepEqual(second.curve, curve);
    assert.deepEqual(again.toModel({ name: 'a' }), first.toModel({ name: 'a' }));
    await assert.rejects(fit({ ...options, network: again, epochs: 2 }), /belongs to a run with other options/);
    await assert.rejects(fit({ ...options, network: again, optimizer: sgd({ momentum: 0 }) }), /other options/);
    writeFileSync(
      join(folder, 'checkpoint.safetensors'),
      readFileSync(join(folder, 'checkpoint.safetensors')).subarray(0, 999),
    );
    await assert.rejects(fit({ ...options, network: again }), FormatError);
  });

  it('learns from a teacher', async () => {
    const teacher = fresh();
    await fit({ network: teacher, data, epochs: 6, batchSize: 16 });
    const student = Network.create(tinyGraph(), { generator: new Generator(8) });
    const before = teacher.toModel({ name: 'teacher' });
    await fit({
      network: student,
      data,
      epochs: 15,
      batchSize: 16,
      distillation: { teacher, weight: 1 },
      keep: 'last',
    });
    assert.deepEqual(teacher.toModel({ name: 'teacher' }), before);
    const { accuracy } = await evaluate(student, data, 'test');
    assert.ok(accuracy > 0.8, `accuracy ${accuracy}`);
  });

  it('stops when asked, with what was checkpointed in place', async () => {
    const abort = new AbortController();
    const folder = join(root, 'stopped');
    const onProgress = ({ phase }: FitProgress) => phase === 'epoch' && abort.abort(new Error('enough'));
    const options = { network: fresh(), data, epochs: 50, batchSize: 32, runFolder: folder, signal: abort.signal };
    await assert.rejects(fit({ ...options, onProgress: (p) => void onProgress(p) }), /enough/);
    assert.ok(existsSync(join(folder, 'checkpoint.safetensors')));
  });

  it('names a diverging loss and options out of range', async () => {
    const wild = { kind: 'constant', peak: 1e12 } as const;
    await assert.rejects(
      fit({ network: fresh(), data, epochs: 3, schedule: wild }),
      /the loss is no longer finite in epoch/,
    );
    await assert.rejects(fit({ network: fresh(), data, epochs: 0 }), /"epochs" expected a positive integer, got 0/);
    await assert.rejects(fit({ network: fresh(), data, epochs: 1, batchSize: 0.5 }), /"batchSize" expected/);
  });
});
