import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ProtocolError } from '@relent/crypto';
import fc from 'fast-check';
import { decodeEnvelope, encodeEnvelope } from '../dist/envelope.js';
import {
  checkAccept,
  decodeHello,
  decodeRequest,
  decodeWelcome,
  encodeAccept,
  encodeHello,
  encodeRequest,
  encodeWelcome,
} from '../dist/messages.js';
import type { PlanText } from '../dist/plan-choice.js';

const nonce = Uint8Array.from({ length: 16 }, (_, i) => i);
const plan: PlanText = {
  sites: [
    ['猫', 'a', 'tree', 4],
    ['b', 'b', 'flat', 8],
  ],
  transfer: { client: 'ferret-b10', server: 'softspoken' },
  answer: 'class',
  exact: true,
};
const description = { hash: 'ab'.repeat(32), info: { name: 'réseau 猫', std: [0.5] }, plan, bundles: true };
const graph = Uint8Array.of(1, 2, 3);

const isCode = (code: string) => (error: unknown) => error instanceof ProtocolError && error.code === code;

test('handshake messages come back as they were', () => {
  for (const demand of [
    { mode: undefined, compare: undefined, exact: false },
    { mode: 'a', compare: 'tree', exact: true },
    { mode: 'b', compare: undefined, exact: false },
    { mode: undefined, compare: 'flat', exact: true },
  ] as const) {
    assert.deepEqual(decodeHello(encodeHello(nonce, demand)), { nonce, demand });
  }
  assert.throws(() => decodeHello(encodeHello(nonce, { mode: 'b', compare: 'tree' })), isCode('malformed'));
  assert.throws(() => decodeHello(encodeHello(nonce, { mode: 'b', exact: true })), isCode('malformed'));
  assert.deepEqual(decodeWelcome(encodeWelcome(nonce, description, graph)), { nonce, description, graph });
  const request = { kind: 'online', index: 7, images: 300 } as const;
  assert.deepEqual(decodeRequest(encodeRequest(request)), request);
  assert.throws(() => decodeRequest(encodeRequest({ ...request, images: 0 })), isCode('malformed'));
  checkAccept(encodeAccept(description.hash), description.hash);
});

test('another version, another model and another greeting have codes of their own', () => {
  const hello = encodeHello(nonce);
  hello[6] = 99;
  assert.throws(() => decodeHello(hello), isCode('version'));
  const welcome = encodeWelcome(nonce, description, graph);
  welcome[1] = 1;
  assert.throws(() => decodeWelcome(welcome), isCode('version'));
  assert.throws(() => decodeHello(new Uint8Array(24)), isCode('malformed'));
  assert.throws(() => checkAccept(encodeAccept('cd'.repeat(32)), description.hash), isCode('model'));
});

test('any bytes are decoded or refused with a ProtocolError', () => {
  const decoders = [decodeHello, decodeWelcome, decodeRequest, (bytes: Uint8Array) => decodeEnvelope(bytes, 0, 'test')];
  const valid = [encodeHello(nonce), encodeWelcome(nonce, description, graph), encodeEnvelope('data', 1, 0, graph)];
  const damaged = fc
    .tuple(fc.constantFrom(...valid), fc.nat(200), fc.nat(255), fc.nat(200))
    .map(([bytes, at, value, length]) =>
      bytes
        .map((byte, i) => (i === at % bytes.length ? value : byte))
        .subarray(0, Math.max(0, bytes.length - (length % 7))),
    );
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 120 }), damaged), (bytes) => {
      for (const decode of decoders) {
        try {
          decode(bytes);
        } catch (error) {
          assert.ok(error instanceof ProtocolError, String(error));
        }
      }
    }),
    { seed: 11, numRuns: 500 },
  );
});

test('an envelope of another place in the sequence, or with one changed bit, is refused', () => {
  const message = encodeEnvelope(
    'request',
    3,
    41,
    Uint8Array.from({ length: 21 }, (_, i) => i),
  );
  assert.equal(decodeEnvelope(message, 41, 'test').depth, 3);
  assert.throws(() => decodeEnvelope(message, 42, 'test'), /"sequence" expected 42, got 41/);
  for (let bit = 0; bit < message.length * 8; bit++) {
    const changed = message.slice();
    changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    assert.throws(() => decodeEnvelope(changed, 41, 'test'), isCode('malformed'));
  }
});
