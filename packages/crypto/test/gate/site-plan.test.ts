import assert from 'node:assert/strict';
import { test } from 'node:test';
import { planSite, type SiteShape } from '@relent/crypto';
import { samplePlans, shapeOf } from './site-shapes.js';

test('the pattern follows from the gates', () => {
  const patterns = Object.fromEntries(samplePlans().map(([name, { pattern }]) => [name, pattern]));
  assert.deepEqual(patterns, {
    plain: 'compare',
    'shared, affine, linear neurons': 'compare',
    'one gate for all': 'compare',
    'gates for later sites only': 'compare',
    reuse: 'reuse',
    linear: 'linear',
    'no truncation': 'compare',
    'linear without truncation': 'linear',
    empty: 'linear',
    'quadratics beside gates': 'compare',
    'quadratics beside reused gates': 'reuse',
    quadratics: 'linear',
  });
});

test('contradictory shapes are refused, by name', () => {
  const good = shapeOf({ neurons: 4, gateCount: 2, gateOf: Int32Array.of(0, 1, 0, -1) });
  planSite(good);
  const bad: [RegExp, Partial<SiteShape>][] = [
    [/ringBits/, { ringBits: 33 }],
    [/truncationBits/, { truncationBits: 31 }],
    [/truncationBits/, { truncationBits: -1 }],
    [/neurons/, { neurons: 0.5 }],
    [/comparisons/, { comparisons: 1 }],
    [/comparisons/, { source: 'given' }],
    [/gateOf/, { gateOf: new Int32Array(3) }],
    [/gateOf/, { gateOf: Int32Array.of(0, 1, 2, 0) }],
    [/"a", "b"/, { neuronsPerChannel: 2 }],
    [/affineBits/, { affineBits: 31 }],
  ];
  for (const [message, part] of bad)
    assert.throws(() => planSite({ ...good, ...part }), { name: 'RangeError', message });
});
