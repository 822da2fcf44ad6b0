import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { channelGates, type GateMap, gateCost, layerGates, maskGates, patchGates, plainGates } from '@relent/graph';
import { Generator, liveHandles, noGrad, randn, scope } from '@relent/torch';
import { Network } from '@relent/train';
import fc from 'fast-check';
import { GateUnits } from '../../dist/reduce/gate-units.js';
import { MaskedSites, maskOf, maskTensors } from '../../dist/reduce/masked-sites.js';
import { byPlane, keepLargest, keepLargestPerSite, keepRandom } from '../../dist/reduce/unit-ranking.js';
import { tinyGraph } from '../tiny-graph.js';

const six = [6, 8, 8] as const;
const quadratic = {
  c2: new Float32Array(8).fill(0.1),
  c1: new Float32Array(8).fill(0.5),
  c0: new Float32Array(8).fill(0.2),
};

/** Gate maps of many kinds: shared channels and patches, gates of another site, a mask with quadratics. */
const variants: Record<string, Map<string, GateMap>> = {
  plain: new Map(),
  patches: new Map([['relu1', patchGates(six, [2, 3])]]),
  'shared channels': new Map([['relu2', channelGates(six, { group: [0, 1, 0, 1, 2, 2], prototypes: 'first' })]]),
  'gates of an earlier site': new Map([['relu2', layerGates(six, 'relu1', [0, 0, 1, 3, 4, 5])]]),
  'a mask with quadratics': new Map([
    ['relu3', maskGates(plainGates([8, 4, 4]), new Uint8Array(16).fill(0b1011), quadratic)],
  ]),
};

describe('GateUnits', () => {
  for (const [name, maps] of Object.entries(variants)) {
    it(`counts, masks and runs units of a network with ${name} as its gate maps do`, () => {
      const handles = liveHandles();
      const graph = tinyGraph();
      const units = new GateUnits(graph, maps);
      assert.equal(units.total, gateCost(graph, maps).total.comparisons);
      assert.deepEqual(units.gateMaps(units.filled(1)), maps);
      assert.equal(gateCost(graph, units.gateMaps(units.filled(0))).total.comparisons, 0);
      const network = Network.create(graph, { gateMaps: maps });
      const sites = new MaskedSites(units, 'cpu');
      const generator = new Generator(3);
      fc.assert(
        fc.property(fc.integer({ min: 1, max: units.total }), fc.nat(1000), (budget, seed) => {
          const scores = new Map(
            [...units.counts].map(([root, n]) => [
              root,
              Float64Array.from({ length: n }, (_, i) => ((i + seed) * 7919) % 101),
            ]),
          );
          const mask = keepLargest(units, scores, budget);
          assert.equal(units.kept(mask), budget);
          const masked = units.gateMaps(mask);
          assert.equal(gateCost(graph, masked).total.comparisons, budget);
          const exported = Network.fromModel({ ...network.toModel({ name: 'x' }), gateMaps: masked });
          const tensors = maskTensors(mask, 'cpu');
          assert.deepEqual(maskOf(tensors), mask);
          noGrad(() =>
            scope(() => {
              const x = randn([2, 3, 8, 8], { generator });
              const there = exported.forward(x).toFloat32();
              const here = network.forward(x, {
                site: (id, value, plain) => sites.value(id, value, plain, (root) => tensors.get(root) ?? null),
              });
              for (const [i, v] of here.toFloat32().entries()) assert.ok(Math.abs(v - there[i]!) < 1e-5);
            }),
          );
          exported.free();
          for (const value of tensors.values()) value.free();
        }),
        { seed: 2, numRuns: 8 },
      );
      generator.free();
      sites.free();
      network.free();
      assert.equal(liveHandles(), handles);
    });
  }

  it('names a network without comparisons', () => {
    const units = new GateUnits(tinyGraph(), new Map());
    assert.throws(
      () => new GateUnits(tinyGraph(), units.gateMaps(units.filled(0))),
      /expected at least one comparison/,
    );
  });
});

describe('unit ranking', () => {
  const units = new GateUnits(tinyGraph(), new Map());
  const constant = new Map([...units.counts].map(([root, n]) => [root, new Float64Array(n)]));
  const ones = (flags: Uint8Array) => flags.reduce((sum, flag) => sum + flag, 0);

  it('breaks ties by position', () => {
    const mask = keepLargest(units, constant, 400);
    assert.deepEqual(
      [...mask].map(([root, flags]) => [root, ones(flags), flags.lastIndexOf(1)]),
      [
        ['relu1', 384, 383],
        ['relu2', 16, 15],
        ['relu3', 0, -1],
      ],
    );
  });

  it('keeps what each site is given, by score or by chance', () => {
    const allocation = new Map([
      ['relu1', 10],
      ['relu2', 384],
      ['relu3', 0],
    ]);
    for (const mask of [keepLargestPerSite(units, constant, allocation), keepRandom(units, allocation, 4)])
      assert.deepEqual([...mask.values()].map(ones), [10, 384, 0]);
    assert.deepEqual(keepRandom(units, allocation, 4), keepRandom(units, allocation, 4));
    assert.notDeepEqual(keepRandom(units, allocation, 4), keepRandom(units, allocation, 5));
  });

  it('keeps whole channels, and the best units of the last one', () => {
    const scores = new Map(constant);
    // Channel 1 has the largest sum, channel 4 the next; in channel 4 the unit 300 stands out.
    scores.set(
      'relu1',
      Float64Array.from({ length: 384 }, (_, i) => (i >> 6 === 1 ? 3 : i === 300 ? 90 : 0.1)),
    );
    const allocation = new Map([['relu1', 65]]);
    const kept = keepLargestPerSite(units, byPlane(units, scores), allocation).get('relu1')!;
    assert.deepEqual([ones(kept.slice(64, 128)), kept[300], ones(kept)], [64, 1, 65]);
  });
});
