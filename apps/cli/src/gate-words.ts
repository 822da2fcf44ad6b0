/**
 * A gate map in words: who shares a comparison with whom.
 *
 * @module
 */
import type { GateMap } from '@relent/graph';

const range = (values: readonly number[]): string => {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  return least === most ? String(least) : `${least} to ${most}`;
};

function patchWords({ patchHeight, patchWidth }: GateMap): string | null {
  const counts = new Map<string, number>();
  patchHeight.forEach((height, g) => {
    const size = `${height}×${patchWidth[g]}`;
    counts.set(size, (counts.get(size) ?? 0) + 1);
  });
  const sizes = [...counts].sort(([, x], [, y]) => y - x).map(([size]) => size);
  if (sizes.length === 1) return sizes[0] === '1×1' ? null : `patches of ${sizes[0]}`;
  const shown = sizes.length > 3 ? [...sizes.slice(0, 3), 'others'] : sizes;
  return `patches of ${shown.slice(0, -1).join(', ')} and ${shown.at(-1)}`;
}

function channelWords({ channelGroup }: GateMap): string | null {
  const sizes = new Map<number, number>();
  for (const group of channelGroup) sizes.set(group, (sizes.get(group) ?? 0) + 1);
  const members = [...sizes.values()];
  return members.every((size) => size === 1) ? null : `groups of ${range(members)} channels`;
}

function deciderWords({ channelGroup, channelWeight, pixelRule }: GateMap, patches: boolean): string {
  const voters = new Map<number, number>();
  channelGroup.forEach((group, c) => {
    if (channelWeight[c] !== 0) voters.set(group, (voters.get(group) ?? 0) + 1);
  });
  const oneChannel = [...voters.values()].every((count) => count === 1);
  if (patches && pixelRule.kind === 'weights') return 'decided by a learned weighting';
  if (patches && pixelRule.kind === 'pixel') return oneChannel ? 'decided by one neuron' : 'decided by one pixel each';
  return !patches && oneChannel ? 'decided by a prototype channel' : 'decided by their mean';
}

/** One phrase for the map of a site, such as `patches of 4×4, decided by their mean`; `null` for a plain ReLU. */
export function describeGates(map: GateMap): string | null {
  const phrases: string[] = [];
  if (map.source === null) {
    const [patches, groups] = [patchWords(map), channelWords(map)];
    const sharing = [groups, patches].filter((phrase) => phrase !== null).join(' with ');
    if (sharing !== '') phrases.push(sharing, deciderWords(map, patches !== null));
  } else phrases.push(`obeys ${map.source}`);
  if (map.mask !== null) phrases.push('masked');
  if (map.dropped?.c2.some((value) => value !== 0)) phrases.push('quadratics outside the mask');
  if (map.a.some((value) => value !== 1) || map.b.some((value) => value !== 0)) phrases.push('scaled by channel');
  return phrases.length === 0 ? null : phrases.join(', ');
}
