/**
 * How much each site needs its comparisons: by the accuracy that is lost without them, or by how much a sparse training
 * prunes the layer before it.
 *
 * Source: Kundu et al., SENet, ICLR 2023, arXiv:2301.09254 (ReLU sensitivity η_α = 1 - η_θ).
 * @module
 */
import type { Graph } from '@relent/graph';
import { cat, keep, noGrad, ones, scope, type Tensor, zeros } from '@relent/torch';
import { BatchLoader } from '../data/batches.js';
import type { Split } from '../data/dataset.js';
import { evaluateLoader } from '../evaluate.js';
import type { Network } from '../network.js';
import type { TrainingExtension } from '../training-extension.js';
import type { GateUnits } from './gate-units.js';
import { MaskedSites } from './masked-sites.js';
import type { ReductionContext } from './method.js';

/** Part of a sparse training after which the final density is reached. */
const ARRIVAL = 0.75;

/** Prunings in a sparse training. */
const PRUNINGS = 100;

/**
 * The accuracy lost when all gates of a site are dropped, for each site that evaluates gates. A site whose loss does not
 * show on these images counts as half an image.
 */
export async function linearisationDrops(
  network: Network,
  units: GateUnits,
  context: ReductionContext,
  images: Split,
): Promise<Map<string, number>> {
  const loader = new BatchLoader(context.data, images, network.device);
  const sites = new MaskedSites(units, network.device);
  const options = context.signal ? { signal: context.signal } : {};
  try {
    const whole = await evaluateLoader(network, loader, options);
    const drops = new Map<string, number>();
    for (const [root, count] of units.counts) {
      const none = scope(() => keep(zeros([count], { device: network.device })));
      try {
        const { accuracy } = await evaluateLoader(network, loader, {
          ...options,
          site: (id, x, plain) => sites.value(id, x, plain, (of) => (of === root ? none : null)),
        });
        drops.set(root, Math.max(whole.accuracy - accuracy, 0.5 / images.count));
      } finally {
        none.free();
      }
    }
    return drops;
  } finally {
    loader.free();
    sites.free();
  }
}

/** The nearest convolutions and linear layers before each node, through layers that keep the channels apart. */
function weighingLayers(graph: Graph, node: string): string[] {
  const byId = new Map(graph.nodes.map((n) => [n.id, n]));
  const found: string[] = [];
  const visit = (id: string) => {
    const at = byId.get(id)!;
    if (at.op === 'conv' || at.op === 'linear') found.push(id);
    else if (at.op !== 'relu' && at.op !== 'gate') at.inputs.forEach(visit);
  };
  for (const id of byId.get(node)!.inputs) visit(id);
  return found;
}

/** Sparse training: the weights of convolutions smallest in magnitude are held at zero, more and more of them. */
export class SparseTraining {
  readonly #network: Network;
  readonly #density: number;
  readonly #masks: ReadonlyMap<string, Tensor>;

  /** @param density - Fraction of the weights that survive. */
  constructor(network: Network, density: number) {
    this.#network = network;
    this.#density = density;
    const layers = network.graph.nodes.filter(({ op }) => op === 'conv' || op === 'linear').map(({ id }) => id);
    this.#masks = new Map(
      layers
        .slice(0, -1)
        .map((id) => [id, scope(() => keep(ones([...this.#weight(id).shape], { device: network.device })))]),
    );
  }

  #weight(layer: string): Tensor {
    return this.#network.parameters.get(`${layer}.weight`)!;
  }

  /** What it adds to a training run. */
  get extension(): TrainingExtension {
    return {
      buffers: new Map([...this.#masks].map(([layer, mask]) => [`sparse.${layer}`, mask])),
      afterStep: (done, total) => this.#afterStep(done, total),
    };
  }

  #afterStep(done: number, total: number): void {
    const interval = Math.max(1, Math.floor(total / PRUNINGS));
    const progress = Math.min(1, done / total / ARRIVAL);
    // The cubic path of Zhu & Gupta, arXiv:1710.01878: fast while there is much to prune.
    if (done % interval === 0 || done === total) this.prune(this.#density + (1 - this.#density) * (1 - progress) ** 3);
    noGrad(() => {
      for (const [layer, mask] of this.#masks) this.#weight(layer).mul_(mask);
    });
  }

  /** Keeps the largest weights of all layers together, up to a density. */
  prune(density: number): void {
    noGrad(() =>
      scope(() => {
        const all = cat(
          [...this.#masks.keys()].map((layer) => this.#weight(layer).abs().reshape([-1])),
          0,
        );
        const count = Math.max(1, Math.round(density * all.shape[0]!));
        const threshold = all.topk(count).values.narrow(0, count - 1, 1);
        for (const [layer, mask] of this.#masks) mask.copy_(this.#weight(layer).abs().ge(threshold).typeAs(mask));
      }),
    );
  }

  /** 1 - the density of the layers before each site that evaluates gates. */
  sensitivities(units: GateUnits): Map<string, number> {
    const graph = this.#network.graph;
    return new Map(
      [...units.counts.keys()].map((root) => {
        const masks = weighingLayers(graph, root).flatMap((layer) => this.#masks.get(layer) ?? []);
        const kept = masks.reduce((sum, mask) => sum + scope(() => mask.sum().item()), 0);
        const all = masks.reduce((sum, mask) => sum + mask.shape.reduce((a, b) => a * b, 1), 0);
        return [root, all === 0 ? 0 : 1 - kept / all];
      }),
    );
  }

  /** Frees the masks. */
  free(): void {
    for (const mask of this.#masks.values()) mask.free();
  }
}
