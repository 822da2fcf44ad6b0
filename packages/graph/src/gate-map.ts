/**
 * The gate map: which ReLU decisions a site evaluates, and which neurons obey which.
 *
 * A site holds neurons x[c, y, x] of shape [C, H, W]. Each *gate* is one comparison d(s) = [s > 0] of a score s, with
 * d(0) = 0. Every neuron i computes
 *
 *     y_i = x_i · (a_c · d(s_{g(i)}) + b_c)         if it is gated,
 *     y_i = c2_c · x_i² + c1_c · x_i + c0_c         if it is dropped (linear is c2 = 0, c1 = 1, c0 = 0).
 *
 * The structured form below covers every published method, alone and composed: channels fall into channel groups,
 * the plane of each group falls into patches, and one (channel group, patch) pair is one gate, whose score is
 *
 *     s = Σ_{c in group} channelWeight[c] · Σ_{pixel in patch} pixelWeight[pixel] · x[c, pixel].
 *
 * Source: Helbitz & Avidan, arXiv:2101.11835; Gorski et al. (Knapsack block-ReLU), arXiv:2304.10442;
 * Bornfeld & Avidan (DeepShare), arXiv:2512.17398; Cho et al. (SNL), ICML 2022; AutoReP, ICCV 2023.
 * @module
 */

/** How the pixels of a patch enter its score: their mean, or one prototype pixel (clipped to ragged patches). */
export type PixelRule =
  | { readonly kind: 'mean' }
  | { readonly kind: 'pixel'; readonly row: number; readonly column: number }
  | { readonly kind: 'weights'; readonly weights: Float32Array };

/** What neurons outside the mask compute instead: per-channel quadratics; linear unless given. */
export interface DroppedRule {
  readonly c2: Float32Array;
  readonly c1: Float32Array;
  readonly c0: Float32Array;
}

/** The structured gate map of one site. Build it with the constructors of this package, which validate it. */
export interface GateMap {
  /** [C, H, W] of the site. */
  readonly shape: readonly [number, number, number];
  /** The site whose gates decide: `null` for this site's own, else an earlier site of equal H × W (all its gates). */
  readonly source: string | null;
  /** [C]: the channel group each channel obeys; for a foreign source, a channel group of that site. */
  readonly channelGroup: Int32Array;
  /** [C]: the weight of each channel in its group's score (own source only; one-hot for prototypes). */
  readonly channelWeight: Float32Array;
  /** [groups]: patch height and width of each channel group, in ceil mode (own source only). */
  readonly patchHeight: Int32Array;
  readonly patchWidth: Int32Array;
  /** How pixels enter the score (own source only). */
  readonly pixelRule: PixelRule;
  /** [C]: the affine pair of each channel. */
  readonly a: Float32Array;
  readonly b: Float32Array;
  /** Bit i (byte i >> 3, bit i & 7) tells whether neuron i is gated; `null` when all are. */
  readonly mask: Uint8Array | null;
  /** What the neurons outside the mask compute; `null` for linear. */
  readonly dropped: DroppedRule | null;
}

/**
 * The runtime form of one site: sparse scores, a gate index per neuron, an affine pair per channel.
 *
 * Only gates that some neuron obeys (here or at a later site) are evaluated; they are numbered from 0 in order of
 * (channel group, patch row, patch column).
 */
export interface CompiledGates {
  readonly shape: readonly [number, number, number];
  /** Number of comparisons evaluated at this site. */
  readonly comparisons: number;
  /** Compressed sparse rows: gate g's score is Σ scoreWeight[k] · x[scoreNeuron[k]], k in [scoreStart[g], scoreStart[g+1]). */
  readonly scoreStart: Int32Array;
  readonly scoreNeuron: Int32Array;
  readonly scoreWeight: Float32Array;
  /** The site whose gate bits `gateOf` indexes: this one's own when `null`. */
  readonly source: string | null;
  /** [C·H·W]: gate index, or -1 for a neuron outside the mask. */
  readonly gateOf: Int32Array;
  readonly a: Float32Array;
  readonly b: Float32Array;
  readonly dropped: DroppedRule | null;
}

/** What a gate map costs, at one site or in total. */
export interface GateCost {
  /** DReLUs: secure comparisons. */
  readonly comparisons: number;
  /** Products of a gate with a neuron. */
  readonly multiplications: number;
  /** Neurons without gate that stay as they are. */
  readonly linearNeurons: number;
  /** Neurons without gate that compute a quadratic. */
  readonly polynomialNeurons: number;
}
