/**
 * ChaCha with any number of rounds, as its definition reads.
 *
 * Source:   Bernstein, ChaCha, a variant of Salsa20 (2008); RFC 8439 section 2.1 to 2.3 for the quarter-round. The state
 *           here has Bernstein's 64-bit counter and 64-bit nonce.
 * @module
 */

const CONSTANTS = [0x61707865, 0x3320646e, 0x79622d32, 0x6b206574] as const;
const BLOCK_WORDS = 16;
const BLOCK_BYTES = 4 * BLOCK_WORDS;

/** The words that each quarter-round of a double round works on: columns, then diagonals. */
const QUARTER_ROUNDS = [
  [0, 4, 8, 12],
  [1, 5, 9, 13],
  [2, 6, 10, 14],
  [3, 7, 11, 15],
  [0, 5, 10, 15],
  [1, 6, 11, 12],
  [2, 7, 8, 13],
  [3, 4, 9, 14],
] as const;

const rotate = (word: number, bits: number): number => (word << bits) | (word >>> (32 - bits));

function quarterRound(x: Int32Array, a: number, b: number, c: number, d: number): void {
  const addXorRotate = (to: number, from: number, mix: number, bits: number): void => {
    x[to] = (x[to] ?? 0) + (x[from] ?? 0);
    x[mix] = rotate((x[mix] ?? 0) ^ (x[to] ?? 0), bits);
  };
  addXorRotate(a, b, d, 16);
  addXorRotate(c, d, b, 12);
  addXorRotate(a, b, d, 8);
  addXorRotate(c, d, b, 7);
}

/** Writes a number below 2^53 as a 64-bit little-endian pair of words. */
function setNumber(state: Int32Array, word: number, value: number): void {
  state[word] = (value % 2 ** 32) | 0;
  state[word + 1] = Math.floor(value / 2 ** 32) | 0;
}

/**
 * One block of keystream.
 * @param key - [32].
 * @param counter - block number.
 * @param nonce - 64-bit nonce, below 2^53.
 * @param rounds - even; 12 for the kernels, 20 to compare with RFC 8439.
 * @returns [64].
 */
export function referenceChachaBlock(key: Uint8Array, counter: number, nonce: number, rounds: number): Uint8Array {
  const state = new Int32Array(BLOCK_WORDS);
  state.set(CONSTANTS);
  const view = new DataView(key.buffer, key.byteOffset, key.length);
  for (let word = 0; word < 8; word++) state[4 + word] = view.getInt32(4 * word, true);
  setNumber(state, 12, counter);
  setNumber(state, 14, nonce);
  const x = state.slice();
  for (let round = 0; round < rounds; round += 2) {
    for (const [a, b, c, d] of QUARTER_ROUNDS) quarterRound(x, a, b, c, d);
  }
  const out = new DataView(new ArrayBuffer(BLOCK_BYTES));
  x.forEach((word, index) => {
    out.setInt32(4 * index, word + (state[index] ?? 0), true);
  });
  return new Uint8Array(out.buffer);
}

/**
 * Keystream of a key.
 * @param key - [32].
 * @param counter - first block.
 * @param nonce - 64-bit nonce, below 2^53.
 * @returns [length].
 */
export function referenceChacha(
  key: Uint8Array,
  counter: number,
  nonce: number,
  length: number,
  rounds: number,
): Uint8Array {
  const out = new Uint8Array(length);
  for (let at = 0; at < length; at += BLOCK_BYTES) {
    const block = referenceChachaBlock(key, counter + at / BLOCK_BYTES, nonce, rounds);
    out.set(block.subarray(0, length - at), at);
  }
  return out;
}
