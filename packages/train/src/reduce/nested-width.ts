/**
 * Nested widths: one training gives networks of several widths, which share the leading channels of every kernel and have
 * a batch norm each. Masks are cut like the channels, so comparisons shrink with the width.
 *
 * Source: Kundu et al., SENet++, ICLR 2023, arXiv:2301.09254; one batch norm a width: Yu et al., Slimmable
 * Neural Networks, arXiv:1812.08928.
 * @module
 */
import { type FloatTensor, type Graph, gateCost, type Model } from '@relent/graph';
import { noGrad, type Tensor, tensor } from '@relent/torch';
import { type ComputeOptions, measuring } from '../compute.js';
import { BatchLoader } from '../data/batches.js';
import { evaluateLoader } from '../evaluate.js';
import { crossEntropyLoss } from '../losses/cross-entropy.js';
import { distillationLoss } from '../losses/distillation.js';
import { Network } from '../network.js';
import type { TrainingBatch, TrainingExtension } from '../training-extension.js';
import { GateUnits, type UnitMask } from './gate-units.js';
import type { FamilyMember, ReductionContext } from './method.js';
import { leadingPart, narrowGraph } from './narrow-graph.js';

/** How the narrower networks learn the answers of the widest. */
export interface NestedLoss {
  readonly temperature: number;
  readonly distillation: number;
}

/** One narrower network. Its batch norms are its own; every other tensor is a part of the wide network's. */
export class NestedWidth {
  readonly #width: number;
  readonly #network: Network;
  readonly #norms: ReadonlySet<string>;

  /** @param mask - Units that the wide network keeps, every neuron being a unit. */
  constructor(wide: Model, mask: UnitMask, width: number, compute: ComputeOptions = {}) {
    this.#width = width;
    const graph = narrowGraph(wide.graph, width);
    const units = new GateUnits(graph, new Map());
    const cut = new Map([...units.counts].map(([site, count]) => [site, mask.get(site)!.slice(0, count)]));
    this.#network = Network.create(graph, { gateMaps: units.gateMaps(cut), ...compute });
    this.#norms = new Set(graph.nodes.filter(({ op }) => op === 'batch-norm').map(({ id }) => id));
    noGrad(() => {
      for (const [name, value] of this.#network.tensors()) {
        const { shape, data } = leadingPart(wide.weights.get(name)!, value.shape);
        const part = tensor(data, { shape: [...shape], device: this.#network.device });
        value.copy_(part);
        part.free();
      }
    });
  }

  #isOwn(name: string): boolean {
    return this.#norms.has(name.slice(0, name.lastIndexOf('.')));
  }

  #own(tensors: ReadonlyMap<string, Tensor>): [string, Tensor][] {
    return [...tensors].filter(([name]) => this.#isOwn(name)).map(([name, t]) => [`width ${this.#width} ${name}`, t]);
  }

  /** Scales and shifts of its batch norms. */
  get parameters(): [string, Tensor][] {
    return this.#own(this.#network.parameters);
  }

  /** Running statistics of its batch norms. */
  get buffers(): [string, Tensor][] {
    return this.#own(this.#network.buffers);
  }

  /** Loss on a batch: labels, and the answers of the widest network. */
  loss({ network, images, labels, logits }: TrainingBatch, { temperature, distillation }: NestedLoss): Tensor {
    const part = (name: string) => {
      const whole = network.parameters.get(name);
      if (!whole || this.#isOwn(name)) return null;
      const shape = this.#network.parameters.get(name)!.shape;
      return shape.reduce((cut, length, axis) => cut.narrow(axis, 0, length), whole);
    };
    const own = this.#network.forward(images, { training: true, tensor: part });
    const learned = distillationLoss(own, logits.detach(), temperature).mul(distillation);
    return crossEntropyLoss(own, labels)
      .mul(1 - distillation)
      .add(learned);
  }

  /** The narrower model, once the wide one is trained; with its validation accuracy. */
  async member(wide: Model, context: ReductionContext): Promise<FamilyMember> {
    const weights = new Map<string, FloatTensor>();
    for (const [name, value] of this.#network.tensors()) {
      const own = this.#isOwn(name);
      weights.set(
        name,
        own ? { shape: [...value.shape], data: value.toFloat32() } : leadingPart(wide.weights.get(name)!, value.shape),
      );
    }
    const { graph, gateMaps } = this.#network;
    const model: Model = { graph, weights, gateMaps, info: wide.info };
    return familyMember(`width ${this.#width}`, model, context);
  }

  /** Frees its network. */
  free(): void {
    this.#network.free();
  }
}

/** A model as a member of a family, evaluated on the validation split. */
export async function familyMember(
  label: string,
  model: Model,
  { data, compute, signal }: Pick<ReductionContext, 'data' | 'compute' | 'signal'>,
): Promise<FamilyMember> {
  const { comparisons } = gateCost(model.graph, model.gateMaps).total;
  if (data.validation.count === 0) return { label, model, comparisons, validationAccuracy: null };
  const network = Network.fromModel(model, measuring(compute));
  const loader = new BatchLoader(data, data.validation, network.device);
  try {
    const { accuracy } = await evaluateLoader(network, loader, signal ? { signal } : {});
    return { label, model, comparisons, validationAccuracy: accuracy };
  } finally {
    loader.free();
    network.free();
  }
}

/** A training that trains the narrower networks besides, and whatever `inner` adds. */
export function withNestedWidths(
  inner: TrainingExtension,
  widths: readonly NestedWidth[],
  options: NestedLoss,
): TrainingExtension {
  return {
    ...inner,
    parameters: new Map([...(inner.parameters ?? []), ...widths.flatMap((width) => width.parameters)]),
    buffers: new Map([...(inner.buffers ?? []), ...widths.flatMap((width) => width.buffers)]),
    loss(batch) {
      const parts = widths.map((width) => width.loss(batch, options));
      if (inner.loss) parts.push(inner.loss(batch));
      return parts.reduce((a, b) => a.add(b));
    },
  };
}

/** @throws RangeError if a network cannot be narrowed: its gates are shared, or a width or layer does not fit. */
export function expectNarrowable(graph: Graph, gateMaps: Model['gateMaps'], widths: readonly number[]): void {
  if (gateMaps.size > 0)
    throw new RangeError(`"widths" expected a model of plain ReLUs, got one with gate maps at ${gateMaps.size} sites`);
  for (const width of widths) narrowGraph(graph, width);
}
