/**
 * How often the decisions of channels differ at the same pixel, measured on training images.
 * @module
 */
import { type Model, siteNodes } from '@relent/graph';
import { keep, noGrad, scope, type Tensor, zeros } from '@relent/torch';
import { type ComputeOptions, measuring } from '../compute.js';
import { BatchLoader } from '../data/batches.js';
import type { Dataset } from '../data/dataset.js';
import { Network } from '../network.js';

/** Which channels to compare: those of one site with those of another, or of the same. */
export type SitePair = readonly [source: string, site: string];

/**
 * The fraction of pixels at which two channels of plain ReLUs decide differently, for each pair of sites of equal
 * H × W: [source channels, site channels], row-major.
 *
 * Source: Hamming distance of decisions as in the predecessors of DeepShare (farthest-point sampling of gates).
 * @param count - Training images, from the first on, as they are.
 */
export function decisionDistances(
  model: Model,
  data: Dataset,
  pairs: readonly SitePair[],
  count: number,
  compute?: ComputeOptions,
): Map<string, Float64Array> {
  const batch = 64;
  const network = Network.fromModel({ ...model, gateMaps: new Map() }, measuring(compute));
  const loader = new BatchLoader(data, data.train, network.device);
  const images = Math.min(count, loader.count);
  const sums = new Map<string, Tensor>();
  const wanted = new Set(pairs.flat());
  const scoreOf = new Map(
    siteNodes(model.graph).flatMap((node) => (wanted.has(node.id) ? [[node.id, node.inputs[0]!]] : [])),
  );
  const scores = new Set(scoreOf.values());
  // Signs of -1 and 1: their products add up to agreements minus disagreements.
  const signs = new Map<string, Tensor>();
  const planes = new Map<string, number>();
  try {
    for (const [source, site] of pairs) {
      const shape = [source, site].map((id) => network.shapes.get(id)![0]!);
      sums.set(pairKey(source, site), keep(zeros(shape, { device: network.device })));
    }
    for (let start = 0; start < images; start += batch)
      noGrad(() =>
        scope(() => {
          const slice = loader.slice(start, Math.min(batch, images - start));
          const observe = (id: string, value: Tensor) => {
            if (!scores.has(id)) return;
            const made = keep(scope(() => planeSigns(value)));
            signs.set(id, made);
            planes.set(id, (planes.get(id) ?? 0) + made.shape[1]!);
          };
          network.forward(slice.images, { observe });
          for (const [source, site] of pairs) {
            const [from, to] = [source, site].map((id) => signs.get(scoreOf.get(id)!)!);
            sums.get(pairKey(source, site))!.add_(from!.matmul(to!.transpose(0, 1)));
          }
          freeAll(signs);
        }),
      );
    return new Map(
      pairs.map(([source, site]) => {
        const agreement = sums.get(pairKey(source, site))!.toFloat32();
        const total = planes.get(scoreOf.get(source)!)!;
        return [pairKey(source, site), Float64Array.from(agreement, (value) => (1 - value / total) / 2)];
      }),
    );
  } finally {
    freeAll(signs);
    freeAll(sums);
    loader.free();
    network.free();
  }
}

/** Names a pair in the result of {@link decisionDistances}. */
export function pairKey(source: string, site: string): string {
  return `${source} ${site}`;
}

/** [C, N · H · W] of 1 where the neuron is positive and -1 elsewhere. */
function planeSigns(x: Tensor): Tensor {
  const channels = x.shape[1]!;
  return x.transpose(0, 1).reshape([channels, -1]).gt(0).to({ dtype: 'float32' }).mul(2).sub(1);
}

function freeAll(tensors: Map<string, Tensor>): void {
  for (const value of tensors.values()) value.free();
  tensors.clear();
}
