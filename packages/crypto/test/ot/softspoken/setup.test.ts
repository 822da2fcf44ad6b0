import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { newReservations } from '../../../dist/ot/softspoken/setup.js';

test('no two reservations share a ChaCha block or a tweak', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(600_000), { maxLength: 6 }), (counts) => {
      const reserve = newReservations();
      let counter = 0;
      let tweak = 0;
      for (const count of counts) {
        const { chunks, made, tweak: first } = reserve(count);
        assert.ok(made >= count && made < count + 128 && made % 128 === 0);
        assert.equal(first, tweak);
        let start = 0;
        for (const chunk of chunks) {
          assert.ok(chunk.counter >= counter);
          assert.equal(chunk.start, start);
          counter = chunk.counter + Math.ceil(chunk.size / 512);
          start += chunk.size;
        }
        assert.equal(start, made);
        tweak += made;
      }
    }),
  );
});
