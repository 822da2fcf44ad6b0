/**
 * What a report shows: one entry a network, from the full one to the most reduced.
 *
 * @module
 */

/** Traffic and time of one phase, per image. */
export interface PhaseResult {
  readonly bytes: number;
  readonly rounds: number;
  readonly ms: number;
}

/** One network: what it costs, how good it is, and what was measured while it classified images privately. */
export interface NetworkResult {
  /** Such as `full` or `10 %`. */
  readonly label: string;
  readonly comparisons: number;
  /** Fraction right on the whole test split, in floating point and in fixed point. */
  readonly accuracy: number;
  readonly integerAccuracy: number;
  /** Bytes that the planner predicts for these images, mean per image. */
  readonly predicted: { readonly offlineBytes: number; readonly onlineBytes: number };
  /** Measured between two processes, mean per image. */
  readonly offline: PhaseResult;
  readonly online: PhaseResult;
  /** Images classified privately, how many of them right, and how many equal to the integer interpreter. */
  readonly images: number;
  readonly right: number;
  readonly exact: number;
}

/** A whole run. */
export interface ReportResults {
  readonly network: string;
  readonly dataset: string;
  /** Full network first, then by falling comparisons. */
  readonly networks: readonly NetworkResult[];
  /** What a reader has to know of the run. */
  readonly warnings: readonly string[];
}
