import assert from 'node:assert/strict';
import { test } from 'node:test';
import { all } from '../../../dist/all.js';
import { FERRET_SMALL, netRows } from '../../../dist/ot/ferret/parameters.js';
import { ferretReceiver } from '../../../dist/ot/ferret/receiver.js';
import { ferretSender } from '../../../dist/ot/ferret/sender.js';
import { type SimulateOptions, simulate } from '../../../dist/simulate.js';
import { assertTranscript } from '../../transcripts.js';
import { assertRandomOt, type OtHalves, randomOtSuite, runBatch } from '../random-ot-suite.js';
import { sideOptions } from '../softspoken/connect.js';
import { connect, connectPrepared, insecureTiny, setUp } from './connect.js';

randomOtSuite('Ferret', () => connectPrepared(1000));

const attack = (at: number, change: (bytes: Uint8Array) => Uint8Array): SimulateOptions => ({
  tamper: (bytes, index) => (index === at ? change(bytes) : bytes),
});
const shorter = (bytes: Uint8Array) => bytes.subarray(1);
const longer = (bytes: Uint8Array) => Uint8Array.of(...bytes, 0);
const malformed = (step: string) => ({ name: 'ProtocolError', code: 'malformed', step });
const net = netRows(insecureTiny);

/** Instances whose chosen pad is not the sender's. */
function wrongInstances(count: number, halves: OtHalves, options: SimulateOptions): number[] {
  const { client, server } = simulate(halves.receiver.extend(count), halves.sender.extend(count), options);
  const [chosen, { zero, one }] = [client.expand(16), server.expand(16)];
  return [...client.choices.keys()].filter((j) => {
    const expected = client.choices[j] === 1 ? one : zero;
    return chosen.subarray(16 * j, 16 * j + 16).some((byte, i) => byte !== expected[16 * j + i]);
  });
}

test('batches within, across and beyond iterations are right', () => {
  const halves = connect();
  for (const count of [10, net - 10, net + 5, 3 * net, 1]) assertRandomOt(runBatch(halves, count, 16), 16);
});

test('the small set is right, in an iteration and across its end', () => {
  const halves = connect(FERRET_SMALL);
  const count = netRows(FERRET_SMALL) - 50;
  const { client, server, meter } = simulate(halves.receiver.extend(count), halves.sender.extend(count));
  assert.deepEqual(meter, { bytesUp: 0, bytesDown: 136_000, messages: 1, rounds: 1 });
  const [chosen, { zero, one }] = [client.expand(1), server.expand(1)];
  assert.equal(
    chosen.findIndex((byte, j) => byte !== (client.choices[j] === 1 ? one : zero)[j]),
    -1,
  );
  const ones = client.choices.reduce((sum, choice) => sum + choice, 0);
  assert.ok(Math.abs(ones - count / 2) < 3 * Math.sqrt(count), `${ones} ones`);
  assertRandomOt(runBatch(halves, 100, 16), 16);
});

test('side by side without preparation is refused, not wrong', () => {
  const { receiver, sender } = connect();
  assert.throws(
    () => simulate(all([receiver.extend(150), receiver.extend(net)]), all([sender.extend(150), sender.extend(net)])),
    { name: 'RangeError', message: /^"count" expected at most 0 instances .* prepare them$/ },
  );
});

test('a preparation serves later batches without messages', () => {
  const halves = connectPrepared(2 * net);
  const { meter } = simulate(halves.receiver.extend(2 * net), halves.sender.extend(2 * net));
  assert.equal(meter.messages, 0);
});

test('messages of wrong length are malformed', () => {
  for (const change of [shorter, longer, () => new Uint8Array(0)]) {
    assert.throws(() => setUp(insecureTiny, attack(2, change)), malformed('softspoken-setup'));
    assert.throws(() => setUp(insecureTiny, attack(3, change)), malformed('softspoken-extend'));
    const { receiver, sender } = connect();
    assert.throws(() => simulate(receiver.extend(9), sender.extend(9), attack(0, change)), malformed('ferret-extend'));
  }
});

test('a dropped message ends in an error, not in a wait', () => {
  const { receiver, sender } = connect();
  assert.throws(() => simulate(receiver.extend(8), sender.extend(8), { tamper: () => null }), { code: 'aborted' });
});

test('a flipped bit of the last level breaks at most the rows of its tree', () => {
  const tree = 3;
  const at = 16 * (7 * tree + 6) + 5;
  const flip = (bytes: Uint8Array) => bytes.map((byte, i) => (i === at ? byte ^ 4 : byte));
  const wrong = wrongInstances(net, connect(), attack(0, flip));
  // The sibling of the unknown leaf, and the unknown leaf as the sum of all others.
  assert.equal(wrong.length, 2);
  for (const j of wrong) assert.equal(Math.floor(j / 128), tree);
});

test('parties that name different instances share nothing', () => {
  const { client, server } = simulate(
    ferretReceiver({ ...sideOptions(1, 0), parameters: insecureTiny }),
    ferretSender({ ...sideOptions(2, 1), parameters: insecureTiny }),
  );
  const batch = runBatch({ receiver: client, sender: server }, 40, 16);
  assert.throws(() => assertRandomOt(batch, 16), assert.AssertionError);
});

test('every message to the receiver looks uniform, whatever Δ', () => {
  // Bits of the masked sums over several iterations; a byte's counts by chi-square, 255 degrees of freedom.
  const { client, server } = setUp();
  const count = 20 * net;
  const { transcript } = simulate(client.extend(count), server.extend(count), { record: true });
  const counts = new Array<number>(256).fill(0);
  let total = 0;
  for (const message of transcript.down) {
    for (const byte of message) counts[byte]!++;
    total += message.length;
  }
  const expected = total / 256;
  const chi = counts.reduce((sum, seen) => sum + (seen - expected) ** 2 / expected, 0);
  assert.ok(chi > 150 && chi < 380, `chi-square ${chi}`);
});

test('counts must be natural numbers', () => {
  const { receiver, sender } = connect();
  for (const count of [-1, 0.5, Number.NaN]) {
    assert.throws(() => sender.extend(count), RangeError);
    assert.throws(() => receiver.prepare(count), RangeError);
  }
});

test('the wire is pinned', () => {
  const { client, server, transcript } = setUp(insecureTiny, { record: true });
  assertTranscript('Ferret set-up', transcript);
  const first = simulate(client.extend(1000), server.extend(1000), { record: true });
  assertTranscript('Ferret, 1000 instances', first.transcript);
  const second = simulate(client.extend(net), server.extend(net), { record: true });
  assertTranscript('Ferret, then an iteration more', second.transcript);
});
