/**
 * The best of several prototype neurons for each site, by the loss on validation images.
 *
 * Source: Helbitz & Avidan, arXiv:2101.11835 (choice of the neuron that decides for its group).
 * @module
 */
import type { GateMap, Model } from '@relent/graph';
import { type ComputeOptions, measuring } from '../compute.js';
import { BatchLoader } from '../data/batches.js';
import type { Dataset } from '../data/dataset.js';
import { evaluateLoader } from '../evaluate.js';
import { Network } from '../network.js';
import { type SiteSharing, sharingMap } from './site-sharing.js';

/** What a search is given. */
export interface PrototypeSearchOptions {
  readonly model: Model;
  readonly data: Dataset;
  readonly sites: ReadonlyMap<string, SiteSharing>;
  /** Draws the candidates. */
  readonly seed: number;
  /** Choices of prototypes tried for each site, the fixed one among them. */
  readonly candidates: number;
  /** Validation images that judge them. */
  readonly images: number;
  /** Where to compute. */
  readonly compute?: ComputeOptions;
  readonly signal?: AbortSignal;
}

/**
 * Tries the candidates of each site in a network whose other sites are plain ReLUs, and keeps the one of least loss.
 * @throws RangeError if there are no validation images.
 */
export async function bestPrototypes(options: PrototypeSearchOptions): Promise<Map<string, GateMap>> {
  const { model, data, sites, seed, candidates, images, compute, signal } = options;
  const place = measuring(compute);
  const { validation } = data;
  if (validation.count === 0)
    throw new RangeError('"data" expected validation images, which the rule "validated" needs, got none');
  const count = Math.min(images, validation.count);
  const part = {
    ...validation,
    count,
    images: validation.images.subarray(0, count * (validation.images.length / validation.count)),
  };
  const labels = validation.labels.subarray(0, count * (validation.labels.length / validation.count));
  const loader = new BatchLoader(data, { ...part, labels }, place.device);
  const best = new Map<string, GateMap>();
  try {
    for (const [site, sharing] of sites) {
      let least = Infinity;
      for (let i = 0; i < candidates; i++) {
        const map =
          i === 0
            ? sharingMap(sharing, 'prototype', 0)
            : sharingMap(sharing, 'random', seed + 1000 * best.size + 2 * i);
        const network = Network.fromModel(model, { gateMaps: new Map([[site, map]]), ...place });
        const { loss } = await evaluateLoader(network, loader, signal ? { signal } : {}).finally(() => network.free());
        // Of equal losses the first counts, so that the choice does not hang on the order of evaluation.
        if (loss < least) best.set(site, map);
        least = Math.min(least, loss);
      }
    }
  } finally {
    loader.free();
  }
  return best;
}
