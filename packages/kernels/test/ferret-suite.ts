/** One suite for every implementation of the Ferret kernels. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type FerretCode, type FerretTrees, type Kernels, referenceChacha, referenceKernels } from '@relent/kernels';
import fc from 'fast-check';

const ROW = 16;

function noise(length: number, seed: number): Uint8Array {
  const key = new Uint8Array(32);
  new DataView(key.buffer).setUint32(0, seed >>> 0, true);
  return referenceChacha(key, 0, 1, length, 2);
}

const rowAt = (rows: Uint8Array, j: number) => rows.subarray(ROW * j, ROW * (j + 1));
const xor = (a: Uint8Array, b: Uint8Array) => a.map((byte, i) => byte ^ b[i]!);

/** Both parties' inputs of a run of `count` trees, the receiver's computed from the definition of its sums. */
function inputs(count: number, depth: number, first: number, tableRows: number, seed: number) {
  const delta = noise(ROW, seed);
  delta[0]! |= 1;
  const choices = noise(tableRows, seed + 1).map((byte) => byte & 1);
  const held = noise(ROW * tableRows, seed + 2);
  const table = held.slice();
  for (let j = 0; j < tableRows; j++) {
    held[ROW * j]! &= 0xfe;
    table.set(choices[j] === 1 ? xor(rowAt(held, j), delta) : rowAt(held, j), ROW * j);
  }
  const trees: FerretTrees = { depth, first, domain: noise(ROW, seed + 3) };
  const key = noise(32, seed + 4);
  const codes: Record<'sender' | 'receiver', FerretCode> = {
    sender: { key, table: held },
    receiver: { key, table },
  };
  const paths = Uint32Array.from({ length: count }, (_, t) => noise(4 * count, seed + 5)[t]! % 2 ** depth);
  paths[0] = 0;
  paths[count - 1] = 2 ** depth - 1;
  return { delta, trees, codes, paths, choices, roots: noise(ROW * count, seed + 6) };
}

/** The sums on the sides that the paths do not take. */
function knownSums(sums: Uint8Array, delta: Uint8Array, paths: Uint32Array, depth: number): Uint8Array {
  const known = sums.slice();
  for (let at = 0; at < paths.length * depth; at++) {
    const goesLeft = ((paths[Math.floor(at / depth)]! >> (depth - 1 - (at % depth))) & 1) === 0;
    if (goesLeft) known.set(xor(rowAt(sums, at), delta), ROW * at);
  }
  return known;
}

/** Runs both parties. */
function run(kernels: Kernels, args: ReturnType<typeof inputs>) {
  const { roots, delta, trees, codes, paths } = args;
  const { rows, sums } = kernels.ferretSender(roots, delta, trees, codes.sender);
  const known = knownSums(sums, delta, paths, trees.depth);
  return { sent: rows, sums, known, received: kernels.ferretReceiver(paths, known, trees, codes.receiver) };
}

