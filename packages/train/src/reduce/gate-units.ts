/**
 * The gates of a network as units that a mask keeps or drops, one comparison each.
 *
 * In a plain network a unit is a neuron, as in the papers on masks. In one whose gates are shared already, a unit is a
 * gate with all neurons that obey it, at its own site and at later ones: only dropping it whole saves its comparison.
 * @module
 */
import {
  bitset,
  compileGates,
  type DroppedRule,
  type GateMap,
  type Graph,
  gateMapOf,
  inferShapes,
  maskGates,
  siteNodes,
} from '@relent/graph';

/** Which units are kept: per site that evaluates gates, one byte a unit, 1 if it is kept. */
export type UnitMask = ReadonlyMap<string, Uint8Array>;

/** The neurons of one site and the units that they obey. */
export interface UnitSite {
  readonly id: string;
  /** The site's gate map before any unit is dropped. */
  readonly map: GateMap;
  /** The site whose units these neurons obey. */
  readonly root: string;
  /** [C·H·W]: the unit, or -1 for a neuron without gate. */
  readonly unitOf: Int32Array;
  /** Whether neuron i obeys unit i, and there are no more. */
  readonly plain: boolean;
}

/** The units of a network. */
export class GateUnits {
  /** Every site, in order of the graph. */
  readonly sites: ReadonlyMap<string, UnitSite>;
  /** Units of each site that evaluates at least one. */
  readonly counts: ReadonlyMap<string, number>;
  /** For the same sites, the channel group of each unit. */
  readonly planes: ReadonlyMap<string, Int32Array>;
  readonly total: number;
  readonly #changed: ReadonlySet<string>;

  /** @throws RangeError if a gate map does not fit, or no gate is evaluated. */
  constructor(graph: Graph, gateMaps: ReadonlyMap<string, GateMap>) {
    const shapes = inferShapes(graph);
    const compiled = compileGates(graph, gateMaps);
    const counts = new Map<string, number>();
    const planes = new Map<string, Int32Array>();
    const sites = new Map<string, UnitSite>();
    for (const { id } of siteNodes(graph)) {
      const { comparisons, source, gateOf } = compiled.get(id)!;
      if (comparisons > 0) {
        counts.set(id, comparisons);
        planes.set(id, new Int32Array(comparisons));
      }
      const map = gateMapOf(id, shapes.get(id)!, gateMaps);
      const root = source ?? id;
      const plain = source === null && gateOf.length === comparisons && gateOf.every((unit, i) => unit === i);
      sites.set(id, { id, map, root, unitOf: gateOf, plain });
      const plane = map.shape[1] * map.shape[2];
      const groups = planes.get(root);
      gateOf.forEach((unit, i) => {
        if (unit >= 0) groups![unit] = map.channelGroup[Math.floor(i / plane)]!;
      });
    }
    this.sites = sites;
    this.counts = counts;
    this.planes = planes;
    this.total = [...counts.values()].reduce((sum, n) => sum + n, 0);
    this.#changed = new Set(gateMaps.keys());
    if (this.total === 0) throw new RangeError('"model" expected at least one comparison to drop, got none');
  }

  /** Every unit kept, or none. */
  filled(value: 0 | 1): Map<string, Uint8Array> {
    return new Map([...this.counts].map(([root, count]) => [root, new Uint8Array(count).fill(value)]));
  }

  /** How many units a mask keeps. */
  kept(mask: UnitMask): number {
    let sum = 0;
    for (const flags of mask.values()) for (const flag of flags) sum += flag;
    return sum;
  }

  /**
   * The gate maps under which only the kept units are evaluated.
   * @param dropped - Per site, what neurons without gate compute; the site's own rule, or linear, unless given.
   */
  gateMaps(mask: UnitMask, dropped: ReadonlyMap<string, DroppedRule> = new Map()): Map<string, GateMap> {
    const maps = new Map<string, GateMap>();
    for (const { id, map, root, unitOf } of this.sites.values()) {
      const flags = mask.get(root);
      const whole = unitOf.every((unit) => unit < 0 || flags?.[unit] === 1);
      if (whole) {
        if (this.#changed.has(id)) maps.set(id, map);
        continue;
      }
      const keep = bitset(unitOf.length, (i) => unitOf[i]! >= 0 && flags?.[unitOf[i]!] === 1);
      maps.set(id, maskGates(map, keep, dropped.get(id) ?? map.dropped));
    }
    return maps;
  }
}
