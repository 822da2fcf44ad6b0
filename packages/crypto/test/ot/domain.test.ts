import assert from 'node:assert/strict';
import { test } from 'node:test';
import sodium from 'libsodium-wrappers-sumo';
import { sodiumGroup } from '../../dist/ot/base/group.js';
import { contextBytes, deriveDomain } from '../../dist/ot/domain.js';

await sodium.ready;
const group = sodiumGroup(sodium);
const sessionId = Uint8Array.from({ length: 16 }, (_, i) => i + 1);

test('encodes label, instance and session', () => {
  assert.deepEqual(contextBytes('ab', { sessionId, instance: 7 }), Uint8Array.of(97, 98, 0, 7, ...sessionId));
});

test('domains differ by label, instance and session', () => {
  const other = sessionId.slice().reverse();
  const domains = [
    deriveDomain(group, 'a', { sessionId, instance: 0 }),
    deriveDomain(group, 'b', { sessionId, instance: 0 }),
    deriveDomain(group, 'a', { sessionId, instance: 1 }),
    deriveDomain(group, 'a', { sessionId: other, instance: 0 }),
  ];
  assert.ok(domains.every((domain) => domain.length === 16));
  assert.equal(new Set(domains.map((domain) => domain.join())).size, domains.length);
});

test('refuses contexts out of range', () => {
  assert.throws(() => contextBytes('a', { sessionId: new Uint8Array(4), instance: 0 }), {
    name: 'RangeError',
    message: '"sessionId" expected 16 bytes, got 4',
  });
  assert.throws(() => contextBytes('a', { sessionId, instance: 256 }), /"instance" expected 0 … 255, got 256/);
});
