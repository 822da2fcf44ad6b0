/**
 * All sites of a network: which gate map each obeys, and the decisions that pass from one site to later ones.
 * @module
 */
import { type GateMap, type Graph, siteNodes, validateGateMaps } from '@relent/graph';
import { type Device, keep, scope, type Tensor } from '@relent/torch';
import { type GateFunction, stepGate } from './gate-function.js';
import {
  type Affine,
  applyGates,
  inOrder,
  planSite,
  type ScoreWeights,
  type SitePlan,
  siteGates,
} from './site-gates.js';

/** The prepared sites of a network; free them with {@link freeSites}. */
export interface Sites {
  /** Sites that are not plain ReLUs. */
  readonly plans: ReadonlyMap<string, SitePlan>;
  /** The site whose gates each of these obeys. */
  readonly rootOf: ReadonlyMap<string, string>;
  /** Sites whose gates decide at later sites. */
  readonly shared: ReadonlySet<string>;
}

/**
 * Prepares the sites of a graph.
 * @param trainScores - Whether the weights of the scores are trained.
 * @throws RangeError if a gate map does not fit the graph.
 */
export function planSites(
  graph: Graph,
  gateMaps: ReadonlyMap<string, GateMap>,
  device: Device,
  trainScores: boolean,
): Sites {
  validateGateMaps(graph, gateMaps);
  const plans = new Map<string, SitePlan>();
  const rootOf = new Map<string, string>();
  const shared = new Set<string>();
  for (const { id } of siteNodes(graph)) {
    const map = gateMaps.get(id);
    if (!map) continue;
    const root = map.source === null ? id : (rootOf.get(map.source) ?? map.source);
    rootOf.set(id, root);
    if (map.source !== null) shared.add(root);
    const plan = scope(() => {
      const made = planSite(map, plans.get(root) ?? null, device, trainScores);
      for (const tensor of made.tensors) keep(tensor);
      return made;
    });
    plans.set(id, plan);
  }
  return { plans, rootOf, shared };
}

/** Frees the tensors of all sites. */
export function freeSites(sites: Sites): void {
  for (const plan of sites.plans.values()) for (const tensor of plan.tensors) tensor.free();
}

/** Trained tensors of a site, where they are trained. */
export interface TrainedSite {
  readonly affine: Affine | null;
  readonly scores: ScoreWeights | null;
}

/** One forward pass through the sites. */
export class SitePass {
  readonly #planes = new Map<string, Tensor>();
  readonly #sites: Sites;
  readonly #gate: GateFunction;

  /** @param gate - The gate of every site; the hard step unless given. */
  constructor(sites: Sites, gate: GateFunction = stepGate) {
    this.#sites = sites;
    this.#gate = gate;
  }

  /** The site's values for pre-activations [N, C, H, W] or [N, F]. */
  apply(id: string, x: Tensor, { affine, scores }: TrainedSite): Tensor {
    const plan = this.#sites.plans.get(id);
    const record = this.#gate !== stepGate;
    if (!plan && !record && !this.#sites.shared.has(id)) return x.relu();
    const planes = x.shape.length === 4 ? x : x.reshape([...x.shape, 1, 1]);
    const decisions = this.#decisionsOf(id, plan, planes, scores);
    const y = plan ? applyGates(plan, planes, decisions, affine) : planes.mul(decisions);
    return y.shape.length === x.shape.length ? y : y.reshape(x.shape);
  }

  #decisionsOf(id: string, plan: SitePlan | undefined, x: Tensor, scores: ScoreWeights | null): Tensor {
    const gate = this.#gate;
    const record = gate !== stepGate;
    const root = this.#sites.rootOf.get(id) ?? id;
    if (root !== id) return inOrder(this.#planes.get(root)!, plan!.order);
    if (!this.#sites.shared.has(id))
      return plan ? siteGates(plan, x, { gate, scores, record, ordered: true }) : gate(x);
    const planes = keep(plan ? siteGates(plan, x, { gate, scores, record, ordered: false }) : gate(x));
    this.#planes.set(id, planes);
    return inOrder(planes, plan?.order ?? null);
  }

  /** Frees what was held for later sites. */
  free(): void {
    for (const gates of this.#planes.values()) gates.free();
  }
}
