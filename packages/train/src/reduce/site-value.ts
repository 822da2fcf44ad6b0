/**
 * Values of one site under other gate maps than its own, for measuring what they change.
 * @module
 */
import type { GateMap } from '@relent/graph';
import { type Device, keep, scope, type Tensor } from '@relent/torch';
import { stepGate } from '../layers/gate-function.js';
import { applyGates, planSite, type SitePlan, siteGates } from '../layers/site-gates.js';

/** A gate map ready to run on pre-activations. Free it after use. */
export class SiteForm {
  readonly #plan: SitePlan;

  /** @param map - One whose own gates decide. */
  constructor(
    readonly map: GateMap,
    device: Device = 'cpu',
  ) {
    this.#plan = scope(() => {
      const plan = planSite(map, null, device);
      for (const tensor of plan.tensors) keep(tensor);
      return plan;
    });
  }

  /** The site's values for pre-activations [N, C, H, W] or [N, F], in the same shape. */
  value(x: Tensor): Tensor {
    return scope(() => {
      const planes = x.shape.length === 4 ? x : x.reshape([...x.shape, 1, 1]);
      const gates = siteGates(this.#plan, planes, { gate: stepGate, scores: null, record: false, ordered: true });
      return applyGates(this.#plan, planes, gates, null).reshape(x.shape);
    });
  }

  /** Frees the map's tensors. */
  free(): void {
    for (const tensor of this.#plan.tensors) tensor.free();
  }
}
