import assert from 'node:assert/strict';
import { test } from 'node:test';
import { referenceKernels } from '@relent/kernels';
import fc from 'fast-check';
import { growPuncturedTrees, growTrees, pathBit } from '../../../dist/ot/softspoken/tree.js';
import { kernels } from './connect.js';

const domain = new Uint8Array(16).fill(5);
const roots = kernels.keystream(new Uint8Array(32), 0, 32 * 16);
const { leaves, sums } = growTrees(kernels, roots, domain);

const leaf = (block: number, x: number) => leaves.subarray((16 * block + x) * 16, (16 * block + x + 1) * 16);

test('leaves are the GGM expansion of the roots', () => {
  let node = roots.slice(16 * 3, 16 * 4);
  for (const side of [1, 0, 1, 1]) {
    node = referenceKernels.expandSeeds(node, domain, 0, 32).slice(16 * side, 16 * side + 16);
  }
  assert.deepEqual(leaf(3, 0b1011).slice(), node);
});

test('whatever Δ is, the punctured trees hold all leaves but Δ_b, in relative order', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (delta) => {
      const opened = new Uint8Array(128 * 16);
      for (let pair = 0; pair < 128; pair++) {
        const side = 1 ^ pathBit(delta, pair >> 2, pair & 3);
        opened.set(sums.subarray((2 * pair + side) * 16, (2 * pair + side + 1) * 16), 16 * pair);
      }
      const grown = growPuncturedTrees(kernels, delta, opened, domain);
      for (let block = 0; block < 32; block++) {
        const hidden = (delta[block >> 1]! >> (4 * (block & 1))) & 15;
        for (let y = 0; y < 16; y++) {
          const got = grown.slice((16 * block + y) * 16, (16 * block + y + 1) * 16);
          assert.deepEqual(got, y === 0 ? new Uint8Array(16) : leaf(block, y ^ hidden).slice());
        }
      }
    }),
    { numRuns: 30 },
  );
});
