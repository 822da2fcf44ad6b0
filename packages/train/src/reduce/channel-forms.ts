/**
 * The forms that each channel group of a network may take: a patch size, or linear; what each costs; and the gate maps
 * of a choice.
 *
 * In a plain network a channel group is a channel, as in the paper. In one that shares already, it is all channels that
 * obey one gate; neurons that a mask has dropped stay dropped, and a patch without any neuron left costs nothing.
 *
 * Source: Gorski et al. (Knapsack block-ReLU), arXiv:2304.10442, section 3.
 * @module
 */
import {
  bitAt,
  bitset,
  type GateMap,
  type Graph,
  gateMapOf,
  inferShapes,
  maskGates,
  type PatchSize,
  siteNodes,
} from '@relent/graph';

/** One site whose forms may be chosen. */
export interface FreeSite {
  readonly id: string;
  /** The map as it was. */
  readonly map: GateMap;
  /** [groups]: the channels of each group. */
  readonly groups: readonly (readonly number[])[];
  /** The forms to choose from. */
  readonly sizes: readonly PatchSize[];
}

/** The sides of patches that are tried on a plane of at least that size. */
const SIDES = [1, 2, 3, 4, 6, 8, 12, 16, 32, 64, 128, 256];

/**
 * The patch sizes that fit a plane, the whole plane among them, neither side more than `ratio` times the other; then linear.
 */
export function patchSizes(height: number, width: number, ratio = 2): PatchSize[] {
  const rows = [...SIDES.filter((n) => n < height), height];
  const columns = [...SIDES.filter((n) => n < width), width];
  const sizes: PatchSize[] = rows.flatMap((h) =>
    columns.filter((w) => Math.max(h / w, w / h) <= ratio || (h === height && w === width)).map((w) => [h, w] as const),
  );
  return [...sizes, 'linear'];
}

/**
 * The sites whose forms may be chosen: those that decide for themselves and for no other site. A site whose pixels are
 * weighted one by one is bound to its patch size, so it is none of them either.
 */
export function freeSites(graph: Graph, gateMaps: ReadonlyMap<string, GateMap>): FreeSite[] {
  const shapes = inferShapes(graph);
  const sources = new Set([...gateMaps.values()].flatMap((map) => map.source ?? []));
  return siteNodes(graph).flatMap(({ id }) => {
    const map = gateMapOf(id, shapes.get(id)!, gateMaps);
    if (map.source !== null || sources.has(id) || map.pixelRule.kind === 'weights') return [];
    const groups: number[][] = Array.from(map.patchHeight, () => []);
    for (const [c, group] of map.channelGroup.entries()) groups[group]!.push(c);
    return [{ id, map, groups, sizes: patchSizes(map.shape[1], map.shape[2]) }];
  });
}

/** Comparisons of one channel group under a form. */
export function groupCost({ map, groups }: Pick<FreeSite, 'map' | 'groups'>, group: number, size: PatchSize): number {
  if (size === 'linear') return 0;
  const [, height, width] = map.shape;
  const columns = Math.ceil(width / size[1]);
  if (map.mask === null) return Math.ceil(height / size[0]) * columns;
  const used = new Set<number>();
  for (const c of groups[group]!)
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++)
        if (bitAt(map.mask, (c * height + y) * width + x))
          used.add(Math.floor(y / size[0]) * columns + Math.floor(x / size[1]));
  return used.size;
}

/** The form that a group has in the map as it was. */
export function currentSize({ map }: FreeSite, group: number): PatchSize {
  return [map.patchHeight[group]!, map.patchWidth[group]!];
}

/** The map of a site in which every group has the given form; a linear group keeps what dropped neurons compute. */
export function withSizes({ map, groups }: FreeSite, sizes: readonly PatchSize[]): GateMap {
  const side = (axis: 0 | 1) => Int32Array.from(sizes, (size) => (size === 'linear' ? 1 : size[axis]));
  const sized: GateMap = { ...map, patchHeight: side(0), patchWidth: side(1) };
  if (!sizes.includes('linear')) return sized;
  const linear = new Set(sizes.flatMap((size, group) => (size === 'linear' ? groups[group]! : [])));
  const [channels, height, width] = map.shape;
  const plane = height * width;
  return maskGates(
    sized,
    bitset(channels * plane, (i) => !linear.has(Math.floor(i / plane))),
  );
}
