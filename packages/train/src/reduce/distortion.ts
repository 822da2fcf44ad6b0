/**
 * How much the network's answer changes when one channel group of one site takes another form, and all else stays.
 *
 * Two ways to know it. *Measured*: run the network once for every group and form. *Gradient*: to first order the change
 * of the answer is J δ, with δ the change of the site's value and J the Jacobian at it; E (vᵀ J δ)² = ‖J δ‖² for random v
 * of unit covariance. One backward pass gives vᵀ J at all sites at once, so all groups and forms of the network cost a
 * few backward passes for each image.
 *
 * Source: Gorski et al. (Knapsack block-ReLU), arXiv:2304.10442, section 3 (the measured distortion).
 * Differs: the gradient estimate is ours; it makes the table affordable on a CPU.
 * @module
 */
import { type Model, type PatchSize, siteNodes } from '@relent/graph';
import {
  cat,
  type Device,
  Generator,
  grad,
  keep,
  noGrad,
  randn,
  scope,
  stack,
  type Tensor,
  tensor,
  zeros,
} from '@relent/torch';
import { BatchLoader } from '../data/batches.js';
import type { Dataset } from '../data/dataset.js';
import { Network } from '../network.js';
import { type FreeSite, withSizes } from './channel-forms.js';
import { SiteForm } from './site-value.js';

/** What to measure. */
export interface DistortionOptions {
  readonly estimate: 'gradient' | 'measured';
  /** Where the change is looked at: the values of the network's last site, or its output. */
  readonly at: 'last-site' | 'logits';
  /** Training images. */
  readonly images: number;
  /** Random vectors for each image, for the gradient estimate. */
  readonly probes: number;
  /** Images at a time. */
  readonly batchSize: number;
  readonly seed: number;
  /** Where to compute; the CPU unless given. */
  readonly device?: Device;
}

/** Squared change by site, channel group and form, [groups][forms]: summed over the values, averaged over images. */
export type DistortionTable = ReadonlyMap<string, readonly Float64Array[]>;

/** A measurement in progress. Call {@link DistortionMeter.next} until it answers `false`. */
export class DistortionMeter {
  readonly table: DistortionTable;
  readonly #network: Network;
  readonly #loader: BatchLoader;
  readonly #forms: ReadonlyMap<string, readonly SiteForm[]>;
  readonly #target: string;
  readonly #count: number;
  readonly #generator: Generator;
  readonly #work: Iterator<void>;

  constructor(
    model: Model,
    data: Dataset,
    readonly sites: readonly FreeSite[],
    readonly options: DistortionOptions,
  ) {
    this.table = new Map(sites.map(({ id, groups, sizes }) => [id, groups.map(() => new Float64Array(sizes.length))]));
    const { device = 'cpu' } = options;
    this.#network = Network.fromModel(model, { device });
    this.#loader = new BatchLoader(data, data.train, device);
    this.#count = Math.min(options.images, data.train.count);
    this.#generator = new Generator(options.seed);
    this.#target = options.at === 'logits' ? model.graph.output : siteNodes(model.graph).at(-1)!.id;
    const everywhere = (site: FreeSite, size: PatchSize) =>
      new SiteForm(
        withSizes(
          site,
          site.groups.map(() => size),
        ),
        device,
      );
    this.#forms = new Map(sites.map((site) => [site.id, site.sizes.map((size) => everywhere(site, size))]));
    this.#work = options.estimate === 'gradient' ? this.#gradientSteps() : this.#measuredSteps();
  }

  /** Does some of the work. Answers whether more remains. */
  next(): boolean {
    return !this.#work.next().done;
  }

