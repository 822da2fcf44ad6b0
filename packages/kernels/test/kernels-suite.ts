/** One suite for every implementation of the contract. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type ConvGeometry, type Kernels, referenceChacha, referenceKernels } from '@relent/kernels';
import fc from 'fast-check';

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const extent = (most: number) => fc.integer({ min: 1, max: most });
const pair = (most: number) => fc.tuple(extent(most), extent(most));

/** Geometries with at least one output pixel. */
const geometries: fc.Arbitrary<ConvGeometry> = fc
  .record({
    groups: extent(3),
    groupIn: extent(5),
    groupOut: extent(6),
    size: pair(11),
    kernel: pair(4),
    stride: pair(3),
    padding: fc.tuple(fc.nat(2), fc.nat(2)),
    dilation: pair(2),
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
    [0, 1].every((axis) => {
      const input = (axis === 0 ? g.inHeight : g.inWidth) + 2 * g.padding[axis]!;
      return input >= g.dilation[axis]! * (g.kernel[axis]! - 1) + 1;
    }),
  );

/** Words that fill the ring, from a seed; cheaper to shrink than arrays. */
export function ringWords(length: number, seed: number): Int32Array {
  const key = new Uint8Array(32);
  new DataView(key.buffer).setUint32(0, seed >>> 0, true);
  return new Int32Array(referenceChacha(key, 0, 0, 4 * length, 2).buffer);
}

const wordBytes = (length: number, seed: number) =>
  new Uint8Array(ringWords(Math.ceil(length / 4), seed).buffer, 0, length);

/** Tests an implementation against the definition. */
export function kernelsSuite(kernels: Kernels): void {
  const same = (got: ArrayLike<number>, expected: ArrayLike<number>) => assert.deepEqual(got, expected);

  describe(`${kernels.name} kernels`, () => {
    test('convolve a known plus-shaped kernel with bias', () => {
      const geometry: ConvGeometry = {
        inChannels: 1,
        inHeight: 2,
        inWidth: 3,
        outChannels: 1,
        kernel: [3, 3],
        stride: [1, 1],
        padding: [1, 1],
        dilation: [1, 1],
        groups: 1,
      };
      const plus = Int32Array.of(0, 1, 0, 1, 1, 1, 0, 1, 0);
      const out = kernels.convolve(Int32Array.of(1, 2, 3, 4, 5, 6), plus, Int32Array.of(100), geometry);
      same(out, Int32Array.of(107, 111, 111, 110, 117, 114));
    });

    test('convolve any geometry as the definition does, modulo 2^32', () => {
      fc.assert(
        fc.property(geometries, fc.nat(), fc.boolean(), (g, seed, biased) => {
          const input = ringWords(g.inChannels * g.inHeight * g.inWidth, seed);
          const taps = (g.inChannels / g.groups) * g.kernel[0] * g.kernel[1];
          const weight = ringWords(g.outChannels * taps, seed + 1);
          const bias = biased ? ringWords(g.outChannels, seed + 2) : null;
          same(kernels.convolve(input, weight, bias, g), referenceKernels.convolve(input, weight, bias, g));
        }),
        { numRuns: 150 },
      );
    });

    test('convolve a depth beyond one block, and more rows than a panel', () => {
      const g: ConvGeometry = {
        inChannels: 70,
        inHeight: 5,
        inWidth: 5,
        outChannels: 7,
        kernel: [3, 3],
        stride: [2, 2],
        padding: [1, 1],
        dilation: [1, 1],
        groups: 1,
      };
      const input = ringWords(70 * 25, 1);
      const weight = ringWords(7 * 70 * 9, 2);
      same(kernels.convolve(input, weight, null, g), referenceKernels.convolve(input, weight, null, g));
    });

    test('make the published ChaCha12 keystream of the zero key', () => {
      // draft-strombergson-chacha-test-vectors-01, TC1, 256-bit key, 12 rounds, first block.
      const expected =
        '9bf49a6a0755f953811fce125f2683d50429c3bb49e074147e0089a52eae155f' +
        '0564f879d27ae3c02ce82834acfa8c793a629f2ca0de6919610be82f411326be';
      same(kernels.keystream(new Uint8Array(32), 0, 64), new Uint8Array(Buffer.from(expected, 'hex')));
    });

    test('make keystreams of any length from any block', () => {
      const counters = fc.oneof(fc.nat(9), fc.integer({ min: 2 ** 32 - 5, max: 2 ** 32 + 5 }), fc.maxSafeNat());
      fc.assert(
        fc.property(bytes(32), counters, fc.nat(700), (key, counter, length) => {
          const start = Math.min(counter, 2 ** 52);
          same(kernels.keystream(key, start, length), referenceChacha(key, start, 0, length, 12));
        }),
      );
    });

    test('expand each seed under its domain', () => {
      const cases = fc.tuple(fc.nat(9), bytes(16), fc.nat(200), fc.nat(), fc.constantFrom(0, 3, 2 ** 32 - 1));
      fc.assert(
        fc.property(cases, ([count, domain, length, seed, counter]) => {
          const seeds = wordBytes(16 * count, seed);
          const expected = Array.from({ length: count }, (_, n) => {
            const key = Uint8Array.of(...seeds.subarray(16 * n, 16 * n + 16), ...domain);
            return [...referenceChacha(key, counter, 0, length, 12)];
          });
          same(kernels.expandSeeds(seeds, domain, counter, length), Uint8Array.from(expected.flat()));
        }),
      );
    });

    test('hash rows to pads of one length or of ragged lengths', () => {
      const lengths = fc.array(fc.oneof(fc.nat(20), fc.nat(200)), { maxLength: 11 });
      const tweaks = fc.constantFrom(0, 5, 2 ** 32 - 2, 2 ** 40);
      fc.assert(
        fc.property(lengths, fc.option(bytes(16)), bytes(16), tweaks, fc.nat(), (each, mask, domain, tweak, seed) => {
          const rows = wordBytes(16 * each.length, seed);
          const pads = each.map((length, j) => {
            const row = [...rows.subarray(16 * j, 16 * j + 16)].map((byte, i) => byte ^ (mask?.[i] ?? 0));
            return [...referenceChacha(Uint8Array.of(...row, ...domain), 0, tweak + j, length, 12)];
          });
          same(kernels.hashRows(rows, mask, domain, tweak, Uint32Array.from(each)), Uint8Array.from(pads.flat()));
          const length = each[0] ?? 0;
          const even = Uint32Array.from(each, () => length);
          same(kernels.hashRows(rows, mask, domain, tweak, length), kernels.hashRows(rows, mask, domain, tweak, even));
        }),
      );
    });

    test('transpose bit by bit', () => {
      const bits = wordBytes(16 * 384, 7);
      const rows = kernels.transpose128(bits, 384);
      for (let row = 0; row < 128; row++) {
        for (let column = 0; column < 384; column++) {
          const from = (bits[row * 48 + (column >> 3)]! >> (column & 7)) & 1;
          assert.equal((rows[16 * column + (row >> 3)]! >> (row & 7)) & 1, from);
        }
      }
    });

    test('SoftSpoken rows satisfy q = t ⊕ u Δ, and choices are the first block’s sum', () => {
      const leaves = wordBytes(32 * 256, 11);
      const domain = wordBytes(16, 12);
      const delta = wordBytes(16, 13);
      const relative = new Uint8Array(leaves.length);
      for (let block = 0; block < 32; block++) {
        const hidden = (delta[block >> 1]! >> (4 * (block & 1))) & 15;
        for (let y = 1; y < 16; y++) {
          const from = (16 * block + (y ^ hidden)) * 16;
          relative.set(leaves.subarray(from, from + 16), (16 * block + y) * 16);
        }
        // The unknown leaf's place must not matter.
        relative.fill(0xa5, 256 * block, 256 * block + 16);
      }
      for (const count of [128, 2176]) {
        const { rows, choices, corrections } = kernels.softspokenReceiver(leaves, domain, 3, count);
        const held = kernels.softspokenSender(relative, domain, 3, count, delta, corrections);
        for (let j = 0; j < count; j++) {
          const mask = -((choices[j >> 3]! >> (j & 7)) & 1);
          for (let i = 0; i < 16; i++) assert.equal(held[16 * j + i], rows[16 * j + i]! ^ (delta[i]! & mask));
        }
        const sum = new Uint8Array(count / 8);
        for (let x = 0; x < 16; x++) {
          const column = kernels.expandSeeds(leaves.subarray(16 * x, 16 * x + 16), domain, 3, count / 8);
          for (let i = 0; i < sum.length; i++) sum[i]! ^= column[i]!;
        }
        same(choices, sum);
      }
    });

    test('SoftSpoken agrees with the reference in every byte', () => {
      const leaves = wordBytes(32 * 256, 21);
      const domain = wordBytes(16, 22);
      const delta = wordBytes(16, 23);
      for (const [count, counter] of [
        [256, 2 ** 32 - 1],
        [2048 + 640, 9],
      ] as const) {
        const got = kernels.softspokenReceiver(leaves, domain, counter, count);
        const expected = referenceKernels.softspokenReceiver(leaves, domain, counter, count);
        assert.deepEqual(got, expected);
        same(
          kernels.softspokenSender(leaves, domain, counter, count, delta, got.corrections),
          referenceKernels.softspokenSender(leaves, domain, counter, count, delta, got.corrections),
        );
      }
    });

    test('refuse operands that do not fit', () => {
      const block = new Uint8Array(16);
      const one: ConvGeometry = {
        inChannels: 2,
        inHeight: 1,
        inWidth: 1,
        outChannels: 2,
        kernel: [1, 1],
        stride: [1, 1],
        padding: [0, 0],
        dilation: [1, 1],
        groups: 1,
      };
      const words = (length: number) => new Int32Array(length);
      const cases: readonly (readonly [() => unknown, RegExp])[] = [
        [() => kernels.convolve(words(1), words(4), null, one), /^"input" expected length 2, got 1$/],
        [() => kernels.convolve(words(2), words(3), null, one), /^"weight" expected length 4, got 3$/],
        [() => kernels.convolve(words(2), words(4), words(1), one), /^"bias" expected length 2, got 1$/],
        [() => kernels.convolve(words(2), words(4), null, { ...one, groups: 3 }), /^"groups" expected a divisor/],
        [() => kernels.convolve(words(2), words(4), null, { ...one, kernel: [2, 1] }), /^"kernel" expected one that/],
        [() => kernels.convolve(words(2), words(4), null, { ...one, stride: [0, 1] }), /^"stride\[0\]" expected/],
        [() => kernels.keystream(block, 0, 1), /^"key" expected length 32, got 16$/],
        [() => kernels.keystream(new Uint8Array(32), -1, 1), /^"counter" expected a natural number/],
        [() => kernels.expandSeeds(new Uint8Array(15), block, 0, 1), /^"seeds" expected a multiple of 16 bytes/],
        [() => kernels.hashRows(block, null, new Uint8Array(3), 0, 1), /^"domain" expected length 16, got 3$/],
        [() => kernels.hashRows(block, block.subarray(1), block, 0, 1), /^"mask" expected length 16, got 15$/],
        [() => kernels.hashRows(block, null, block, 2 ** 48, 1), /^"tweak" expected a natural number below/],
        [() => kernels.hashRows(block, null, block, 0, new Uint32Array(2)), /^"lengths" expected length 1, got 2$/],
        [() => kernels.transpose128(block, 64), /^"n" expected a multiple of 128, got 64$/],
        [() => kernels.transpose128(block, 128), /^"bits" expected length 2048, got 16$/],
        [() => kernels.softspokenReceiver(block, block, 0, 128), /^"leaves" expected length 8192, got 16$/],
        [
          () => kernels.softspokenSender(new Uint8Array(8192), block, 0, 128, block, block),
          /^"corrections" expected length 496, got 16$/,
        ],
      ];
      for (const [call, message] of cases) assert.throws(call, { name: 'RangeError', message });
    });
  });
}
