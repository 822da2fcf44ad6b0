/**
 * What the offline phase leaves for one inference.
 * @module
 */
import type { SiteClientCorrelation, SiteServerCorrelation } from '@relent/crypto';

/** The client's correlations of one inference. */
export interface ClientMaterial {
  /** The mask of the image. */
  readonly inputMask: Int32Array;
  readonly sites: ReadonlyMap<string, SiteClientCorrelation>;
  /** The client's share of the output. */
  readonly outputShare: Int32Array;
  /** The client's share of every site's pre-activation, for checking; null unless asked for. */
  readonly siteShares: ReadonlyMap<string, Int32Array> | null;
}

/** The server's correlations of one inference. */
export interface ServerMaterial {
  /** The server's mask of every convolution. */
  readonly convolutions: ReadonlyMap<string, Int32Array>;
  readonly sites: ReadonlyMap<string, SiteServerCorrelation>;
}