  /** Frees everything but the table. */
  free(): void {
    this.#network.free();
    this.#loader.free();
    this.#generator.free();
    for (const forms of this.#forms.values()) for (const form of forms) form.free();
  }

  *#batches(): IterableIterator<[start: number, length: number]> {
    const { batchSize } = this.options;
    for (let start = 0; start < this.#count; start += batchSize)
      yield [start, Math.min(batchSize, this.#count - start)];
  }

  *#gradientSteps(): IterableIterator<void> {
    for (const [start, length] of this.#batches()) {
      scope(() => this.#gradientBatch(start, length));
      yield;
    }
  }

  #gradientBatch(start: number, length: number): void {
    const ids = this.sites.map(({ id }) => id);
    const { shapes, device } = this.#network;
    const added = new Map(ids.map((id) => [id, zeros([length, ...shapes.get(id)!], { device }).requiresGrad_()]));
    const inputs = new Map<string, Tensor>();
    const clean = new Map<string, Tensor>();
    let target: Tensor | null = null;
    try {
      this.#network.forward(this.#loader.slice(start, length).images, {
        site: (id, x, plain) => {
          const y = plain();
          const extra = added.get(id);
          if (!extra) return y;
          // Plane by plane: every form reads each plane once, from one end to the other.
          inputs.set(id, keep(x.detach().contiguous().clone()));
          clean.set(id, keep(y.detach().contiguous().clone()));
          return y.add(extra);
        },
        observe: (id, value) => {
          if (id === this.#target) target = value.view(value.shape);
        },
      });
      const answer = target! as Tensor;
      const { probes } = this.options;
      const pulls = ids.map((): Tensor[] => []);
      for (let p = 0; p < probes; p++) {
        const v = randn(answer.shape, { generator: this.#generator }).to({ device });
        const pulled = grad(answer, [...added.values()], { gradients: [v], retainGraph: p < probes - 1 });
        for (const [i, value] of pulled.entries()) pulls[i]!.push(value);
      }
      noGrad(() => {
        for (const [i, site] of this.sites.entries())
          scope(() => this.#addPulled(site, inputs.get(site.id)!, clean.get(site.id)!, stack(pulls[i]!)));
      });
    } finally {
      for (const held of [...inputs.values(), ...clean.values()]) held.free();
    }
  }

  /** Adds (vᵀ J δ)² of every group and form; `pulled` holds vᵀ J, [probes, N, …]. */
  #addPulled(site: FreeSite, x: Tensor, clean: Tensor, pulled: Tensor): void {
    const [channels, height, width] = site.map.shape;
    const [probes, count] = pulled.shape as [number, number];
    const planes = count * channels;
    const pulls = pulled
      .reshape([probes, planes, height * width])
      .transpose(0, 1)
      .contiguous();
    const members = new Float32Array(channels * site.groups.length);
    for (const [c, group] of site.map.channelGroup.entries()) members[c * site.groups.length + group] = 1;
    const gather = tensor(members, { shape: [channels, site.groups.length], device: x.device });
    const columns = this.#forms.get(site.id)!.map((form) =>
      scope(() => {
        const change = form
          .value(x)
          .sub(clean)
          .reshape([planes, height * width, 1]);
        const byChannel = pulls.matmul(change).reshape([count, channels, probes]).transpose(1, 2);
        return byChannel
          .reshape([count * probes, channels])
          .matmul(gather)
          .pow(2)
          .sum(0);
      }),
    );
    const sums = stack(columns).toFloat32();
    const scale = 1 / (this.options.probes * this.#count);
    for (const [group, row] of this.table.get(site.id)!.entries())
      for (let k = 0; k < row.length; k++) row[k]! += sums[k * site.groups.length + group]! * scale;
  }

  *#measuredSteps(): IterableIterator<void> {
    for (const [start, length] of this.#batches())
      for (const site of this.sites)
        for (const [k, form] of this.#forms.get(site.id)!.entries()) {
          noGrad(() =>
            scope(() => {
              const { images } = this.#loader.slice(start, length);
              const clean = this.#answer(images);
              for (const group of site.groups.keys()) {
                const answer = scope(() => this.#answer(images, site, form, group));
                this.table.get(site.id)![group]![k]! += answer.sub(clean).pow(2).sum().item() / this.#count;
              }
            }),
          );
          yield;
        }
  }

  /** The value at the target, with one group of one site in another form. */
  #answer(images: Tensor, site?: FreeSite, form?: SiteForm, group = 0): Tensor {
    let target: Tensor | null = null;
    this.#network.forward(images, {
      ...(site && form
        ? { site: (id, x, plain) => (id === site.id ? replaced(plain(), form.value(x), site.groups[group]!) : plain()) }
        : {}),
      observe: (id, value) => {
        if (id === this.#target) target = value.clone();
      },
    });
    return target! as Tensor;
  }
}

/** `y` with some channels taken from `other`. */
function replaced(y: Tensor, other: Tensor, channels: readonly number[]): Tensor {
  const planes = Array.from({ length: y.shape[1]! }, (_, c) => (channels.includes(c) ? other : y).narrow(1, c, 1));
  return cat(planes, 1).contiguous(y.shape.length === 4 ? 'channels_last' : 'contiguous');
}
