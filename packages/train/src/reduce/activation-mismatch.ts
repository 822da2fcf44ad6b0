/**
 * Which gates matter: how far the activations of a network without them are from those of a network with all.
 *
 * Source: Kundu et al., SENet, ICLR 2023, arXiv:2301.09254 (ReLU mask identification).
 * @module
 */
import { type Graph, siteNodes } from '@relent/graph';
import { noGrad, scope, type Tensor } from '@relent/torch';
import { BatchLoader } from '../data/batches.js';
import type { Dataset, Split } from '../data/dataset.js';
import type { Network } from '../network.js';
import { otherWork } from '../other-work.js';
import type { TrainingExtension } from '../training-extension.js';
import type { GateUnits } from './gate-units.js';
import { type MaskedSites, unitTensors } from './masked-sites.js';
import type { UnitScores } from './unit-ranking.js';

/**
 * What of the student is compared with the teacher's activation: its own activation, as in the paper, or its
 * pre-activation. The latter is what the student would have without the gate: it ranks kept and dropped gates alike,
 * where the former is small for whatever is kept already.
 */
export type MismatchSide = 'activation' | 'linear';

/** Σ over images of |teacher's activation - the student's|, per unit. */
export class MismatchMeter {
  /** Per site that evaluates units, [units]. */
  readonly sums: ReadonlyMap<string, Tensor>;
  readonly #sites: MaskedSites;
  readonly #units: GateUnits;
  /** Sites by the node whose value stands for the student's side. */
  readonly #siteOf: ReadonlyMap<string, string>;
  readonly #values = new Map<string, Tensor>();

  constructor(graph: Graph, units: GateUnits, sites: MaskedSites, side: MismatchSide, device: Network['device']) {
    this.sums = unitTensors(units, 0, device);
    this.#sites = sites;
    this.#units = units;
    this.#siteOf = new Map(siteNodes(graph).map(({ id, inputs }) => [side === 'linear' ? inputs[0]! : id, id]));
  }

  /** Takes the student's values, then the teacher's, of one batch at a time. */
  get observers(): Required<Pick<TrainingExtension, 'observe' | 'observeTeacher'>> {
    return {
      observe: (id, value) => this.#take(id, value),
      observeTeacher: (id, value) => this.#compare(id, value),
    };
  }

  #take(id: string, value: Tensor): void {
    const site = this.#siteOf.get(id);
    if (site !== undefined) this.#values.set(site, value.detach());
  }

  #compare(id: string, activation: Tensor): void {
    const own = this.#values.get(id);
    if (!own) return;
    const sums = this.sums.get(this.#units.sites.get(id)!.root);
    if (sums) noGrad(() => scope(() => this.#sites.addPerUnit(id, activation.sub(own).abs(), sums)));
    this.#values.delete(id);
    own.free();
  }

  /** Measures one network against itself: its activations against its pre-activations, on images as they are. */
  async measure(network: Network, data: Dataset, images: Split, signal?: AbortSignal): Promise<void> {
    const loader = new BatchLoader(data, images, network.device);
    try {
      for (let start = 0; start < loader.count; start += 250) {
        noGrad(() =>
          scope(() => {
            const batch = loader.slice(start, Math.min(250, loader.count - start));
            const observe = (id: string, value: Tensor) => {
              this.#compare(id, value);
              this.#take(id, value);
            };
            network.forward(batch.images, { observe });
          }),
        );
        await otherWork(signal);
      }
    } finally {
      loader.free();
    }
  }

  /** The sums so far, which start anew. */
  take(): UnitScores {
    const scores = new Map([...this.sums].map(([root, sum]) => [root, sum.toFloat32()]));
    for (const sum of this.sums.values()) sum.zero_();
    return scores;
  }

  /** Frees the sums. */
  free(): void {
    for (const sum of this.sums.values()) sum.free();
  }
}
