import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import type { Model } from '@relent/graph';
import { liveHandles } from '@relent/torch';
import { freeSites } from '../../dist/reduce/channel-forms.js';
import { DistortionMeter, type DistortionOptions } from '../../dist/reduce/distortion.js';
import { tinyData } from '../tiny-data.js';
import { tinyTeacher } from './method-suite.js';

const data = tinyData();
let model: Model;
before(async () => {
  model = await tinyTeacher();
});

/** All entries of the table, in order; those of one site only if it is named. */
function distortions(options: Partial<DistortionOptions>, only?: string): number[] {
  const sites = freeSites(model.graph, model.gateMaps);
  const fixed = { estimate: 'gradient', at: 'logits', images: 16, probes: 32, batchSize: 8, seed: 3 } as const;
  const meter = new DistortionMeter(model, data, sites, { ...fixed, ...options });
  while (meter.next());
  meter.free();
  return [...meter.table].flatMap(([id, rows]) =>
    only === undefined || only === id ? rows.flatMap((row) => [...row]) : [],
  );
}

function correlation(x: readonly number[], y: readonly number[]): number {
  const mean = (values: readonly number[]) => values.reduce((sum, v) => sum + v, 0) / values.length;
  const [mx, my] = [mean(x), mean(y)];
  const dot = (a: readonly number[], ma: number, b: readonly number[], mb: number) =>
    a.reduce((sum, v, i) => sum + (v - ma) * (b[i]! - mb), 0);
  return dot(x, mx, y, my) / Math.sqrt(dot(x, mx, x, mx) * dot(y, my, y, my));
}

describe('DistortionMeter', () => {
  it('estimates what it measures', () => {
    const measured = distortions({ estimate: 'measured' });
    const estimated = distortions({});
    assert.equal(estimated.length, measured.length);
    const root = (values: number[]) => values.map(Math.sqrt);
    const r = correlation(root(estimated), root(measured));
    assert.ok(r > 0.9, `correlation ${r}`);
  });

  it('estimates without bias where the change itself is looked at', () => {
    const measured = distortions({ estimate: 'measured', at: 'last-site' }, 'relu3');
    const estimated = distortions({ at: 'last-site', probes: 200 }, 'relu3');
    const sum = (values: number[]) => values.reduce((all, v) => all + v, 0);
    const ratio = sum(estimated) / sum(measured);
    assert.ok(ratio > 0.9 && ratio < 1.1, `ratio ${ratio}`);
  });

  it('finds no distortion in the form that a channel has, and leaks nothing', () => {
    const handles = liveHandles();
    for (const estimate of ['gradient', 'measured'] as const) {
      const sites = freeSites(model.graph, model.gateMaps);
      const options = { estimate, at: 'logits', images: 8, probes: 2, batchSize: 8, seed: 0 } as const;
      const meter = new DistortionMeter(model, data, sites, options);
      while (meter.next());
      meter.free();
      for (const { id, sizes } of sites) {
        const plain = sizes.findIndex((size) => size !== 'linear' && size[0] === 1 && size[1] === 1);
        for (const row of meter.table.get(id)!) assert.equal(row[plain], 0);
      }
    }
    assert.ok(liveHandles() <= handles, `${liveHandles()} handles, ${handles} before`);
  });
});
