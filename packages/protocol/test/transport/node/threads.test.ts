import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ConvGeometry, CREW_HELPED, loadKernels, polyDegree, polyWords } from '@relent/kernels';
import { nodeThreads } from '@relent/protocol/node';

const alone = loadKernels();
const crew = loadKernels({ threads: nodeThreads(3) });
const words = (count: number, seed: number): Int32Array =>
  new Int32Array(alone.keystream(new Uint8Array(32).fill(seed), 0, 4 * count).buffer);
const bytes = (count: number, seed: number): Uint8Array => alone.keystream(new Uint8Array(32).fill(seed), 0, count);
const geometry: ConvGeometry = {
  inChannels: 40,
  inHeight: 6,
  inWidth: 5,
  outChannels: 50,
  kernel: [3, 3],
  stride: [1, 1],
  padding: [1, 1],
  dilation: [1, 1],
  groups: 1,
};

/** Every kernel that a crew shares, on more work than one call takes. */
function workload({ hashRows, ferretSender, ferretReceiver, convolve, poly }: typeof alone) {
  const rows = bytes(16 * 90_000, 1);
  const domain = bytes(16, 2);
  const lengths = Uint32Array.from({ length: 90_000 }, (_, i) => (i * 7) % 130);
  const shape = { depth: 11, first: 5, domain };
  const code = { key: bytes(32, 3), table: bytes(16 * 1024, 4) };
  const delta = bytes(16, 5);
  delta[0] = (delta[0] ?? 0) | 1;
  const trees = 32;
  const paths = Uint32Array.from({ length: trees }, (_, i) => (i * 97) % 2048);
  const store = poly.newStore(2 ** 24);
  const small = (seed: number): Int32Array => words(5 * polyDegree, seed).map((word) => word >> 24);
  const kept = [6, 7, 8, 9].map((seed) => store.keep(small(seed)));
  const ciphertexts = new Uint32Array(5 * 2 * polyWords).map((_, i) => (i * 1_234_567) % 133_963_777);
  return [
    // Not shared by a crew, but of the same memory: members that come up must leave its tables alone.
    poly.restore(poly.transform(words(polyDegree, 16))),
    hashRows(rows, null, domain, 3, lengths),
    ferretSender(bytes(16 * trees, 10), delta, shape, code),
    ferretReceiver(paths, bytes(16 * trees * 11, 11), shape, code),
    convolve(words(40 * 30, 12), words(50 * 40 * 9, 13), words(50, 14), geometry),
    store.multiplyAccumulate(ciphertexts, [...kept.filter((row) => row !== null), small(15)]),
  ];
}

test('a crew computes what one thread does, whoever of it is awake', async () => {
  const expected = workload(alone);
  // At once nobody has come up; then some; then all.
  for (let round = 0; round < 5; round++) {
    assert.deepEqual(workload(crew), expected);
    await sleep(60);
  }
});

test('members take calls', async () => {
  const boards: Int32Array[] = [];
  const { count, spawn } = nodeThreads(2);
  const watched = loadKernels({
    threads: {
      count,
      spawn(start) {
        boards.push(new Int32Array(start.board));
        spawn(start);
      },
    },
  });
  const rows = bytes(16 * 150_000, 1);
  const helped = () => boards.reduce((sum, board) => sum + (board[CREW_HELPED] ?? 0), 0);
  // On a busy machine the caller may be done before anybody wakes, so it tries again.
  for (let round = 0; round < 500 && helped() === 0; round++) {
    watched.hashRows(rows, null, rows.subarray(0, 16), 0, 16);
    await sleep(10);
  }
  assert.ok(helped() > 0);
});

test('the number of threads is checked', () => {
  assert.throws(
    () => loadKernels({ threads: nodeThreads(0) }),
    /^RangeError: "threads" expected a count in 1..64, got 0$/,
  );
});
