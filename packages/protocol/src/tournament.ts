/**
 * Maxima by comparisons: a tree of matches over every window, all windows at once.
 *
 * A match of p and q is won by max = p + [q - p > 0] · (q - p): a difference on shares, a site of plain ReLUs without
 * truncation, a sum on shares. So a level of all windows is one site, and the protocol of sites is all that is needed.
 * Of equal entries the first one wins.
 * @module
 */
import type { Party } from '@relent/crypto';
import type { IntegerGates, PoolAttributes } from '@relent/graph';

/** out[i] = x[plus[i]] - x[minus[i]]: what a level of matches decides on. */
export interface DifferenceNode {
  readonly op: 'difference';
  readonly inputs: readonly [string];
  readonly plus: Int32Array;
  readonly minus: Int32Array;
}

/** out[i] = x[base[i]] + y[gain[i]]; nothing is added where gain is -1. */
export interface AdvanceNode {
  readonly op: 'advance';
  readonly inputs: readonly [string] | readonly [string, string];
  readonly base: Int32Array;
  readonly gain: Int32Array;
}

/** out = x followed by public labels, which the server's share holds. */
export interface LabelNode {
  readonly op: 'label';
  readonly inputs: readonly [string];
  readonly labels: Int32Array;
}

/** A linear step of a tournament, which each party computes on its share alone. */
export type TournamentNode = DifferenceNode | AdvanceNode | LabelNode;

/** The matches of one level, and the entries that stay: winners and those without a match. */
export interface Level {
  /** [matches] entries that win only if they are larger. */
  readonly plus: Int32Array;
  /** [matches] entries that win otherwise. */
  readonly minus: Int32Array;
  /** [entries that stay] the entry, or the match's `minus`; and the match or -1. */
  readonly base: Int32Array;
  readonly gain: Int32Array;
}

/**
 * The levels that reduce every window to its largest entry; afterwards entry i is that of window i.
 * @param windows - positions of the entries, window by window, none empty; of equal entries the earlier one wins.
 */
export function tournamentLevels(windows: readonly (readonly number[])[]): Level[] {
  const levels: Level[] = [];
  let current = windows;
  while (current.some((window) => window.length > 1)) {
    const [plus, minus, base, gain]: number[][] = [[], [], [], []];
    current = current.map((window) => {
      const staying: number[] = [];
      for (let i = 0; i < window.length; i += 2) {
        const second = window[i + 1];
        staying.push(base!.length);
        base!.push(window[i]!);
        gain!.push(second === undefined ? -1 : plus!.length);
        if (second === undefined) continue;
        minus!.push(window[i]!);
        plus!.push(second);
      }
      return staying;
    });
    levels.push({
      plus: Int32Array.from(plus!),
      minus: Int32Array.from(minus!),
      base: Int32Array.from(base!),
      gain: Int32Array.from(gain!),
    });
  }
  return levels;
}

/** A party's share of a tournament's linear step; not reduced. */
export function evaluateTournament(node: TournamentNode, inputs: readonly Int32Array[], role: Party): Int32Array {
  const [x, y] = inputs as readonly [Int32Array, Int32Array?];
  switch (node.op) {
    case 'difference':
      return node.plus.map((position, i) => x[position]! - x[node.minus[i]!]!);
    case 'advance':
      return node.base.map((position, i) => x[position]! + (node.gain[i]! < 0 ? 0 : y![node.gain[i]!]!));
    case 'label': {
      const out = new Int32Array(x.length + node.labels.length);
      out.set(x);
      if (role === 'server') out.set(node.labels, x.length);
      return out;
    }
    default:
      return node satisfies never;
  }
}

/**
 * The windows of a max pool along one axis after the other, which takes fewer matches than whole windows where these overlap.
 * @returns for both passes the windows over the positions of what the pass reads; padding is left out.
 */
export function poolPasses(
  pool: PoolAttributes,
  [channels, height, width]: readonly [number, number, number],
  [, outHeight, outWidth]: readonly number[],
): readonly (readonly number[][])[] {
  const span = (axis: 0 | 1, at: number, length: number): number[] => {
    const first = at * pool.stride[axis] - pool.padding[axis];
    const positions: number[] = [];
    for (let i = Math.max(0, first); i < Math.min(length, first + pool.kernel[axis]); i++) positions.push(i);
    return positions;
  };
  const rows: number[][] = [];
  for (let line = 0; line < channels * height; line++)
    for (let x = 0; x < outWidth!; x++) rows.push(span(1, x, width).map((i) => line * width + i));
  const columns: number[][] = [];
  for (let c = 0; c < channels; c++)
    for (let y = 0; y < outHeight!; y++)
      for (let x = 0; x < outWidth!; x++) columns.push(span(0, y, height).map((i) => (c * height + i) * outWidth! + x));
  return [rows, columns];
}

/** The gates of a level: every match compares, and gates its own difference and those that follow it in the same order. */
export function levelGates(matches: number, copies: number): IntegerGates {
  const count = Int32Array.from({ length: matches + 1 }, (_, i) => i);
  return {
    shape: [1, copies, matches],
    comparisons: matches,
    scoreStart: count,
    scoreNeuron: count.subarray(0, matches),
    scoreWeight: new Int32Array(matches).fill(1),
    source: null,
    gateOf: Int32Array.from({ length: matches * copies }, (_, i) => i % matches),
    a: Int32Array.of(1),
    b: Int32Array.of(0),
    affineBits: 0,
    dropped: null,
  };
}
