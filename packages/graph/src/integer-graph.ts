/**
 * The fixed-point network, exactly as the private protocol computes it: integers of Z_2^l, one truncation a site.
 *
 * A value v stands for the real number v · scale. A scale is a power of two, divided by the odd parts of the areas of
 * the average pools above it.
 * Linear operators (conv, add, concat, sum-pool, resize, flatten) are exact in the ring; they are what each party computes on
 * its additive share alone. Only `site` and `max-pool` need interaction.
 *
 * A site with truncationBits f takes pre-activations z with |z| < 2^(l-2) and gives
 *
 *     x' = floor(z / 2^f)                                        in mode `floor`,
 *     x' = floor(z / 2^f) + [(z_c mod 2^f) <= (z mod 2^f)]       in mode `shares`, z_c the client's share of z, f > 0,
 *     y  = x' · (b + a · d(s))   with d(s) = [s > 0], s = Σ scoreWeight · z over the untruncated z,
 *     y  = x' · 2^affineBits     for a neuron without gate that stays linear,
 *     y  = trunc(c2·X² + c1·x' + c0) by 2^outerBits, X = trunc(z) by 2^(f + squareBits), for one with a quadratic,
 *
 * where trunc is the truncation of the mode, with the client's share of what it truncates.
 *
 * With ignoredBits t > 0, mode `shares` takes d(s) = [floor((s - 1) / 2^t) - [(s_c - 1 mod 2^t) > (s - 1 mod 2^t)] >= 0],
 * s_c the client's share of the score: 0 for some s from 1 to 2^t - 1. Both modes read s - 1 in the bits of
 * `compareWindow`, which hold every score within the proven bounds.
 *
 * Both parties know f and t, so `shares` mode describes the private result bit for bit.
 *
 * @module
 */
import type { ConvAttributes, PoolAttributes, Shape } from './graph.js';

/** Compiled gates with integer score weights and an integer affine pair, see {@link CompiledGates}. */
export interface IntegerGates {
  readonly shape: readonly [number, number, number];
  readonly comparisons: number;
  readonly scoreStart: Int32Array;
  readonly scoreNeuron: Int32Array;
  readonly scoreWeight: Int32Array;
  readonly source: string | null;
  readonly gateOf: Int32Array;
  /** [C]: integers; the real pair is (a, b) · 2^-affineBits. */
  readonly a: Int32Array;
  readonly b: Int32Array;
  readonly affineBits: number;
  /** Quadratics of the neurons without gate, or null when these are linear. */
  readonly dropped: IntegerQuadratics | null;
}

/**
 * [C] quadratics, with x' in units of u = scale of z · 2^truncationBits and X in units of u · 2^squareBits:
 * c2 stands for c2 · u · 2^(q + 2·squareBits), c1 for c1 · 2^q, c0 for c0 / u · 2^q, q = outerBits + affineBits. X has fewer
 * bits than x' so that its square leaves room for those of c2.
 */
export interface IntegerQuadratics {
  readonly c2: Int32Array;
  readonly c1: Int32Array;
  readonly c0: Int32Array;
  readonly squareBits: number;
  readonly outerBits: number;
}

/** What every integer node carries. */
interface IntegerNodeBase {
  readonly id: string;
  readonly shape: Shape;
  /** The real value of one unit. */
  readonly scale: number;
  /**
   * Proven bound: |value| <= maxAbs for every image whose activations (input and site outputs) stay within theirs, the
   * calibrated ones. Other nodes round it up to 2^k - 1, so that it tells little of the weights.
   */
  readonly maxAbs: number;
}

/** One operator of the integer network; `shifts` are left shifts that bring the operands to one scale. */
export type IntegerNode =
  | (IntegerNodeBase & { readonly op: 'input'; readonly inputs: readonly [] })
  | (IntegerNodeBase & {
      readonly op: 'conv';
      readonly inputs: readonly [string];
      /** A linear layer is a 1×1 convolution over a [F, 1, 1] view of its input; `shape` is then [outFeatures]. */
      readonly conv: ConvAttributes;
      /** [C, H, W] that the convolution reads. */
      readonly inputShape: readonly [number, number, number];
      /** A power of two that the Euclidean norm of no output channel's weights exceeds; private engines plan with it. */
      readonly weightNorm: number;
    })
  | (IntegerNodeBase & {
      readonly op: 'add';
      readonly inputs: readonly [string, string];
      readonly shifts: readonly [number, number];
    })
  | (IntegerNodeBase & {
      readonly op: 'concat';
      readonly inputs: readonly string[];
      readonly shifts: readonly number[];
    })
  | (IntegerNodeBase & {
      /** Sum over the window (padding counts as zeros) times `multiplier`; the division by the area lies in the scale. */
      readonly op: 'sum-pool';
      readonly inputs: readonly [string];
      readonly pool: PoolAttributes;
      /** Public; 1 unless an add or concat joins branches whose areas differ by more than a power of two. */
      readonly multiplier: number;
      /** [C, H, W] that the pool reads. */
      readonly inputShape: readonly [number, number, number];
    })
  | (IntegerNodeBase & {
      readonly op: 'max-pool';
      readonly inputs: readonly [string];
      readonly pool: PoolAttributes;
      /** [C, H, W] that the pool reads. */
      readonly inputShape: readonly [number, number, number];
    })
  | (IntegerNodeBase & {
      /** Bilinear enlargement; the weights are whole numbers, the division by (2 · resizeScale)² lies in the scale. */
      readonly op: 'resize';
      readonly inputs: readonly [string];
      readonly resizeScale: number;
      /** [C, H, W] that is enlarged. */
      readonly inputShape: readonly [number, number, number];
    })
  | (IntegerNodeBase & { readonly op: 'flatten'; readonly inputs: readonly [string] })
  | (IntegerNodeBase & {
      readonly op: 'site';
      readonly inputs: readonly [string];
      readonly truncationBits: number;
      /** t: the comparisons ignore the lowest t bits of the score's shares; 0 unless given. */
      readonly ignoredBits?: number;
      readonly gates: IntegerGates;
    });

/** The public half of an integer model: all that the client learns of the network. */
export interface IntegerGraph {
  readonly ringBits: number;
  readonly nodes: readonly IntegerNode[];
  readonly output: string;
}

/** Weights of one convolution: [outChannels, inChannels / groups, kh, kw] and [outChannels]; the server's secret. */
export interface IntegerWeights {
  readonly weight: Int32Array;
  readonly bias: Int32Array;
}

/** The quantised network. */
export interface IntegerModel {
  readonly graph: IntegerGraph;
  readonly weights: ReadonlyMap<string, IntegerWeights>;
}
