/**
 * A selection stage: the network trains while the weights of its units, which the method moves, stand in for its gates.
 * @module
 */
import type { DroppedRule } from '@relent/graph';
import type { Tensor } from '@relent/torch';
import { Network } from '../network.js';
import type { TrainingExtension } from '../training-extension.js';
import type { GateUnits } from './gate-units.js';
import { MaskedSites } from './masked-sites.js';
import type { ReductionContext } from './method.js';
import type { Own } from './staged-method.js';

/** What a selection stage works on. */
export interface UnitTraining {
  readonly units: GateUnits;
  readonly sites: MaskedSites;
  readonly student: Network;
  readonly teacher: Network;
}

/** Makes the networks and sites of a selection stage; `own` frees them. */
export function unitTraining(
  context: ReductionContext,
  units: GateUnits,
  own: Own,
  dropped: ReadonlyMap<string, DroppedRule> = new Map(),
): UnitTraining {
  const student = own(Network.fromModel(context.model, { ...context.compute }));
  const teacher = own(Network.fromModel(context.teacher ?? context.model, { ...context.compute }));
  return { units, sites: own(new MaskedSites(units, student.device, dropped)), student, teacher };
}

/** The site function under weights that are made anew for each forward pass. */
export function weighedBy(
  sites: MaskedSites,
  weightOf: (root: string) => Tensor | null,
): NonNullable<TrainingExtension['site']> {
  return (site, x, plain) => sites.value(site, x, plain, weightOf);
}

/** Hands tensors to a method's state. */
export function ownAll(tensors: ReadonlyMap<string, Tensor>, own: Own): ReadonlyMap<string, Tensor> {
  for (const value of tensors.values()) own(value);
  return tensors;
}

/** Tensors under `prefix.NAME`, as parameters or buffers of a training. */
export function named(prefix: string, tensors: ReadonlyMap<string, Tensor>): [string, Tensor][] {
  return [...tensors].map(([name, value]) => [`${prefix}.${name}`, value]);
}
