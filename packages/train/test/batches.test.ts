import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Generator, liveHandles, scope, tensor } from '@relent/torch';
import { BatchLoader, vary } from '@relent/train';
import { tinyData } from './tiny-data.js';

describe('BatchLoader', () => {
  it('normalises the images it picks', () => {
    const data = tinyData();
    const before = liveHandles();
    const loader = new BatchLoader(data, data.train);
    scope(() => {
      const { images, labels } = loader.pick(tensor([5, 2], { dtype: 'int64' }));
      assert.deepEqual(labels.toNumbers(), [1, 2]);
      assert.deepEqual([...images.shape], [2, 3, 8, 8]);
      const values = images.contiguous().toFloat32();
      for (let i = 0; i < 192; i++) {
        const expected = (data.train.images[5 * 192 + i]! / 255 - 0.5) / 0.2;
        assert.ok(Math.abs(values[i]! - expected) < 1e-5);
      }
      loader.pickVaried(tensor([0, 1, 2], { dtype: 'int64' }), new Generator(1));
    });
    loader.free();
    assert.ok(liveHandles() <= before + 1);
  });
});

describe('vary', () => {
  const images = () =>
    tensor(
      Float32Array.from({ length: 40 * 12 }, (_, i) => 1 + (i % 12)),
      { shape: [40, 1, 3, 4] },
    );

  it('takes every crop and mirror image that it may take, and nothing else', () => {
    for (const fill of ['mean', 'reflect'] as const) {
      const border = fill === 'mean' ? () => 0 : (y: number, x: number) => 1 + pixel(y, x);
      const allowed = new Set<string>();
      for (const dy of [-1, 0, 1])
        for (const dx of [-1, 0, 1])
          for (const mirrored of [false, true]) {
            const crop: number[] = [];
            for (let y = 0; y < 3; y++)
              for (let x = 0; x < 4; x++) {
                const [row, column] = [y + dy, (mirrored ? 3 - x : x) + dx];
                const inside = row >= 0 && row < 3 && column >= 0 && column < 4;
                crop.push(inside ? 1 + row * 4 + column : border(row, column));
              }
            allowed.add(crop.join());
          }
      const seen = new Set<string>();
      scope(() => {
        const generator = new Generator(3);
        for (let round = 0; round < 5; round++) {
          const values = [...vary(images(), { padding: 1, fill, flip: true }, generator).toFloat32()];
          for (let i = 0; i < values.length; i += 12) seen.add(values.slice(i, i + 12).join());
        }
      });
      assert.deepEqual([...seen].sort(), [...allowed].sort());
    }
  });

  it('leaves the images alone when nothing is to vary', () => {
    scope(() => {
      const before = images();
      assert.equal(vary(before, { padding: 0, fill: 'mean', flip: false }, new Generator(1)), before);
    });
  });
});

/** Index of the pixel that a position outside a 3 × 4 image mirrors to. */
function pixel(y: number, x: number): number {
  const row = y < 0 ? -y : y > 2 ? 4 - y : y;
  const column = x < 0 ? -x : x > 3 ? 6 - x : x;
  return row * 4 + column;
}
