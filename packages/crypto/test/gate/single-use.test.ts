import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ProtocolError, SingleUse } from '@relent/crypto';

test('the value is taken once and never printed', () => {
  const single = new SingleUse({ secret: 4711 }, 'step');
  assert.equal(`${single}`, 'SingleUse(step, fresh)');
  assert.ok(!JSON.stringify(single).includes('4711'));
  assert.deepEqual(single.take(), { secret: 4711 });
  assert.throws(
    () => single.take(),
    (error) => error instanceof ProtocolError && error.code === 'reused' && error.step === 'step',
  );
  assert.equal(`${single}`, 'SingleUse(step, used)');
});