/** Tests an implementation against the definition. */
export function ferretSuite(kernels: Kernels): void {
  describe(`${kernels.name} Ferret kernels`, () => {
    test('rows satisfy t = q ⊕ u Δ with u in the lowest bit', () => {
      for (const [count, depth, tableRows] of [
        [2, 7, 64],
        [3, 8, 2],
        [2, 9, 1024],
      ] as const) {
        const args = inputs(count, depth, 5, tableRows, count);
        const { sent, received } = run(kernels, args);
        let ones = 0;
        for (let j = 0; j < count * 2 ** depth; j++) {
          assert.equal(sent[ROW * j]! & 1, 0);
          const choice = received[ROW * j]! & 1;
          ones += choice;
          const expected = choice === 1 ? xor(rowAt(sent, j), args.delta) : rowAt(sent, j);
          assert.deepEqual(rowAt(received, j), expected, `row ${j}`);
        }
        assert.ok(ones > count * 2 ** (depth - 2), `${ones} ones`);
      }
    });

    test('choices are those of the code, with one error a tree', () => {
      const args = inputs(4, 7, 0, 256, 9);
      const { key } = args.codes.sender;
      const { received } = run(kernels, args);
      const stream = referenceChacha(key, 0, 0, 4 * 128 * 20, 8);
      for (let j = 0; j < 4 * 128; j++) {
        let choice = args.paths[j >> 7] === (j & 127) ? 1 : 0;
        for (let i = 0; i < 10; i++) choice ^= args.choices[stream[20 * j + 2 * i]!]!;
        assert.equal(received[ROW * j]! & 1, choice, `row ${j}`);
      }
    });

    test('calls for parts of the trees join to a call for all', () => {
      const args = inputs(6, 7, 3, 128, 21);
      const { sent, sums, known, received } = run(kernels, args);
      const { roots, delta, trees, codes, paths } = args;
      for (const [from, to] of [
        [0, 1],
        [1, 4],
        [4, 6],
      ] as const) {
        const part = { ...trees, first: trees.first + from };
        const half = kernels.ferretSender(roots.subarray(ROW * from, ROW * to), delta, part, codes.sender);
        assert.deepEqual(half.rows, sent.slice(ROW * 128 * from, ROW * 128 * to));
        assert.deepEqual(half.sums, sums.slice(ROW * 7 * from, ROW * 7 * to));
        const sides = known.subarray(ROW * 7 * from, ROW * 7 * to);
        const got = kernels.ferretReceiver(paths.subarray(from, to), sides, part, codes.receiver);
        assert.deepEqual(got, received.slice(ROW * 128 * from, ROW * 128 * to));
      }
      assert.deepEqual(kernels.ferretSender(roots.subarray(0, 0), delta, trees, codes.sender).rows.length, 0);
    });

    test('agree with the reference in every byte', () => {
      const shapes = fc.record({
        count: fc.integer({ min: 1, max: 3 }),
        depth: fc.integer({ min: 7, max: 8 }),
        first: fc.constantFrom(0, 1, 2 ** 25 - 1, 2 ** 32 - 1),
        tableRows: fc.constantFrom(2, 512, 4096),
        seed: fc.nat(),
      });
      fc.assert(
        fc.property(shapes, ({ count, depth, first, tableRows, seed }) => {
          const args = inputs(count, depth, first, tableRows, seed);
          const got = run(kernels, args);
          assert.deepEqual(got, run(referenceKernels, args));
        }),
        { numRuns: kernels.name === 'reference' ? 1 : 8 },
      );
    });

    test('a table beyond 2^16 rows is reached in full', () => {
      // Row r of the table holds r; so a sum of ten rows shows that high bits of the places are drawn.
      const table = new Uint8Array(ROW * 2 ** 17);
      const view = new DataView(table.buffer);
      for (let r = 0; r < 2 ** 17; r++) view.setUint32(ROW * r + 4, r, true);
      const trees: FerretTrees = { depth: 7, first: 2, domain: noise(ROW, 1) };
      const code: FerretCode = { key: noise(32, 2), table };
      const delta = noise(ROW, 3);
      delta[0]! |= 1;
      const plain = kernels.ferretSender(noise(ROW, 4), delta, trees, { ...code, table: new Uint8Array(32) }).rows;
      const { rows } = kernels.ferretSender(noise(ROW, 4), delta, trees, code);
      const stream = referenceChacha(code.key, 2 * 60, 0, 128 * 30, 8);
      for (let j = 0; j < 128; j++) {
        let sum = 0;
        for (let i = 0; i < 10; i++) {
          const at = 30 * j + 3 * i;
          sum ^= (stream[at]! | (stream[at + 1]! << 8) | (stream[at + 2]! << 16)) & 0x1ffff;
        }
        const difference = xor(rowAt(rows, j), rowAt(plain, j));
        assert.equal(new DataView(difference.buffer).getUint32(4, true), sum, `row ${j}`);
      }
    });

    test('refuse operands that do not fit', () => {
      const { roots, delta, trees, codes, paths } = inputs(2, 7, 0, 64, 1);
      const sums = new Uint8Array(2 * 7 * ROW);
      const code = codes.sender;
      const cases: readonly (readonly [() => unknown, RegExp])[] = [
        [() => kernels.ferretSender(roots, delta, { ...trees, depth: 6 }, code), /^"depth" expected 7 … 16, got 6$/],
        [() => kernels.ferretSender(roots, delta, { ...trees, first: -1 }, code), /^"first" expected a natural/],
        [() => kernels.ferretSender(roots, delta, { ...trees, domain: roots }, code), /^"domain" expected length 16/],
        [() => kernels.ferretSender(roots, roots, trees, code), /^"delta" expected length 16, got 32$/],
        [() => kernels.ferretSender(roots.subarray(1), delta, trees, code), /^"roots" expected a multiple of 16/],
        [
          () => kernels.ferretSender(roots, delta, trees, { ...code, key: delta }),
          /^"key" expected length 32, got 16$/,
        ],
        [
          () => kernels.ferretSender(roots, delta, trees, { ...code, table: new Uint8Array(48) }),
          /^"table" expected 2 … 16777216 rows, a power of two, got 3$/,
        ],
        [() => kernels.ferretReceiver(paths, sums.subarray(1), trees, code), /^"sums" expected length 224, got 223$/],
      ];
      for (const [call, message] of cases) assert.throws(call, { name: 'RangeError', message });
    });
  });
}
