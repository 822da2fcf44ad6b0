/**
 * The stages of a network, and which of their ReLUs stay when a stage is culled or thinned.
 *
 * Source: Jha et al. (DeepReDuce), arXiv:2103.01396, section 3.
 * @module
 */
import { type GateMap, type Graph, inferShapes, linearGates, siteNodes, siteShape } from '@relent/graph';

/** Sites of one resolution, or of one named layer of a network. */
export interface Stage {
  readonly name: string;
  /** In order of the graph. */
  readonly sites: readonly string[];
}

/** What is left of a stage's ReLUs: all, those of alternate layers, or none. */
export type StageState = 'full' | 'thinned' | 'culled';

/** `layer2` of `layer2.0.relu1`: the part of a name that tells the stage. */
function prefixOf(site: string): string | null {
  return /^((?:layer|stage)\d+)\./.exec(site)?.[1] ?? null;
}

/**
 * The stages of a graph: sites whose names share a `layerN` or `stageN`; others join their neighbours of equal
 * resolution. So the ReLU of a stem of full resolution belongs to the first stage, as in the paper's counts.
 */
export function stagesOf(graph: Graph): Stage[] {
  const shapes = inferShapes(graph);
  const runs: { prefix: string | null; plane: string; sites: string[] }[] = [];
  for (const { id } of siteNodes(graph)) {
    const prefix = prefixOf(id);
    const plane = siteShape(shapes.get(id)!).slice(1).join('x');
    const last = runs.at(-1);
    const joins = last && (prefix !== null && last.prefix !== null ? prefix === last.prefix : plane === last.plane);
    if (!joins) {
      runs.push({ prefix, plane, sites: [id] });
      continue;
    }
    last.sites.push(id);
    last.prefix ??= prefix;
    last.plane = plane;
  }
  return runs.map(({ sites }, i) => ({ name: `S${i + 1}`, sites }));
}

/** The block of a site: all of its name before the last dot. */
function blockOf(site: string): string {
  return site.slice(0, Math.max(0, site.lastIndexOf('.')));
}

/**
 * The sites that thinning leaves: of a stage in residual blocks, the first of each block; otherwise every second one,
 * from the first on. A site before the first block, as that of a stem, is left out.
 */
export function thinnedSites({ sites }: Stage): readonly string[] {
  const inBlocks = sites.filter((site) => /^(?:layer|stage)\d+\.\d+\./.test(site));
  if (inBlocks.length === 0) return sites.filter((_, i) => i % 2 === 0);
  return inBlocks.filter((site, i) => i === 0 || blockOf(site) !== blockOf(inBlocks[i - 1]!));
}

/** The gate maps under which stages are in the given states; sites that stay keep the maps that they had. */
export function stageMaps(
  graph: Graph,
  gateMaps: ReadonlyMap<string, GateMap>,
  states: readonly (readonly [Stage, StageState])[],
): Map<string, GateMap> {
  const shapes = inferShapes(graph);
  const maps = new Map(gateMaps);
  for (const [stage, state] of states) {
    const stay = new Set(state === 'full' ? stage.sites : state === 'thinned' ? thinnedSites(stage) : []);
    for (const site of stage.sites) if (!stay.has(site)) maps.set(site, linearGates(siteShape(shapes.get(site)!)));
  }
  return maps;
}
