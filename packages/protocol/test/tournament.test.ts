import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { evaluateTournament, levelGates, poolPasses, tournamentLevels } from '../dist/tournament.js';

/** Plays the levels on plain values. */
function play(values: Int32Array, windows: readonly (readonly number[])[]): Int32Array {
  let x = values;
  for (const { plus, minus, base, gain } of tournamentLevels(windows)) {
    const z = evaluateTournament({ op: 'difference', inputs: ['x'], plus, minus }, [x], 'client');
    const y = z.map((value) => Math.max(0, value));
    x = evaluateTournament({ op: 'advance', inputs: ['x', 'y'], base, gain }, [x, y], 'client');
  }
  return x;
}

const values = (length: number) =>
  fc
    .array(fc.integer({ min: -40, max: 40 }), { minLength: length, maxLength: length })
    .map((list) => Int32Array.from(list));

test('every window keeps its largest entry, in log2 levels', () => {
  const windows = fc.array(fc.array(fc.nat(19), { minLength: 1, maxLength: 9 }), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(values(20), windows, (x, list) => {
      const expected = list.map((window) => Math.max(...window.map((i) => x[i]!)));
      if (list.some((window) => window.length > 1)) assert.deepEqual([...play(x, list)], expected);
      const longest = Math.max(...list.map((window) => window.length));
      const levels = tournamentLevels(list);
      assert.equal(levels.length, Math.ceil(Math.log2(longest)));
      const matches = levels.reduce((sum, { plus }) => sum + plus.length, 0);
      assert.equal(
        matches,
        list.reduce((sum, window) => sum + window.length - 1, 0),
      );
    }),
    { numRuns: 200 },
  );
});

test('both passes of a pool cover its windows, and overlapping windows share matches', () => {
  const pool = { kernel: [3, 3], stride: [2, 2], padding: [1, 1] } as const;
  const [rows, columns] = poolPasses(pool, [2, 7, 5], [2, 4, 3]);
  const matches = [...rows!, ...columns!].reduce((sum, window) => sum + window.length - 1, 0);
  const whole = 2 * [2, 3, 3, 2].reduce((sum, h) => sum + [2, 3, 2].reduce((row, w) => row + h * w - 1, 0), 0);
  assert.deepEqual([rows!.length, columns!.length], [2 * 7 * 3, 2 * 4 * 3]);
  assert.ok(matches < whole, `${matches} of ${whole}`);
  const covered = columns!.map((column) => new Set(column.flatMap((i) => rows![i]!)).size);
  assert.deepEqual(covered.slice(0, 3), [4, 6, 4]);
});

test('the copies of a level obey the decisions of the first', () => {
  const gates = levelGates(3, 2);
  assert.deepEqual([...gates.gateOf], [0, 1, 2, 0, 1, 2]);
  assert.deepEqual([...gates.scoreNeuron], [0, 1, 2]);
});
