import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { bitset, blockGates, type GateMap, gateCost, layerGates, maskGates, plainGates } from '@relent/graph';
import fc from 'fast-check';
import { currentSize, freeSites, groupCost, patchSizes, withSizes } from '../../dist/reduce/channel-forms.js';
import { tinyGraph } from '../tiny-graph.js';

const graph = tinyGraph();
const shape = [6, 8, 8] as const;

describe('channel forms', () => {
  it('cost what the graph counts, over masks and shared channels', () => {
    const mask = fc.uint8Array({ minLength: 48, maxLength: 48 });
    const maps: fc.Arbitrary<GateMap> = fc
      .tuple(fc.constantFrom(plainGates(shape), blockGates(shape, [2, 2], 3), blockGates(shape, [1, 1], 4)), mask)
      .map(([map, bytes]) => maskGates(map, bytes));
    fc.assert(
      fc.property(maps, fc.array(fc.nat(), { minLength: 6, maxLength: 6 }), (map, draws) => {
        const [site] = freeSites(graph, new Map([['relu1', map]]));
        const sizes = site!.groups.map((_, g) => site!.sizes[draws[g]! % site!.sizes.length]!);
        const count = (changed: GateMap) =>
          gateCost(graph, new Map([['relu1', changed]])).sites.find(({ id }) => id === 'relu1')!.cost.comparisons;
        const sum = (of: (g: number) => number) => site!.groups.reduce((all, _, g) => all + of(g), 0);
        assert.equal(
          sum((g) => groupCost(site!, g, sizes[g]!)),
          count(withSizes(site!, sizes)),
        );
        assert.equal(
          sum((g) => groupCost(site!, g, currentSize(site!, g))),
          count(map),
        );
      }),
      { numRuns: 60 },
    );
  });

  it('leave out sites that decide for others or obey them', () => {
    const maps = new Map([['relu2', layerGates(shape, 'relu1', [0, 1, 2, 3, 4, 5])]]);
    assert.deepEqual(
      freeSites(graph, maps).map(({ id }) => id),
      ['relu3'],
    );
  });

  it('keep what dropped neurons compute', () => {
    const dropped = { c2: new Float32Array(6).fill(2), c1: new Float32Array(6), c0: new Float32Array(6) };
    const map = maskGates(
      plainGates(shape),
      bitset(384, (i) => i % 2 === 0),
      dropped,
    );
    const [site] = freeSites(graph, new Map([['relu1', map]]));
    const linear = withSizes(
      site!,
      site!.groups.map(() => 'linear' as const),
    );
    assert.deepEqual(linear.dropped, dropped);
    assert.ok(linear.mask!.every((byte) => byte === 0));
  });

  it('offer sizes up to the whole plane', () => {
    const sizes = patchSizes(8, 8);
    assert.deepEqual(sizes[0], [1, 1]);
    assert.deepEqual(sizes.at(-2), [8, 8]);
    assert.equal(sizes.at(-1), 'linear');
    assert.deepEqual(patchSizes(1, 1), [[1, 1], 'linear']);
  });
});
