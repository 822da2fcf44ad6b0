import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  channelGates,
  contiguousGroups,
  type GateMap,
  GraphBuilder,
  layerGates,
  linearGates,
  maskGates,
  patchGates,
  plainGates,
  polynomialGates,
  stridedGroups,
  validateGateMap,
  validateGateMaps,
  withAffine,
} from '@relent/graph';

const shape = [4, 3, 3] as const;
const plain = plainGates(shape);

function refuses(action: () => unknown, message: RegExp): void {
  assert.throws(action, (error) => error instanceof RangeError && message.test(error.message), String(message));
}

describe('gate map constructors', () => {
  it('refuse what does not fit and say what would', () => {
    refuses(() => patchGates(shape, [0, 2]), /"size" expected sides of at least 1 or "linear", got \[0, 2\]/);
    refuses(() => patchGates(shape, [[1, 1], 'linear']), /"size" expected 4 entries, got 2/);
    refuses(() => channelGates(shape, { group: [0, 0, 1] }), /"channelGroup" expected 4 entries, got 3/);
    refuses(() => channelGates(shape, { group: [0, 0, 2, 2] }), /every group to have a channel, got none in group 1/);
    refuses(() => channelGates(shape, { group: [0, 0, 1, 1], prototypes: [0, 1] }), /a channel of group 1, got 1/);
    refuses(() => channelGates(shape, { group: [0, 0, 1, 1], prototypes: [0] }), /each of 2 groups, got 1/);
    refuses(
      () => channelGates(shape, { group: [0, 0, 1, 1], weights: Float32Array.of(1, 0, 0, 0) }),
      /a weight other than 0 in group 1/,
    );
    refuses(() => maskGates(plain, new Uint8Array(4)), /"mask" expected 5 entries, got 4/);
    refuses(() => maskGates(plain, new Uint8Array(5).fill(255)), /zero bits beyond neuron 35/);
    refuses(() => withAffine(plain, Number.NaN, 0), /"a" expected finite numbers, got NaN/);
    refuses(() => withAffine(plain, 1, new Float32Array(3)), /"b" expected 4 entries, got 3/);
    const rule = { c2: new Float32Array(4), c1: new Float32Array(4), c0: new Float32Array(1) };
    refuses(() => polynomialGates(shape, rule), /"dropped.c0" expected 4 entries, got 1/);
    refuses(() => layerGates(shape, 'x', [0, 1, 2, -1]), /indices of at least 0, got -1/);
    refuses(() => contiguousGroups(4, 0), /"size" expected an integer of at least 1, got 0/);
    refuses(() => validateGateMap({ ...plain, patchWidth: new Int32Array(4) }), /"patch" of group 0/);
    const weights = new Float32Array(3);
    refuses(
      () => patchGates(shape, [2, 2], { kind: 'weights', weights }),
      /"pixelRule.weights" expected 4 entries, got 3/,
    );
  });

  it('group channels contiguously or by stride', () => {
    assert.deepEqual([...contiguousGroups(5, 2)], [0, 0, 1, 1, 2]);
    assert.deepEqual([...stridedGroups(5, 2)], [0, 1, 0, 1, 0]);
  });

  it('never share an array with their arguments', () => {
    const keep = new Uint8Array(5);
    const map = maskGates(plain, keep);
    keep[0] = 1;
    assert.equal(map.mask![0], 0);
  });
});

describe('validateGateMaps', () => {
  const b = new GraphBuilder();
  const first = b.relu(b.input([4, 3, 3]), { id: 'first' });
  const second = b.relu(b.conv(first, 4), { id: 'second' });
  const small = b.relu(b.averagePool(second, 3), { id: 'small' });
  const graph = b.finish(small);
  const refusesMaps = (maps: Record<string, GateMap>, message: RegExp) =>
    refuses(() => validateGateMaps(graph, new Map(Object.entries(maps))), message);

  it('accepts plain, linear and shared sites', () => {
    const groups = channelGates(shape, { group: [0, 1, 0, 1] });
    validateGateMaps(
      graph,
      new Map([
        ['first', groups],
        ['second', layerGates(shape, 'first', [0, 1, 1, 0])],
      ]),
    );
    validateGateMaps(graph, new Map([['second', linearGates(shape)]]));
  });

  it('names the site that does not fit', () => {
    refusesMaps({ third: plain }, /"third" expected a site of the graph/);
    refusesMaps({ conv1: plain }, /"conv1" expected a site of the graph/);
    refusesMaps({ small: plain }, /site "small": "shape" expected \[4, 1, 1\], got \[4, 3, 3\]/);
    refusesMaps(
      { first: layerGates(shape, 'second', [0, 0, 0, 0]) },
      /site "first": "source" expected an earlier site/,
    );
    refusesMaps({ first: layerGates(shape, 'first', [0, 0, 0, 0]) }, /site "first": "source" expected an earlier site/);
    refusesMaps({ small: layerGates([4, 1, 1], 'first', [0, 0, 0, 0]) }, /"source" expected a site of 1 × 1 pixels/);
    refusesMaps({ second: layerGates(shape, 'first', [0, 0, 0, 4]) }, /indices below the 4 groups of "first", got 4/);
    refusesMaps({ second: { ...plain, a: new Float32Array(2) } }, /site "second": "a" expected 4 entries, got 2/);
  });
});
