import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { newRowStream } from '../../../dist/ot/ferret/stream.js';
import { done } from '../../../dist/protocol.js';
import { simulate } from '../../../dist/simulate.js';

/** A stream whose row j holds j, in iterations of `each` rows. */
function counting(each: number) {
  let made = 0;
  return newRowStream(() => {
    const rows = new Uint8Array(16 * each);
    const view = new DataView(rows.buffer);
    for (let j = 0; j < each; j++) view.setUint32(16 * j, made + j, true);
    made += each;
    return done(rows);
  });
}

const resultOf = <T>(protocol: Parameters<typeof simulate<T, undefined>>[0]): T =>
  simulate(protocol, done(undefined)).client;

test('pieces follow each other without gap or overlap, run in any order', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 20 }),
      fc.array(fc.nat(50), { maxLength: 8 }),
      fc.nat(),
      (each, counts, seed) => {
        const stream = counting(each);
        const promised = counts.map((count) => ({ count, piece: stream.take(count) }));
        let expected = 0;
        const starts = counts.map((count) => {
          const start = expected;
          expected += count;
          return start;
        });
        const order = [...promised.keys()].sort((a, b) => ((a * 7 + seed) % 5) - ((b * 7 + seed) % 5));
        for (const index of order) {
          const { count, piece } = promised[index]!;
          const { rows, first } = resultOf(piece);
          assert.equal(first, starts[index]);
          assert.equal(rows.length, 16 * count);
          const view = new DataView(rows.buffer);
          for (let j = 0; j < count; j++) assert.equal(view.getUint32(16 * j, true), first + j);
        }
      },
    ),
  );
});

test('an iteration that fails leaves the stream usable', () => {
  let fails = true;
  const stream = newRowStream(() => {
    if (fails) throw new Error('broken');
    return done(new Uint8Array(64));
  });
  assert.throws(() => resultOf(stream.prepare(2)), /broken/);
  fails = false;
  assert.equal(resultOf(stream.take(3)).rows.length, 48);
});
