import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Generator, liveHandles, scope, tensor } from '@relent/torch';
import { BatchLoader, drawVariation, vary } from '@relent/train';
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
      using generator = new Generator(1);
      const { positions, variation } = loader.planEpoch(generator, 2, 3);
      assert.equal(new Set(positions.toNumbers()).size, 6);
      assert.deepEqual([...loader.pickVaried(positions, variation).images.shape], [6, 3, 8, 8]);
      positions.free();
      variation.free();
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
          const augmentation = { padding: 1, fill, flip: true };
          const drawn = drawVariation(augmentation, [3, 4], 40, generator);
          const values = [...vary(images(), augmentation, drawn).toFloat32()];
          for (let i = 0; i < values.length; i += 12) seen.add(values.slice(i, i + 12).join());
        }
      });
      assert.deepEqual([...seen].sort(), [...allowed].sort());
    }
  });

  it('cuts a square out around every pixel in turn, clipped at the border', () => {
    scope(() => {
      using generator = new Generator(4);
      const augmentation = { padding: 0, fill: 'mean', flip: false, cutout: 2 } as const;
      const seen = new Set<string>();
      for (let round = 0; round < 3; round++) {
        const drawn = drawVariation(augmentation, [3, 4], 40, generator);
        const values = vary(images(), augmentation, drawn).toFloat32();
        for (const [n, [y, x]] of drawn
          .toNumbers()
          .flatMap((_, i, all) => (i % 2 ? [] : [[all[i]!, all[i + 1]!] as const]))
          .entries()) {
          for (let p = 0; p < 12; p++) {
            const [row, column] = [Math.floor(p / 4), p % 4];
            const hole = row >= y - 1 && row <= y && column >= x - 1 && column <= x;
            assert.equal(values[n * 12 + p], hole ? 0 : 1 + p);
          }
          seen.add(`${y} ${x}`);
        }
      }
      assert.equal(seen.size, 12);
    });
  });

  it('leaves the images alone when nothing is to vary', () => {
    scope(() => {
      const before = images();
      using generator = new Generator(1);
      const augmentation = { padding: 0, fill: 'mean', flip: false } as const;
      const drawn = drawVariation(augmentation, [3, 4], 40, generator);
      assert.deepEqual([...drawn.shape], [40, 0]);
      assert.equal(vary(before, augmentation, drawn), before);
    });
  });
});

/** Index of the pixel that a position outside a 3 × 4 image mirrors to. */
function pixel(y: number, x: number): number {
  const row = y < 0 ? -y : y > 2 ? 4 - y : y;
  const column = x < 0 ? -x : x > 3 ? 6 - x : x;
  return row * 4 + column;
}
