/**
 * What every neuron of a network decides: by itself, with others, or nothing.
 *
 * @module
 */
import type { Model } from '@relent/graph';
import { describeGates } from './gate-words.js';

/** Neurons by what decides them; they add up to all neurons of the activation layers. */
export interface NeuronKinds {
  /** With a comparison that no other neuron obeys. */
  readonly kept: number;
  /** With a comparison that other neurons obey too. */
  readonly shared: number;
  readonly linear: number;
  readonly quadratic: number;
}

/** One activation layer. */
export interface SiteInspection extends NeuronKinds {
  readonly id: string;
  /** [C, H, W]. */
  readonly shape: readonly [number, number, number];
  /** As plain ReLUs, and as it is. */
  readonly comparisonsBefore: number;
  readonly comparisons: number;
  /** The form of its gate map in words; `null` for plain ReLUs. */
  readonly form: string | null;
}

/** A network: its sites in the order of evaluation, and sums. */
export interface NetworkInspection extends NeuronKinds {
  readonly sites: readonly SiteInspection[];
  readonly comparisonsBefore: number;
  readonly comparisons: number;
}

/** Looks at every site of a network. */
export async function inspectNetwork({
  graph,
  gateMaps,
}: Pick<Model, 'graph' | 'gateMaps'>): Promise<NetworkInspection> {
  const { compileGates, gateCost } = await import('@relent/graph');
  const compiled = gateMaps.size > 0 ? compileGates(graph, gateMaps) : null;
  const obeyed = new Map<string, Int32Array>();
  for (const [id, { source, comparisons }] of compiled ?? [])
    if (source === null) obeyed.set(id, new Int32Array(comparisons));
  for (const [id, { source, gateOf }] of compiled ?? []) {
    const counts = obeyed.get(source ?? id)!;
    for (const gate of gateOf) if (gate >= 0) counts[gate]!++;
  }
  const sites = gateCost(graph, gateMaps).sites.map(({ id, shape, cost }): SiteInspection => {
    const gates = compiled?.get(id);
    const map = gateMaps.get(id);
    let kept = cost.multiplications;
    if (gates !== undefined) {
      const counts = obeyed.get(gates.source ?? id)!;
      kept = gates.gateOf.reduce((sum, gate) => sum + (gate >= 0 && counts[gate] === 1 ? 1 : 0), 0);
    }
    return {
      id,
      shape,
      comparisonsBefore: shape[0] * shape[1] * shape[2],
      comparisons: cost.comparisons,
      kept,
      shared: cost.multiplications - kept,
      linear: cost.linearNeurons,
      quadratic: cost.polynomialNeurons,
      form: map === undefined ? null : describeGates(map),
    };
  });
  const sum = (of: (site: SiteInspection) => number) => sites.reduce((total, site) => total + of(site), 0);
  return {
    sites,
    comparisonsBefore: sum((site) => site.comparisonsBefore),
    comparisons: sum((site) => site.comparisons),
    kept: sum((site) => site.kept),
    shared: sum((site) => site.shared),
    linear: sum((site) => site.linear),
    quadratic: sum((site) => site.quadratic),
  };
}
