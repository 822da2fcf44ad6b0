/**
 * Tries forms of one site at a time in a network whose other sites stand, by how far its answers move from the teacher's.
 * @module
 */
import type { GateMap, Model } from '@relent/graph';
import { keep, noGrad, scope, type Tensor } from '@relent/torch';
import { type ComputeOptions, measuring } from '../compute.js';
import { BatchLoader } from '../data/batches.js';
import type { Dataset } from '../data/dataset.js';
import { distillationLoss } from '../losses/distillation.js';
import { Network } from '../network.js';
import { SiteForm } from './site-value.js';

/** Training images and the teacher's answers to them. Free it after use. */
export class SiteTrial {
  readonly #images: Tensor;
  readonly #answers: Tensor;
  readonly #model: Model;
  readonly #place: ComputeOptions;
  #network: Network;

  /**
   * @param count - Training images, from the first on, as they are.
   * @param temperature - T of the divergence.
   */
  constructor(
    model: Model,
    teacher: Model,
    data: Dataset,
    count: number,
    readonly temperature: number,
    compute?: ComputeOptions,
  ) {
    this.#place = measuring(compute);
    this.#model = model;
    const loader = new BatchLoader(data, data.train, this.#place.device);
    const network = Network.fromModel(teacher, this.#place);
    try {
      this.#images = scope(() => keep(loader.slice(0, count).images));
      this.#answers = noGrad(() => scope(() => keep(network.forward(this.#images))));
    } finally {
      loader.free();
      network.free();
    }
    this.#network = Network.fromModel(model, this.#place);
  }

  /** Puts all sites in the given forms. */
  stand(gateMaps: ReadonlyMap<string, GateMap>): void {
    this.#network.free();
    this.#network = Network.fromModel(this.#model, { gateMaps, ...this.#place });
  }

  /** T² KL from the teacher's answers to those with one site in another form, or with all as they stand. */
  divergence(site?: string, map?: GateMap): number {
    const form = map && new SiteForm(map, this.#place.device);
    try {
      return noGrad(() =>
        scope(() => {
          const logits = this.#network.forward(
            this.#images,
            form ? { site: (id, x, plain) => (id === site ? form.value(x) : plain()) } : {},
          );
          return distillationLoss(logits, this.#answers, this.temperature).item();
        }),
      );
    } finally {
      form?.free();
    }
  }

  /** Frees everything. */
  free(): void {
    this.#images.free();
    this.#answers.free();
    this.#network.free();
  }
}
