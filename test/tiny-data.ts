/**
 * A small data set in the canonical layout of Fashion-MNIST, for tests: every class is a bright bar at its own height.
 *
 * @module
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const side = 28;

/** Deterministic bytes (a linear congruential generator). */
function noise(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 26;
  };
}

function idx(magic: number, sizes: readonly number[], data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(4 + 4 * sizes.length + data.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, magic);
  for (const [i, size] of sizes.entries()) view.setUint32(4 + 4 * i, size);
  bytes.set(data, 4 + 4 * sizes.length);
  return bytes;
}

function writePair(folder: string, prefix: string, count: number, seed: number): void {
  const next = noise(seed);
  const images = Uint8Array.from({ length: count * side * side }, next);
  const labels = Uint8Array.from({ length: count }, (_, i) => i % 10);
  for (const [i, label] of labels.entries())
    for (let row = 2 * label + 4; row < 2 * label + 6; row++)
      images.fill(250, (i * side + row) * side + 4, (i * side + row) * side + 24);
  writeFileSync(join(folder, `${prefix}-images-idx3-ubyte`), idx(0x803, [count, side, side], images));
  writeFileSync(join(folder, `${prefix}-labels-idx1-ubyte`), idx(0x801, [count], labels));
}

/** Writes the data set below `root`, which is then a `$RELENT_DATA`. */
export function writeTinyFashionMnist(root: string, train: number, test: number): void {
  const folder = join(root, 'fashion-mnist');
  mkdirSync(folder, { recursive: true });
  writePair(folder, 'train', train, 1);
  writePair(folder, 't10k', test, 2);
}
