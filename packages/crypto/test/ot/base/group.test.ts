import assert from 'node:assert/strict';
import { test } from 'node:test';
import sodium from 'libsodium-wrappers-sumo';
import { sodiumGroup } from '../../../dist/ot/base/group.js';

await sodium.ready;
const group = sodiumGroup(sodium);
const scalar = (fill: number) => group.scalarFromUniform(new Uint8Array(group.uniformBytes).fill(fill));

test('satisfies the laws of a group that the base OT uses', () => {
  const [a, b] = [scalar(1), scalar(2)];
  const [aG, bG] = [group.baseMul(a)!, group.baseMul(b)!];
  assert.deepEqual(group.mul(a, bG), group.mul(b, aG));
  assert.deepEqual(group.sub(group.add(aG, bG), bG), aG);
  const left = group.mul(a, group.sub(bG, aG))!;
  assert.deepEqual(left, group.sub(group.mul(a, bG)!, group.mul(a, aG)!));
});

test('accepts points only, and not the neutral element', () => {
  const point = group.baseMul(scalar(3))!;
  assert.ok(group.isValid(point));
  assert.ok(!group.isValid(new Uint8Array(32)));
  assert.ok(!group.isValid(new Uint8Array(32).fill(255)));
  assert.ok(!group.isValid(point.subarray(1)));
  // A negative field element is no canonical encoding.
  assert.ok(!group.isValid(point.map((byte, i) => (i === 0 ? byte | 1 : byte))));
});

test('products that are neutral are null', () => {
  assert.equal(group.baseMul(new Uint8Array(32)), null);
  assert.equal(group.mul(scalar(1), new Uint8Array(32)), null);
});

test('the first multiples of the generator are those of RFC 9496', () => {
  const one = new Uint8Array(32);
  one[0] = 1;
  const expected = 'e2f2ae0a6abc4e71a884a961c500515f58e30b6aa582dd8db6a65945e08d2d76';
  assert.equal(Buffer.from(group.baseMul(one)!).toString('hex'), expected);
});
