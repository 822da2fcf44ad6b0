/**
 * What both sides of a SoftSpoken set-up share: options, domains and counters.
 * @module
 */
import type { Kernels } from '@relent/kernels';
import type { RandomSource } from '../../random.js';
import type { Group } from '../base/group.js';
import { deriveDomain, type OtContext } from '../domain.js';
import { BLOCK_INSTANCES, chunkSizes, MAX_INSTANCES } from './parameters.js';

/** The step that errors of a set-up name. */
export const SETUP_STEP = 'softspoken-setup';

/** The step that errors of an extension name. */
export const EXTEND_STEP = 'softspoken-extend';

/** What a set-up needs. */
export interface SoftspokenOptions {
  readonly kernels: Kernels;
  readonly group: Group;
  readonly random: RandomSource;
  /** Both parties give the same; two set-ups of a session differ in `instance`. */
  readonly context: OtContext;
}

/** Public labels that keep the uses of ChaCha12 apart. */
export interface SoftspokenDomains {
  readonly tree: Uint8Array;
  readonly column: Uint8Array;
  readonly row: Uint8Array;
  readonly bit: Uint8Array;
}

/** The domains of a set-up. */
export function softspokenDomains(group: Group, context: OtContext): SoftspokenDomains {
  return {
    tree: deriveDomain(group, 'relent softspoken tree', context),
    column: deriveDomain(group, 'relent softspoken column', context),
    row: deriveDomain(group, 'relent softspoken row', context),
    bit: deriveDomain(group, 'relent softspoken bit', context),
  };
}

/** One chunk of a batch: its place in the column streams and in the batch. */
export interface Chunk {
  readonly counter: number;
  readonly size: number;
  /** Instances of the batch before this chunk. */
  readonly start: number;
}

/** A reserved piece of the streams; never handed out again. */
export interface Reservation {
  readonly chunks: readonly Chunk[];
  /** Instances made, count rounded up. */
  readonly made: number;
  /** Row-hash tweak of the first instance. */
  readonly tweak: number;
}

/**
 * Hands out the streams of a set-up piece by piece. Both sides reserve in the same order, so they agree on the places.
 * @returns a function from a count to its reservation; it throws RangeError for a bad count or an exhausted set-up.
 */
export function newReservations(): (count: number) => Reservation {
  let counter = 0;
  let tweak = 0;
  return (count) => {
    const sizes = chunkSizes(count);
    const made = sizes.reduce((sum, size) => sum + size, 0);
    if (tweak + made > MAX_INSTANCES) {
      throw new RangeError(`"count" expected at most ${MAX_INSTANCES - tweak} more instances, got ${count}`);
    }
    const first = tweak;
    let start = 0;
    const chunks = sizes.map((size): Chunk => {
      const chunk = { counter, size, start };
      counter += Math.ceil(size / BLOCK_INSTANCES);
      start += size;
      return chunk;
    });
    tweak += made;
    return { chunks, made, tweak: first };
  };
}
