import assert from 'node:assert/strict';
import { test } from 'node:test';
import { softspokenReceiver } from '../../../dist/ot/softspoken/receiver.js';
import { softspokenSender } from '../../../dist/ot/softspoken/sender.js';
import { type SimulateOptions, simulate } from '../../../dist/simulate.js';
import { assertTranscript } from '../../transcripts.js';
import { assertRandomOt, randomOtSuite, runBatch } from '../random-ot-suite.js';
import { connect, setUp, sideOptions } from './connect.js';

randomOtSuite('SoftSpoken', connect);

/** Adversary on one message. */
const attack = (at: number, change: (bytes: Uint8Array) => Uint8Array): SimulateOptions => ({
  tamper: (bytes, index) => (index === at ? change(bytes) : bytes),
});
const shorter = (bytes: Uint8Array) => bytes.subarray(1);
const longer = (bytes: Uint8Array) => Uint8Array.of(...bytes, 0);
const malformed = (step: string) => ({ name: 'ProtocolError', code: 'malformed', step });

test('set-up messages of wrong length or content are malformed', () => {
  for (const change of [shorter, longer, () => new Uint8Array(0)]) {
    assert.throws(() => setUp(attack(0, change)), malformed('base-ot'));
    assert.throws(() => setUp(attack(1, change)), malformed('base-ot'));
    assert.throws(() => setUp(attack(2, change)), malformed('softspoken-setup'));
  }
  assert.throws(() => setUp(attack(0, (bytes) => bytes.fill(255))), malformed('base-ot'));
});

test('corrections of wrong length are malformed, before any expansion', () => {
  for (const change of [shorter, longer, () => new Uint8Array(0)]) {
    const { receiver, sender } = connect();
    assert.throws(
      () => simulate(receiver.extend(200), sender.extend(200), attack(0, change)),
      malformed('softspoken-extend'),
    );
  }
});

test('a dropped message ends in an error, not in a wait', () => {
  const { receiver, sender } = connect();
  assert.throws(() => simulate(receiver.extend(8), sender.extend(8), { tamper: () => null }), { code: 'aborted' });
});

test('a flipped bit of the corrections breaks the pads of one instance only', () => {
  const { receiver, sender } = connect();
  // Flips the bit of instance 5 in all corrections, so that it hits some block with a nonzero part of Δ.
  const flip = (bytes: Uint8Array) => bytes.map((byte, at) => (at % 16 === 0 ? byte ^ (1 << 5) : byte));
  const { client, server } = simulate(receiver.extend(128), sender.extend(128), attack(0, flip));
  const [chosen, { zero, one }] = [client.expand(16), server.expand(16)];
  const differing = [...client.choices.keys()].filter((j) => {
    const expected = client.choices[j] === 1 ? one : zero;
    return chosen.subarray(16 * j, 16 * j + 16).some((byte, i) => byte !== expected[16 * j + i]);
  });
  assert.deepEqual(differing, [5]);
});

test('parties that name different instances share nothing', () => {
  const { client, server } = simulate(softspokenReceiver(sideOptions(1, 0)), softspokenSender(sideOptions(2, 1)));
  const batch = runBatch({ receiver: client, sender: server }, 40, 16);
  assert.throws(() => assertRandomOt(batch, 16), assert.AssertionError);
});

test('a large batch spans several messages and stays right', () => {
  const halves = connect();
  const count = 2 ** 18 + 1000;
  const { client, server, meter } = simulate(halves.receiver.extend(count), halves.sender.extend(count));
  assert.equal(meter.messages, 2);
  const [chosen, { zero, one }] = [client.expand(1), server.expand(1)];
  const wrong = chosen.findIndex((byte, j) => byte !== (client.choices[j] === 1 ? one : zero)[j]);
  assert.equal(wrong, -1);
  // The batch after it starts where it ended.
  assertRandomOt(runBatch(halves, 100, 16), 16);
});

test('counts must be natural numbers', () => {
  const { receiver, sender } = connect();
  for (const count of [-1, 0.5, Number.NaN]) {
    assert.throws(() => sender.extend(count), RangeError);
    assert.throws(() => receiver.extend(count), RangeError);
  }
});

test('the wire is pinned', () => {
  const { client, server, transcript } = setUp({ record: true });
  assertTranscript('SoftSpoken set-up', transcript);
  const first = simulate(client.extend(1000), server.extend(1000), { record: true });
  assertTranscript('SoftSpoken, 1000 instances', first.transcript);
  const second = simulate(client.extend(129), server.extend(129), { record: true });
  assertTranscript('SoftSpoken, then 129 instances', second.transcript);
});
