import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadKernels } from '@relent/kernels';
import sodium from 'libsodium-wrappers-sumo';
import { sodiumGroup } from '../../../dist/ot/base/group.js';
import { simplestOtReceiver, simplestOtSender } from '../../../dist/ot/base/simplest.js';
import { seededRandom } from '../../../dist/random.js';
import { type SimulateOptions, simulate } from '../../../dist/simulate.js';
import { assertTranscript } from '../../transcripts.js';

await sodium.ready;
const kernels = loadKernels();
const group = sodiumGroup(sodium);
const choices = Uint8Array.of(0, 1, 1, 0, 1, 0, 0, 1);

function options(seed: number, instance = 0) {
  const random = seededRandom(kernels, new Uint8Array(32).fill(seed));
  return { group, random, context: { sessionId: new Uint8Array(16), instance } };
}

function run(extra: SimulateOptions = {}, instances: readonly [number, number] = [0, 0]) {
  return simulate(
    simplestOtSender(choices.length, options(1, instances[0])),
    simplestOtReceiver(choices, options(2, instances[1])),
    extra,
  );
}

const keyOf = (keys: Uint8Array, i: number) => keys.subarray(16 * i, 16 * i + 16);

test('the receiver has the key of its choice and not the other', () => {
  const { client, server, meter } = run();
  choices.forEach((choice, i) => {
    const [chosen, other] = choice === 1 ? [client.one, client.zero] : [client.zero, client.one];
    assert.deepEqual(keyOf(server, i), keyOf(chosen, i));
    assert.notDeepEqual(keyOf(server, i), keyOf(other, i));
  });
  const all = [client.zero, client.one].flatMap((keys) => [...choices.keys()].map((i) => keyOf(keys, i).join()));
  assert.equal(new Set(all).size, 2 * choices.length);
  assert.deepEqual(meter, { bytesUp: 32, bytesDown: 32 * choices.length, messages: 2, rounds: 2 });
});

test('another context gives other keys', () => {
  const { client, server } = run({}, [0, 1]);
  choices.forEach((_, i) => {
    assert.notDeepEqual(keyOf(server, i), keyOf(client.zero, i));
    assert.notDeepEqual(keyOf(server, i), keyOf(client.one, i));
  });
});

test('bad points and bad lengths are malformed', () => {
  const malformed = { name: 'ProtocolError', code: 'malformed', step: 'base-ot' };
  const attack = (at: number, change: (bytes: Uint8Array) => Uint8Array) => () =>
    run({ tamper: (bytes, index) => (index === at ? change(bytes) : bytes) });
  for (const at of [0, 1]) {
    assert.throws(
      attack(at, (bytes) => bytes.subarray(1)),
      malformed,
    );
    assert.throws(
      attack(at, (bytes) => Uint8Array.of(...bytes, 0)),
      malformed,
    );
    assert.throws(
      attack(at, (bytes) => bytes.map((byte, i) => (i < 32 ? 255 : byte))),
      malformed,
    );
    assert.throws(
      attack(at, (bytes) => bytes.map((byte, i) => (i < 32 ? 0 : byte))),
      malformed,
    );
  }
});

test('the wire is pinned', () => {
  assertTranscript('base OT, 8 instances', run({ record: true }).transcript);
});
