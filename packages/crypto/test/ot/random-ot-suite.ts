/** One suite for every implementation of random OT. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { all } from '../../dist/all.js';
import { padOffsets } from '../../dist/ot/pads.js';
import type { OtExtensionReceiver, OtExtensionSender, PadLengths } from '../../dist/ot/types.js';
import { simulate } from '../../dist/simulate.js';

/** Two connected halves. */
export interface OtHalves {
  readonly sender: OtExtensionSender;
  readonly receiver: OtExtensionReceiver;
}

/** Runs one batch and opens both halves. */
export function runBatch({ sender, receiver }: OtHalves, count: number, lengths: PadLengths) {
  const { client, server } = simulate(receiver.extend(count), sender.extend(count));
  return { count, choices: client.choices, chosen: client.expand(lengths), ...server.expand(lengths) };
}

/** The predicate of random OT: the receiver has the pad of its choice and not the other. */
export function assertRandomOt(batch: ReturnType<typeof runBatch>, lengths: PadLengths): void {
  const offsets = padOffsets(lengths, batch.count);
  assert.equal(batch.choices.length, batch.count);
  for (const buffer of [batch.chosen, batch.zero, batch.one]) assert.equal(buffer.length, offsets[batch.count]);
  for (let j = 0; j < batch.count; j++) {
    const choice = batch.choices[j]!;
    assert.ok(choice === 0 || choice === 1, `choice ${j}`);
    const pad = (buffer: Uint8Array) => buffer.subarray(offsets[j]!, offsets[j + 1]!);
    assert.deepEqual(pad(batch.chosen), pad(choice === 1 ? batch.one : batch.zero), `instance ${j}`);
    // Pads of 16 bytes and more agree by chance once in 2^128.
    if (offsets[j + 1]! - offsets[j]! >= 16) {
      assert.notDeepEqual(pad(batch.chosen), pad(choice === 1 ? batch.zero : batch.one), `instance ${j}`);
    }
  }
}

/** Share of equal bytes at equal places; 1/256 for unrelated bytes. */
function equalShare(a: Uint8Array, b: Uint8Array): number {
  return a.reduce((equal, byte, at) => equal + (byte === b[at] ? 1 : 0), 0) / a.length;
}

function assertUnrelated(a: Uint8Array, b: Uint8Array): void {
  const share = equalShare(a, b);
  // Six standard deviations.
  const slack = (6 * Math.sqrt((1 / 256) * (255 / 256))) / Math.sqrt(a.length);
  assert.ok(Math.abs(share - 1 / 256) < slack, `share of equal bytes ${share}`);
}

/** Tests an implementation; `connect` makes fresh halves. */
export function randomOtSuite(name: string, connect: () => OtHalves): void {
  describe(`${name} random OT`, () => {
    test('the receiver has the pad of its choice, for every kind of length', () => {
      const halves = connect();
      for (const [count, lengths] of [
        [1, 16],
        [127, 1],
        [129, 20],
        [200, 100],
        [300, Uint32Array.from({ length: 300 }, (_, j) => (j * 7) % 90)],
        [5, 0],
        [0, 16],
      ] as const) {
        assertRandomOt(runBatch(halves, count, lengths), lengths);
      }
    });

    test('choices are balanced and pads unrelated, within a batch and between batches', () => {
      const halves = connect();
      const count = 20_000;
      const [first, second] = [runBatch(halves, count, 1), runBatch(halves, count, 1)];
      for (const { choices } of [first, second]) {
        const ones = choices.reduce((sum, choice) => sum + choice, 0);
        assert.ok(Math.abs(ones - count / 2) < 3 * Math.sqrt(count), `${ones} ones`);
      }
      assertUnrelated(first.zero, first.one);
      assertUnrelated(first.zero, second.zero);
      assertUnrelated(first.one, second.one);
      assertUnrelated(first.zero.subarray(1), first.zero.subarray(0, count - 1));
      assert.notDeepEqual(first.choices, second.choices);
    });

    test('batches side by side do not meet', () => {
      const { sender, receiver } = connect();
      const run = simulate(
        all([receiver.extend(150), receiver.extend(10)]),
        all([sender.extend(150), sender.extend(10)]),
      );
      const opened = run.client.map((half, i) => {
        const { zero, one } = run.server[i]!.expand(16);
        return { count: half.count, choices: half.choices, chosen: half.expand(16), zero, one };
      });
      for (const batch of opened) assertRandomOt(batch, 16);
      assert.notDeepEqual(opened[0]!.zero.subarray(0, 160), opened[1]!.zero);
    });

    test('rows authenticate the choices: the receiver holds the key, plus Δ where it chose one', () => {
      const { sender, receiver } = connect();
      const batches = [20, 130].map((count) => simulate(receiver.extend(count), sender.extend(count)));
      let first = 0;
      for (const { client, server } of batches) {
        const { rows, delta, domain } = server.authenticate();
        const tags = client.authenticate();
        assert.deepEqual(tags.domain, domain);
        assert.ok(client.first === server.first && client.first >= first);
        first = client.first + client.count;
        assert.ok(delta.some((byte) => byte !== 0));
        const expected = rows.map((byte, at) => byte ^ (delta[at % 16]! & -client.choices[Math.floor(at / 16)]!));
        assert.deepEqual(tags.rows, expected);
        client.expand(1);
        server.expand(1);
        for (const half of [client, server]) assert.throws(() => half.authenticate(), { code: 'reused' });
      }
    });

    test('a batch expands once', () => {
      const { sender, receiver } = connect();
      const { client, server } = simulate(receiver.extend(3), sender.extend(3));
      client.expand(4);
      server.expand(4);
      assert.throws(() => client.expand(4), { name: 'ProtocolError', code: 'reused' });
      assert.throws(() => server.expand(4), { name: 'ProtocolError', code: 'reused' });
    });

    test('lengths must fit the batch', () => {
      const { sender, receiver } = connect();
      const { client, server } = simulate(receiver.extend(3), sender.extend(3));
      assert.throws(() => client.expand(new Uint32Array(2)), RangeError);
      assert.throws(() => server.expand(-1), RangeError);
    });
  });
}
