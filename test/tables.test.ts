import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
// Plain JavaScript, as all scripts are.
const { updateTables } = (await import(new URL('../scripts/tables/update.mjs', import.meta.url).href)) as {
  updateTables(root: string, check: boolean): Promise<string[]>;
};

test('README and the pages of the methods show what the records give', async () => {
  assert.deepEqual(await updateTables(root, true), [], 'run "npm run tables"');
});

test('every method has a page with a region for its figures', () => {
  const folder = join(root, 'docs', 'methods');
  for (const page of readdirSync(folder)) {
    const mark = `<!-- table: method ${page.replace('.md', '')} -->`;
    assert.ok(readFileSync(join(folder, page), 'utf8').includes(mark), `${page} has no ${mark}`);
  }
});

describe('a folder of records', () => {
  const folder = mkdtempSync(join(tmpdir(), 'relent-tables-'));
  after(() => rmSync(folder, { recursive: true }));
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  const record = (sweep: string, id: string, configuration: object, results: object, seed = 1) =>
    write(
      `results/${sweep}/${id}/record.json`,
      JSON.stringify({
        command: `relent sweep bench/plans/${sweep}.json --cell ${id}`,
        configuration: { dataset: 'cifar-10', network: 'tiny', sweep, epochs: 3, options: {}, ...configuration },
        seeds: { run: seed },
        results: { comparisonsBefore: 1000, teacherTestAccuracy: 0.91, worstClassLoss: 0.25, ...results },
      }),
    );
  const readme = () => readFileSync(join(folder, 'README.md'), 'utf8');
  const cell = (method: string, budget: string, comparisons: number, testAccuracy: number, seed = 1) =>
    record(
      'big',
      `${method}-${budget.replace('%', 'pct')}-${seed}`,
      { method, budget },
      { comparisons, testAccuracy },
      seed,
    );

  before(async () => {
    const methods = [{ method: 'linear' }, { method: 'share', seeds: [1, 2] }, { method: 'snl' }, { method: 'auto' }];
    const plan = { name: 'big', model: 'm', budgets: ['10%', '5%'], epochs: 3, note: 'Mind the gap.', methods };
    write('bench/plans/big.json', JSON.stringify(plan));
    cell('full', '100%', 1000, 0.9);
    cell('linear', '10%', 100, 0.6);
    cell('share', '10%', 99, 0.7, 1);
    cell('share', '10%', 99, 0.8, 2);
    cell('share', '5%', 49, 0.55);
    cell('snl', '10%', 100, 0.5);
    cell('auto', '10%', 95, 0.65);
    const camvid = { dataset: 'camvid', method: 'knapsack', budget: '6%', options: { at: 'last-site' } };
    record('segments', 'knapsack-6pct-1', camvid, { comparisons: 60, testAccuracy: 0.4, worstClassAccuracy: 0.1 });
    record(
      'segments',
      'linear-6pct-1',
      { ...camvid, method: 'linear', options: {} },
      { comparisons: 60, testAccuracy: 0.4 },
    );
    write('README.md', '# T\n\n<!-- table: sweeps -->\n<!-- end -->\n\n<!-- table: records -->\n<!-- end -->\nlast\n');
    write('docs/methods/share.md', 'before\n<!-- table: method share -->\n<!-- end -->\nafter\n');
    write('docs/methods/bcd.md', '<!-- table: method bcd -->\n<!-- end -->\n');
    assert.deepEqual(await updateTables(folder, false), ['README.md', 'docs/methods/bcd.md', 'docs/methods/share.md']);
  });

  test('a sweep in progress: budgets as columns, seeds as mean and deviation, gaps as dashes', () => {
    const text = readme();
    assert.match(
      text,
      /\*\*tiny on cifar-10\*\* \(\[records\]\(results\/big\)\): 1,000 comparisons, teacher 91\.0 %, 3 epochs/,
    );
    assert.match(
      text,
      /same distillation has 90\.0 % accuracy\.\nSo far 7 of the 11 jobs of `relent sweep bench\/plans\/big\.json`\./,
    );
    assert.match(text, /\nMind the gap\.\n/);
    assert.match(text, /\| test accuracy at \| 10 % \| 5 % \|\n/);
    assert.match(
      text,
      /\| share \| 75\.0 ± 7\.1 % \(n = 2\), lost 15\.0 \| 55\.0 %, lost 35\.0 \|\n\| auto [^\n]*\n\| linear \(control[^|]*\) \| 60\.0 %, lost 30\.0 \| – \|\n\| snl \|/,
    );
    assert.match(
      text,
      /At 10 % uniform linearisation reaches 60\.0 % accuracy, 30\.0 points below .*models share \(75\.0 ± 7\.1 % \(n = 2\)\) and auto \(65\.0 %\) lose less\. On the test split `auto` does not beat share\.\nAt 5 % there is no record of uniform linearisation yet\./,
    );
  });

  test('a segmentation without its control, and a method that does not beat linearisation', () => {
    const [, text = ''] = readme().split('**tiny on camvid**');
    assert.match(text, /no record of the full network with the same distillation yet/);
    assert.match(
      text,
      /\| method \| comparisons \| test mIoU \| points lost \| worst class \| most lost by a class \|/,
    );
    assert.match(text, /\| knapsack \(at=last-site\) \| 60 \| 40\.0 % \| – \| 10\.0 % \| 25\.0 \|/);
    assert.match(text, /reaches 40\.0 % mIoU\. knapsack \(40\.0 %\) does not beat it\./);
  });

  test("a method's page has its own figures and commands, and links that start from its folder", () => {
    const page = readFileSync(join(folder, 'docs/methods/share.md'), 'utf8');
    assert.match(page, /^before\n/);
    assert.match(page, /\nafter\n$/);
    assert.match(
      page,
      /\| tiny, cifar-10 \| 10 % \| 99 of 1,000 \| 75\.0 ± 7\.1 % \(n = 2\) \| 15\.0 \| \[big\]\(\.\.\/\.\.\/results\/big\) \|\n\| tiny, cifar-10 \| 5 % \|/,
    );
    assert.match(page, /\n {4}relent sweep bench\/plans\/big\.json\n/);
    assert.match(readFileSync(join(folder, 'docs/methods/bcd.md'), 'utf8'), /No record yet\./);
  });

  test('another record, a typed figure and a broken mark are found', async () => {
    assert.deepEqual(await updateTables(folder, true), []);
    cell('snl', '5%', 50, 0.4);
    assert.deepEqual(await updateTables(folder, true), ['README.md']);
    assert.deepEqual(await updateTables(folder, false), ['README.md']);
    const good = readme();
    write('README.md', good.replace('60.0 %', '61.0 %'));
    assert.deepEqual(await updateTables(folder, true), ['README.md']);
    write('README.md', good.replaceAll('<!-- end -->', ''));
    await assert.rejects(updateTables(folder, true), /README\.md: expected "<!-- end -->" after/);
    write('README.md', `${good}<!-- table: sweeps --><!-- end -->`);
    await assert.rejects(updateTables(folder, true), /expected each table once, got "sweeps" twice/);
  });
});
