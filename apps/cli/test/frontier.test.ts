import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { parseHTML } from 'linkedom';
import { standaloneSvg } from '../dist/report/draw.js';
import { describeControl, renderFrontier } from '../dist/report/frontier-page.js';
import { drawFrontierBy } from '../dist/report/frontier-plots.js';
import { summarise } from '../dist/report/frontier-summary.js';
import { publishedFor, publishedSeries } from '../dist/report/published-points.js';
import { findRecords, readRun } from '../dist/report/run-records.js';

const root = mkdtempSync(join(tmpdir(), 'relent-frontier-'));
after(() => rmSync(root, { recursive: true }));

function write(name: string, method: string, seed: number, results: Record<string, number>): void {
  mkdirSync(join(root, name), { recursive: true });
  const configuration = {
    network: 'resnet18',
    dataset: 'cifar-100',
    method,
    label: method,
    budget: `${results.budget}`,
  };
  writeFileSync(join(root, name, 'record.json'), JSON.stringify({ configuration, seeds: { run: seed }, results }));
}

const shared = { comparisonsBefore: 1000, validationAccuracy: 0.5, teacherTestAccuracy: 0.9, worstClassLoss: 0.2 };
write('a1', 'share', 1, { ...shared, budget: 100, comparisons: 100, testAccuracy: 0.7 });
write('a2', 'share', 2, { ...shared, budget: 100, comparisons: 100, testAccuracy: 0.8 });
write('b', '<b>snl</b>', 1, { ...shared, budget: 200, comparisons: 200, testAccuracy: 0.9, validationAccuracy: 0.4 });
write('full', 'full', 1, { ...shared, budget: 1000, comparisons: 1000, testAccuracy: 0.95, validationAccuracy: 0.9 });
mkdirSync(join(root, 'training'));
writeFileSync(join(root, 'training', 'record.json'), '{"configuration":{},"results":{"testAccuracy":0.9}}');

const read = () => findRecords([root]).flatMap((file) => readRun(file) ?? []);

test('seeds become one entry with mean and deviation, and the front is judged on validation', async () => {
  const [summary, ...others] = await summarise(read());
  assert.equal(others.length, 0);
  const share = summary!.entries.find(({ label }) => label === 'share')!;
  assert.equal(share.runs, 2);
  assert.ok(Math.abs(share.testAccuracy - 0.75) < 1e-12 && Math.abs(share.deviation! - Math.SQRT1_2 / 10) < 1e-12);
  assert.equal(share.bytes, null);
  // Better on the test split, but not where choices are made.
  assert.deepEqual(
    summary!.entries.map(({ label, onFront }) => [label, onFront]),
    [
      ['<b>snl</b>', false],
      ['full', true],
      ['share', true],
    ],
  );
  assert.ok(Math.abs(summary!.hypervolumes.get('share')! - 0.75) < 1e-12);
  assert.match(describeControl(summary!), /Without reduction and with the same distillation: 95\.0 %, 1 run\./);
});

test('a frontier without its control says so', async () => {
  const [summary] = await summarise(read().filter(({ method }) => method !== 'full'));
  assert.match(describeControl(summary!), /No record of the unreduced network/);
});

test('the page is one file with plots, table and the sources of published points', async () => {
  const html = renderFrontier(await summarise(read()));
  const { document } = parseHTML(html);
  assert.equal(document.querySelectorAll('script, link, img, iframe, b').length, 0);
  assert.equal(document.querySelectorAll('figure svg').length, 1);
  assert.match(document.body.textContent ?? '', /SENet.*recalled, not checked/);
  assert.doesNotMatch(html.replaceAll(/http:\/\/www\.w3\.org\/\S+/g, ''), /https?:\/\//);
});

test('a plot has a mark for each entry and each published point, and stands alone as a file', async () => {
  const [summary] = await summarise(read());
  const published = publishedFor('resnet18', 'cifar-100');
  const svg = drawFrontierBy(summary!, 'comparisons', published)!;
  const { document } = parseHTML(`<html><body>${svg}</body></html>`);
  const grey = published.reduce((sum, { points }) => sum + points.length, 0);
  assert.equal(document.querySelectorAll('circle').length, grey);
  assert.equal(document.querySelectorAll('[aria-label=dot] path').length, 2);
  assert.equal(drawFrontierBy(summary!, 'bytes'), null);
  assert.match(standaloneSvg(svg), /^<svg[^>]*xmlns="http:\/\/www\.w3\.org\/2000\/svg"[^>]*><style>/);
});

test('published points are thousands of comparisons and percent, and name their source', () => {
  for (const { source, points, method } of publishedSeries) {
    assert.ok(source.length > 10, method);
    for (const [thousands, accuracy] of points)
      assert.ok(thousands > 1 && thousands < 3000 && accuracy > 30 && accuracy < 100);
  }
  assert.deepEqual(publishedFor('lenet', 'mnist'), []);
});

test('a file that is no record is named', () => {
  const file = join(root, 'broken.json');
  writeFileSync(file, '{');
  assert.throws(() => readRun(file), /broken\.json: expected a record/);
});
