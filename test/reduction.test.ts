import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { type Finished, relent } from './relent-process.js';
import { writeTinyFashionMnist } from './tiny-data.js';

const folder = mkdtempSync(join(tmpdir(), 'relent-reduction-'));
const env = { RELENT_DATA: join(folder, 'data'), XDG_CACHE_HOME: join(folder, 'cache') };
const run = (...args: string[]) => relent(args, { folder, env });
const json = <T>({ code, stdout, stderr }: Finished): T => {
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout) as T;
};

/** A failure is one clear line on stderr, no stack, nothing on stdout. */
function fails({ code, stdout, stderr }: Finished, expectedCode: number, message: RegExp): void {
  assert.equal(code, expectedCode, stderr);
  assert.equal(stdout, '');
  assert.match(stderr, message);
  assert.doesNotMatch(stderr, /^\s+at /m);
}

interface Costs {
  readonly image: { readonly bytes: number };
  readonly online: { readonly networkMs: number };
}

/** What `relent cost` says of a model, bytes both ways together. */
async function costOf(model: string, network: string): Promise<Costs> {
  type Traffic = Readonly<Record<'bytesUp' | 'bytesDown' | 'networkMs', number>>;
  const cost = json<Record<'image' | 'online', Traffic>>(await run('cost', model, '--network', network, '--json'));
  return { image: { bytes: cost.image.bytesUp + cost.image.bytesDown }, online: cost.online };
}

describe('relent reduce', () => {
  after(() => rmSync(folder, { recursive: true, force: true }));

  test('an architecture is only given its gate map, or needs training', async () => {
    const name = ['reduce', 'resnet8@fashion-mnist', '--width', '0.25', '--epochs', '0', '--json'];
    const bare = await run(...name, '--method', 'full', '--budget', '100%', '--out', 'model.relent');
    assert.match(bare.stderr, /the network has fresh weights of seed 1, which nothing has trained/);
    assert.ok(json<{ comparisons: number }>(bare).comparisons > 10_000);
    // The gate map was made without a data set; what trains, or looks at images, comes after it.
    writeTinyFashionMnist(env.RELENT_DATA, 5200, 40);
    fails(
      await run(...name, '--method', 'snl', '--budget', '10%', '--out', 'x.relent'),
      1,
      /"model" expected trained weights for method snl, .*share.*, got none/,
    );
  });

  test('auto meets a budget of bytes or milliseconds, by the figure that cost gives', async () => {
    const before = await costOf('model.relent', 'wan');
    for (const [budget, phase, figure] of [
      [`${Math.round(0.8 * before.image.bytes)}B`, 'both', (cost: Costs) => cost.image.bytes],
      [`${Math.round(0.8 * before.online.networkMs)}ms`, 'online', (cost: Costs) => cost.online.networkMs],
    ] as const) {
      const quick = ['--set', 'images=64', '--set', 'trialImages=32', '--set', 'rounds=1', '--epochs', '1'];
      const where = ['--network', 'wan', '--phase', phase, '--out', 'auto.relent'];
      const done = await run('reduce', 'model.relent', '--method', 'auto', '--budget', budget, ...where, ...quick);
      assert.equal(done.code, 0, done.stderr);
      const asked = Number.parseInt(budget, 10);
      const after = figure(await costOf('auto.relent', 'wan'));
      assert.ok(after <= asked && after > 0.9 * asked, `${after} for ${budget}`);
    }
    const least = await run('reduce', 'model.relent', '--method', 'auto', '--budget', '1kB', '--out', 'x.relent');
    fails(least, 1, /"budget" expected at least \d+ bytes on lan, with every site in its cheapest form, got 1000/);
  });

  test('methods one after the other: patches, then prototype channels, then masks', async () => {
    const stages = [
      { method: 'share', times: 4 },
      { method: 'deepshare', times: 2 },
      { method: 'senet', options: { sample: 64 } },
    ];
    const set = `stages=${JSON.stringify(stages)}`;
    const more = ['--epochs', '3', '--out', 'composed.relent', '--json'];
    const done = await run('reduce', 'model.relent', '--method', 'compose', '--set', set, '--budget', '5%', ...more);
    const { comparisons, comparisonsBefore } = json<{ comparisons: number; comparisonsBefore: number }>(done);
    assert.equal(comparisons, Math.floor(comparisonsBefore / 20));
  });

  test('a reduction that cannot be', async () => {
    const reduce = (...args: string[]) => run('reduce', 'model.relent', '--out', 'x.relent', ...args);
    fails(await reduce('--budget', '2MB'), 2, /expected comparisons for method share, .* got bytes; method auto takes/);
    fails(await reduce('--budget', '999999'), 1, /expected fewer than the [\d,]+ comparisons that MODEL needs already/);
    fails(await reduce('--budget', '10%', '--set', 'gruping=block'), 1, /expected grouping, rule, .* got gruping/);
    fails(await reduce('--budget', '10%', '--method', 'compose'), 1, /"stages" of method compose: expected a list/);
  });
});
