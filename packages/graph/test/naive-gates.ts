import type { GateMap } from '@relent/graph';

type Site = readonly [number, number, number];

/** One site as the module comment of `gate-map.ts` defines it, neuron by neuron. */
export interface NaiveSite {
  readonly map: GateMap;
  /** Pre-activation, [C·H·W]. */
  readonly x: Float32Array;
}

/** The score of the gate of channel group `group` that covers pixel (row, column). */
export function naiveScore({ map, x }: NaiveSite, group: number, row: number, column: number): number {
  const [channels, height, width] = map.shape;
  const [ph, pw] = [map.patchHeight[group]!, map.patchWidth[group]!];
  const inPatch: [number, number][] = [];
  for (let y = 0; y < height; y++)
    for (let z = 0; z < width; z++)
      if (Math.floor(y / ph) === Math.floor(row / ph) && Math.floor(z / pw) === Math.floor(column / pw))
        inPatch.push([y, z]);
  const [top, left] = inPatch[0]!;
  const [bottom, right] = inPatch.at(-1)!;
  let score = 0;
  for (let c = 0; c < channels; c++) {
    if (map.channelGroup[c] !== group) continue;
    for (const [y, z] of inPatch) {
      let weight = 1 / inPatch.length;
      const rule = map.pixelRule;
      if (rule.kind === 'weights') weight = rule.weights[(y - top) * pw + (z - left)]!;
      if (rule.kind === 'pixel')
        weight = y === Math.min(top + rule.row, bottom) && z === Math.min(left + rule.column, right) ? 1 : 0;
      score += map.channelWeight[c]! * weight * x[(c * height + y) * width + z]!;
    }
  }
  return score;
}

/** Name of the gate that neuron (c, row, column) of `map` obeys at `root`, or null if it is dropped. */
export function naiveGate(map: GateMap, root: GateMap, c: number, row: number, column: number): string | null {
  const [, height, width] = map.shape as Site;
  const i = (c * height + row) * width + column;
  if (map.mask && ((map.mask[Math.floor(i / 8)]! >> (i % 8)) & 1) === 0) return null;
  const group = map.channelGroup[c]!;
  return [group, Math.floor(row / root.patchHeight[group]!), Math.floor(column / root.patchWidth[group]!)].join();
}

/** What a site computes: its neurons' values, and whether any score is too close to 0 for its sign to be certain. */
export function naiveSite(site: NaiveSite, root: NaiveSite): { readonly y: number[]; readonly certain: boolean } {
  const { map, x } = site;
  const [channels, height, width] = map.shape;
  const y: number[] = [];
  let certain = true;
  for (let c = 0; c < channels; c++)
    for (let row = 0; row < height; row++)
      for (let column = 0; column < width; column++) {
        const value = x[y.length]!;
        if (naiveGate(map, root.map, c, row, column) === null) {
          const { c2, c1, c0 } = map.dropped ?? { c2: [], c1: [], c0: [] };
          y.push(map.dropped ? c2[c]! * value ** 2 + c1[c]! * value + c0[c]! : value);
          continue;
        }
        const score = naiveScore(root, map.channelGroup[c]!, row, column);
        if (Math.abs(score) < 1e-5) certain = false;
        y.push(value * (map.a[c]! * (score > 0 ? 1 : 0) + map.b[c]!));
      }
  return { y, certain };
}
