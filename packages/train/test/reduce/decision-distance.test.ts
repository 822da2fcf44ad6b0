import assert from 'node:assert/strict';
import { it } from 'node:test';
import { interpretFloatAll } from '@relent/graph';
import { liveHandles } from '@relent/torch';
import { decisionDistances, pairKey } from '../../dist/reduce/decision-distance.js';
import { tinyData } from '../tiny-data.js';
import { tinyTeacher } from './method-suite.js';

it('measures how often decisions differ, as the interpreter would count it', async () => {
  const model = await tinyTeacher();
  const data = tinyData();
  const handles = liveHandles();
  const found = decisionDistances(
    model,
    data,
    [
      ['relu1', 'relu1'],
      ['relu1', 'relu2'],
    ],
    3,
  );
  assert.equal(liveHandles(), handles);
  const differing = [new Float64Array(36), new Float64Array(36)];
  for (let n = 0; n < 3; n++) {
    const pixels = Float32Array.from(data.train.images.subarray(n * 192, (n + 1) * 192), (v) => (v / 255 - 0.5) / 0.2);
    const values = interpretFloatAll(model, pixels);
    const [first, second] = ['relu1', 'relu2'].map(
      (site) => values.get(model.graph.nodes.find(({ id }) => id === site)!.inputs[0]!)!,
    );
    for (const [pair, other] of [first!, second!].entries())
      for (let i = 0; i < 6; i++)
        for (let j = 0; j < 6; j++)
          for (let p = 0; p < 64; p++)
            if (first![i * 64 + p]! > 0 !== other[j * 64 + p]! > 0) differing[pair]![i * 6 + j]! += 1 / (3 * 64);
  }
  for (const [pair, key] of [pairKey('relu1', 'relu1'), pairKey('relu1', 'relu2')].entries())
    for (const [i, value] of found.get(key)!.entries()) assert.ok(Math.abs(value - differing[pair]![i]!) < 0.02);
});
