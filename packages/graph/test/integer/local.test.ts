import assert from 'node:assert/strict';
import { test } from 'node:test';
import { evaluateLocal, isLocal, type LocalNode, ringReduce } from '@relent/graph';
import { seeded } from '../random-model.js';
import { randomRing } from './random-integers.js';

const common = { id: 'x', scale: 1, maxAbs: 1 };
const nodes: readonly LocalNode[] = [
  { ...common, op: 'add', inputs: ['a', 'b'], shape: [2, 3, 4], shifts: [0, 5] },
  { ...common, op: 'concat', inputs: ['a', 'b'], shape: [4, 3, 4], shifts: [2, 0] },
  { ...common, op: 'flatten', inputs: ['a'], shape: [24] },
  {
    ...common,
    op: 'sum-pool',
    inputs: ['a'],
    shape: [2, 2, 2],
    pool: { kernel: [3, 2], stride: [2, 2], padding: [1, 0] },
    multiplier: 113,
    inputShape: [2, 3, 4],
  },
  { ...common, op: 'resize', inputs: ['a'], shape: [2, 12, 16], resizeScale: 4, inputShape: [2, 3, 4] },
];

test('shares of the operands give shares of the result, in every ring', () => {
  const random = seeded(3);
  for (const node of nodes)
    for (const ringBits of [8, 20, 31, 32]) {
      const values = node.inputs.map(() => randomRing(24, ringBits, random));
      const client = node.inputs.map(() => randomRing(24, ringBits, random));
      const server = values.map((x, k) =>
        ringReduce(
          x.map((v, i) => v - client[k]![i]!),
          ringBits,
        ),
      );
      const [c, s] = [evaluateLocal(node, client, ringBits), evaluateLocal(node, server, ringBits)];
      const sum = ringReduce(
        c.map((value, i) => value + s[i]!),
        ringBits,
      );
      assert.deepEqual(sum, evaluateLocal(node, values, ringBits));
      assert.ok(sum.every((value) => value >= -(2 ** (ringBits - 1)) && value < 2 ** (ringBits - 1)));
    }
});

test('an add shifts the coarser operand, a concat shifts its parts', () => {
  const [x, y] = [Int32Array.from({ length: 24 }, (_, i) => i), Int32Array.from({ length: 24 }, (_, i) => -i)];
  assert.deepEqual(
    evaluateLocal(nodes[0]!, [x, y], 32),
    x.map((v) => v - 32 * v),
  );
  assert.deepEqual([...evaluateLocal(nodes[1]!, [x, y], 32)], [...x.map((v) => 4 * v), ...y]);
});

test('a shift of the whole word gives zero', () => {
  const node: LocalNode = { ...common, op: 'add', inputs: ['a', 'b'], shape: [1], shifts: [32, 0] };
  assert.deepEqual([...evaluateLocal(node, [Int32Array.of(5), Int32Array.of(7)], 32)], [7]);
});

test('a sum-pool adds the pixels inside the image and multiplies', () => {
  const x = Int32Array.from({ length: 24 }, (_, i) => i);
  const sums = [0 + 1 + 4 + 5, 2 + 3 + 6 + 7, 4 + 5 + 8 + 9, 6 + 7 + 10 + 11];
  const second = sums.map((sum) => sum + 48);
  assert.deepEqual(
    [...evaluateLocal(nodes[3]!, [x], 32)],
    [...sums, ...second].map((sum) => 113 * sum),
  );
});

test('inputs stay as they are, and only local nodes count as such', () => {
  const x = Int32Array.of(...new Array(24).keys());
  for (const node of nodes) {
    const result = evaluateLocal(node, [x, x], 8);
    result.fill(-1);
    assert.ok(isLocal(node));
  }
  assert.deepEqual([...x], [...new Array(24).keys()]);
  assert.equal(isLocal({ ...common, op: 'input', inputs: [], shape: [1] }), false);
});
