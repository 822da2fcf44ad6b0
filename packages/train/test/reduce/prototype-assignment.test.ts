import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  contiguousAssignment,
  medoidAssignment,
  nearestGroups,
  stridedAssignment,
} from '../../dist/reduce/prototype-assignment.js';

/** The symmetric distances of points on a line. */
function distances(points: readonly number[]): Float64Array {
  return Float64Array.from({ length: points.length ** 2 }, (_, i) =>
    Math.abs(points[Math.floor(i / points.length)]! - points[i % points.length]!),
  );
}

describe('prototype assignment', () => {
  it('gives every prototype its own group and every group a channel', () => {
    const sizes = fc
      .integer({ min: 1, max: 12 })
      .chain((channels) =>
        fc.tuple(
          fc.array(fc.nat(5), { minLength: channels, maxLength: channels }),
          fc.integer({ min: 1, max: channels }),
        ),
      );
    fc.assert(
      fc.property(sizes, ([points, count]) => {
        const channels = points.length;
        for (const { group, prototypes } of [
          contiguousAssignment(channels, count),
          stridedAssignment(channels, count),
          medoidAssignment(distances(points), channels, count),
        ]) {
          assert.equal(new Set(prototypes).size, count);
          for (const [g, c] of prototypes.entries()) assert.equal(group[c], g);
          assert.ok(group.every((g) => g >= 0 && g < count));
        }
      }),
      { seed: 1 },
    );
  });

  it('finds the clusters of a line, each around its middle', () => {
    const { group, prototypes } = medoidAssignment(distances([0, 1, 2, 10, 11, 12, 20, 21, 22]), 9, 3);
    assert.deepEqual(
      [...prototypes].sort((a, b) => a - b),
      [1, 4, 7],
    );
    assert.equal(new Set([group[0], group[1], group[2]]).size, 1);
    assert.equal(new Set(group).size, 3);
  });

  it('lets followers obey the prototype nearest to them', () => {
    const distance = Float64Array.from([0.1, 0.4, 0.3, 0.2, 0.2, 0.1]);
    assert.deepEqual([...nearestGroups(distance, 3, [0, 1])], [0, 1, 1]);
    assert.deepEqual([...nearestGroups(distance, 3, [1, 0])], [1, 0, 0]);
  });
});
