import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadKernels } from '@relent/kernels';
import { insecureIdealOt } from '../../dist/ot/ideal.js';
import { seededRandom } from '../../dist/random.js';
import { simulate } from '../../dist/simulate.js';
import { assertRandomOt, randomOtSuite, runBatch } from './random-ot-suite.js';

const kernels = loadKernels();
const connect = () => insecureIdealOt(seededRandom(kernels, new Uint8Array(32).fill(1)));

randomOtSuite('ideal', connect);

test('the halves must ask for equal batches', () => {
  const { sender, receiver } = connect();
  sender.extend(3);
  assert.throws(() => receiver.extend(4), { name: 'RangeError', message: '"count" expected 3 as the peer, got 4' });
});

test('the halves must ask for equal lengths', () => {
  const { sender, receiver } = connect();
  const { client, server } = simulate(receiver.extend(2), sender.extend(2));
  client.expand(4);
  assert.throws(() => server.expand(5), /"lengths" expected those of the peer/);
});

test('the predicate notices a wrong pad and a known other pad', () => {
  const batch = runBatch(connect(), 10, 16);
  const flipped = batch.chosen.map((byte, at) => (at === 33 ? byte ^ 1 : byte));
  assert.throws(() => assertRandomOt({ ...batch, chosen: flipped }, 16), /instance 2/);
  assert.throws(() => assertRandomOt({ ...batch, one: batch.zero, chosen: batch.zero }, 16), /instance 0/);
});
