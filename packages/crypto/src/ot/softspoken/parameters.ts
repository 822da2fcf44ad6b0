/**
 * The constants of SoftSpoken OT extension. SECURITY: changing it changes what an attacker must do. AGREEMENT: both
 * parties must have the same. LOCAL: each party may choose.
 * @module
 */

/** λ: bits of Δ and of every row; also the number of base OTs. SECURITY. */
export const SECURITY_BITS = 128;

/** k: levels of a tree; a block of k columns costs one correction bit an OT. AGREEMENT (fixed in the kernels). */
export const TREE_DEPTH = 4;

/** Trees: λ / k. AGREEMENT. */
export const BLOCKS = SECURITY_BITS / TREE_DEPTH;

/** Leaves of a tree: 2^k. AGREEMENT. */
export const LEAVES = 2 ** TREE_DEPTH;

/** Bytes of a node, a leaf, a row, Δ: λ / 8. SECURITY. */
export const NODE_BYTES = SECURITY_BITS / 8;

/** Instances are made in multiples of this; the surplus of a batch is thrown away. AGREEMENT. */
export const INSTANCE_UNIT = 128;

/** Instances per message; bounds both sides' working memory. AGREEMENT: it cuts the messages. */
export const CHUNK_INSTANCES = 2 ** 18;

/** Instances per ChaCha block of a column; a chunk starts at a fresh block. AGREEMENT. */
export const BLOCK_INSTANCES = 512;

/** Instances of one set-up: the row hash has that many tweaks. SECURITY: a tweak must not come twice. */
export const MAX_INSTANCES = 2 ** 48;

/**
 * The instances that a batch really makes, cut to chunks.
 * @throws RangeError if `count` is no natural number.
 */
export function chunkSizes(count: number): readonly number[] {
  if (!Number.isSafeInteger(count) || count < 0 || count > MAX_INSTANCES) {
    throw new RangeError(`"count" expected a natural number up to ${MAX_INSTANCES}, got ${count}`);
  }
  const total = Math.ceil(count / INSTANCE_UNIT) * INSTANCE_UNIT;
  const sizes: number[] = [];
  for (let made = 0; made < total; made += CHUNK_INSTANCES) sizes.push(Math.min(CHUNK_INSTANCES, total - made));
  return sizes;
}

/** Bytes of the corrections of a chunk: one bit an instance for every block but the first. */
export function correctionBytes(chunk: number): number {
  return ((BLOCKS - 1) * chunk) / 8;
}
