import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { decodeBundle, GraphBuilder } from '@relent/graph';
import { familyFolder, writeFamily } from '../dist/family-files.js';

const root = mkdtempSync(join(tmpdir(), 'relent-family-'));
after(() => rmSync(root, { recursive: true }));

test('every member has a file, and the table says which ones nothing beats', async () => {
  const builder = new GraphBuilder();
  const graph = builder.finish(builder.relu(builder.input([1, 2, 2])));
  const member = (label: string, comparisons: number, validationAccuracy: number | null) => ({
    label,
    comparisons,
    validationAccuracy,
    model: { graph, weights: new Map(), gateMaps: new Map(), info: { name: label } },
  });
  const folder = join(root, familyFolder('reduced.relent'));
  for (const second of ['S1 culled, α 0.5', 'S2 culled, ρ 0.5'])
    await writeFamily(folder, [member('S1 culled', 10, 0.5), member(second, 20, 0.4), member('full', 30, null)]);
  assert.deepEqual(readdirSync(folder).sort(), [
    '10-S1-culled.relent',
    '20-S2-culled-resolution-0.5.relent',
    '30-full.relent',
    'family.csv',
  ]);
  assert.equal(
    decodeBundle(new Uint8Array(readFileSync(join(folder, '10-S1-culled.relent')))).model.info.name,
    'S1 culled',
  );
  assert.equal(
    readFileSync(join(folder, 'family.csv'), 'utf8'),
    `file,label,comparisons,validationAccuracy,onFront
10-S1-culled.relent,"S1 culled",10,0.5,true
20-S2-culled-resolution-0.5.relent,"S2 culled, ρ 0.5",20,0.4,false
30-full.relent,"full",30,,false
`,
  );
});
