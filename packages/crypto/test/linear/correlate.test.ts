import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  evaluateCost,
  linearKeyCost,
  linearWaveCost,
  ProtocolError,
  planConvolution,
  WeightTransforms,
} from '@relent/crypto';
import type { ConvGeometry } from '@relent/kernels';
import fc from 'fast-check';
import { bothSides, type Case, correlate, integers, kernels, randomCase, square } from './geometries.js';

function check(cases: readonly Case[]) {
  const { plans, run } = correlate(cases);
  for (const [i, layer] of cases.entries()) {
    const [sum, product] = bothSides(layer, run.client[i]!, run.server[i]!);
    assert.deepEqual(sum, product, JSON.stringify(layer.geometry));
  }
  const cost = { messages: [...linearKeyCost, ...linearWaveCost(plans)], rots: { client: 0, server: 0 } };
  const { bytesUp, bytesDown, messages, rounds } = evaluateCost(cost);
  assert.deepEqual(run.meter, { bytesUp, bytesDown, messages, rounds });
  return { plans, run };
}

const extent = (most: number) => fc.integer({ min: 1, max: most });
const pair = (most: number) => fc.tuple(extent(most), extent(most));
const geometries: fc.Arbitrary<ConvGeometry> = fc
  .record({
    groups: extent(5),
    groupIn: extent(6),
    groupOut: extent(7),
    size: pair(13),
    kernel: pair(4),
    stride: pair(3),
    padding: fc.tuple(fc.nat(3), fc.nat(3)),
    dilation: pair(3),
  })
  .map(({ groups, groupIn, groupOut, size, ...rest }) => ({
    inChannels: groups * groupIn,
    outChannels: groups * groupOut,
    inHeight: size[0],
    inWidth: size[1],
    groups,
    ...rest,
  }))
  .filter((g) =>
    ([0, 1] as const).every((axis) => {
      const input = (axis === 0 ? g.inHeight : g.inWidth) + 2 * g.padding[axis];
      return input >= g.dilation[axis] * (g.kernel[axis] - 1) + 1;
    }),
  );

test('shares sum to the wrapping convolution for any geometry and ring, and cost what was planned', () => {
  fc.assert(
    fc.property(geometries, fc.integer({ min: 8, max: 32 }), fc.nat(1000), (geometry, ringBits, seed) => {
      check([randomCase(geometry, ringBits, 12, seed)]);
    }),
    { numRuns: 60 },
  );
});

test('maps larger than a polynomial are tiled', () => {
  const tall: ConvGeometry = { ...square(2, 70, 3, 1, 2, 1), inWidth: 67 };
  const { plans } = check([randomCase(tall, 32, 8, 3)]);
  assert.ok(plans[0]!.tiles[0] * plans[0]!.tiles[1] > 1);
  const strided = { ...square(2, 131, 7, 2, 3, 3), kernel: [7, 5] as const, dilation: [1, 2] as const };
  check([randomCase(strided, 29, 8, 4)]);
  check([randomCase({ ...square(1, 1, 1, 1, 1, 0), inHeight: 5000 }, 20, 8, 5)]);
});

test('linear layers, pointwise layers and depthwise layers are convolutions', () => {
  check([
    randomCase(square(512, 1, 1, 1, 100, 0), 32, 8, 6),
    randomCase(square(3, 1, 1, 1, 7, 0), 32, 8, 7),
    randomCase(square(16, 8, 1, 2, 24, 0), 32, 8, 8),
    randomCase(square(40, 6, 3, 1, 40, 1, 40), 26, 8, 9),
    randomCase(square(6, 5, 3, 1, 12, 1, 3), 26, 8, 10),
  ]);
  const depthwise = planConvolution(square(40, 6, 3, 1, 40, 1, 40), 26, 100);
  assert.ok(depthwise.blockGroups > 1);
});

test('extreme operands: the most negative x and weights at the bound', () => {
  for (const ringBits of [8, 20, 32]) {
    const geometry = square(20, 6, 3, 1, 20, 1);
    const least = -(2 ** (ringBits - 1));
    const x = new Int32Array(720).fill(least);
    x.fill(-least - 1, 300);
    const weight = integers(3600, 12, 11).map((value) => (value < 0 ? -2048 : 2047));
    check([{ geometry, ringBits, x, weight }]);
  }
});

test('several layers run in one wave of one round trip, weights transformed once', () => {
  const cases = [randomCase(square(4, 9, 3, 1, 5, 1), 30, 8, 12), randomCase(square(8, 4, 3, 2, 6, 1), 30, 8, 13)];
  const transforms = new WeightTransforms(kernels, 2 ** 30);
  const first = correlate(cases, { transforms });
  const held = transforms.bytes;
  assert.equal(first.run.meter.rounds, 2);
  const planned = first.plans.reduce((sum, plan) => sum + plan.inputBlocks * plan.outputBlocks, 0);
  assert.equal(held, planned * 65536);
  const again = correlate(cases, { transforms, seed: 7 });
  assert.equal(transforms.bytes, held);
  for (const [i, layer] of cases.entries()) {
    const [sum, product] = bothSides(layer, again.run.client[i]!, again.run.server[i]!);
    assert.deepEqual(sum, product);
  }
  const small = new WeightTransforms(kernels, 65536);
  correlate(cases, { transforms: small });
  assert.ok(small.bytes <= 65536);
});

test('corrupted and truncated messages are malformed', () => {
  const layer = randomCase(square(2, 5, 3, 1, 2, 1), 27, 8, 14);
  const attack = (index: number, change: (bytes: Uint8Array) => Uint8Array) =>
    assert.throws(
      () => correlate([layer], { tamper: (bytes, at) => (at === index ? change(bytes) : bytes) }),
      (error) => error instanceof ProtocolError && error.code === 'malformed',
      `message ${index}`,
    );
  const full = (bytes: Uint8Array) => bytes.map((byte, i) => (i < 32 ? byte : 255));
  for (const index of [0, 1, 2]) {
    attack(index, (bytes) => bytes.subarray(0, bytes.length - 1));
    attack(index, (bytes) => Uint8Array.of(...bytes.subarray(0, 40), ...bytes));
    attack(index, () => new Uint8Array(0));
  }
  // Residues above their primes.
  attack(0, full);
  attack(1, full);
  // The last byte of the response has padding bits.
  const plan = planConvolution(layer.geometry, 27, 1000);
  assert.notEqual((50 * plan.bits0) % 8, 0);
  attack(2, (bytes) => bytes.map((byte, i) => (i === bytes.length - 1 ? byte | 128 : byte)));
});

test('operands that do not fit are refused', () => {
  const geometry = square(1, 3, 1, 1, 1, 0);
  assert.throws(() => correlate([{ geometry, ringBits: 32, x: new Int32Array(8), weight: Int32Array.of(5) }]), {
    name: 'RangeError',
    message: '"x" of "layer0" expected length 9, got 8',
  });
});
