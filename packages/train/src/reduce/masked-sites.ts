/**
 * Sites whose units are weighed by a mask, hard or soft, while a method trains.
 * @module
 */
import type { DroppedRule } from '@relent/graph';
import { call, cat, type Device, keep, ones, scope, type Tensor, tensor, zeros } from '@relent/torch';
import { inFloat32, inTypeOf } from '../compute.js';
import { indexTensor } from '../layers/patch.js';
import type { GateUnits, UnitMask } from './gate-units.js';

/** The quadratic of each channel, [1, C, 1, 1] each. */
interface Quadratic {
  readonly c2: Tensor;
  readonly c1: Tensor;
  readonly c0: Tensor;
}

/** The sites of a network with the units that their neurons obey, as tensors. They live until {@link MaskedSites.free}. */
export class MaskedSites {
  readonly #units: GateUnits;
  readonly #index = new Map<string, Tensor>();
  readonly #dropped = new Map<string, Quadratic>();
  readonly #device: Device;

  /** @param dropped - Per site, what neurons without gate compute; the site's own rule, or linear, unless given. */
  constructor(units: GateUnits, device: Device, dropped: ReadonlyMap<string, DroppedRule> = new Map()) {
    this.#units = units;
    this.#device = device;
    for (const { id, map, root, unitOf, plain } of units.sites.values()) {
      const count = units.counts.get(root) ?? 0;
      if (!plain)
        this.#index.set(
          id,
          keep(
            indexTensor(
              unitOf.map((unit) => (unit < 0 ? count : unit)),
              device,
            ),
          ),
        );
      const rule = dropped.get(id) ?? map.dropped;
      if (!rule) continue;
      const perChannel = (values: Float32Array) => keep(tensor(values, { shape: [1, values.length, 1, 1], device }));
      this.#dropped.set(id, { c2: perChannel(rule.c2), c1: perChannel(rule.c1), c0: perChannel(rule.c0) });
    }
  }

  /**
   * A site under a mask: m · gated + (1 - m) · dropped, m the weight of each neuron's unit.
   * @param weightOf - [units] of a site that evaluates units; gradient flows into them. `null` if it evaluates none.
   */
  value(site: string, x: Tensor, plain: () => Tensor, weightOf: (root: string) => Tensor | null): Tensor {
    const mask = this.#spread(site, x, weightOf);
    const gated = plain();
    if (!mask) return gated;
    return call('aten::lerp.Tensor', [this.#replaced(site, x), inTypeOf(gated, x), mask]) as Tensor;
  }

  /** What the neurons of a site compute without their gates. */
  #replaced(site: string, x: Tensor): Tensor {
    const rule = this.#dropped.get(site);
    if (!rule) return x;
    const planes = x.shape.length === 4 ? x : x.reshape([...x.shape, 1, 1]);
    const [c2, c1, c0] = [rule.c2, rule.c1, rule.c0].map((value) => inTypeOf(value, x));
    return planes.mul(c2!).add(c1!).mul(planes).add(c0!).reshape(x.shape);
  }

  /** [1, …] in the shape of the site; neurons without gate get 1, as their own map drops them. */
  #spread(site: string, x: Tensor, weightOf: (root: string) => Tensor | null): Tensor | null {
    const { root } = this.#units.sites.get(site)!;
    const values = weightOf(root);
    if (!values) return null;
    const index = this.#index.get(site);
    const perNeuron = index ? cat([values, ones([1], { device: this.#device })], 0).indexSelect(0, index) : values;
    const shaped = inTypeOf(perNeuron.reshape([1, ...x.shape.slice(1)]), x);
    return shaped.shape.length === 4 ? shaped.contiguous('channels_last') : shaped;
  }

  /** Adds to `sums` ([units] of the site's root) the values of the neurons that obey each unit, [1, …] or [N, …]. */
  addPerUnit(site: string, values: Tensor, sums: Tensor): void {
    const perNeuron = inFloat32(values).sum(0).reshape([-1]);
    const index = this.#index.get(site);
    if (!index) sums.add_(perNeuron);
    else {
      const all = zeros([sums.shape[0]! + 1], { device: this.#device });
      const summed = call('aten::index_add', [all, 0, index, perNeuron.contiguous()]) as Tensor;
      sums.add_(summed.narrow(0, 0, sums.shape[0]!));
    }
  }

  /** Frees the index and coefficient tensors. */
  free(): void {
    for (const index of this.#index.values()) index.free();
    for (const { c2, c1, c0 } of this.#dropped.values()) for (const value of [c2, c1, c0]) value.free();
  }
}

/** A mask as tensors of 0 and 1, outside every scope. */
export function maskTensors(mask: UnitMask, device: Device): Map<string, Tensor> {
  return scope(
    () =>
      new Map(
        [...mask].map(([root, flags]) => [
          root,
          keep(tensor(Float32Array.from(flags), { shape: [flags.length], device })),
        ]),
      ),
  );
}

/** Tensors of 0 and 1 as a mask. */
export function maskOf(tensors: ReadonlyMap<string, Tensor>): Map<string, Uint8Array> {
  return new Map(
    [...tensors].map(([root, value]) => [root, Uint8Array.from(value.toFloat32(), (v) => (v > 0.5 ? 1 : 0))]),
  );
}

/** Per site of units, a tensor [units] filled with one number, outside every scope. */
export function unitTensors(units: GateUnits, value: number, device: Device): Map<string, Tensor> {
  return scope(
    () => new Map([...units.counts].map(([root, count]) => [root, keep(zeros([count], { device }).add_(value))])),
  );
}
