import {
  bitset,
  type DroppedRule,
  type GateMap,
  type Graph,
  GraphBuilder,
  layerGates,
  maskGates,
  type PixelRule,
  plainGates,
  validateGateMap,
  withAffine,
} from '@relent/graph';
import { randomFloats } from './random-model.js';

type Random = () => number;
type Site = readonly [number, number, number];

/** Three sites of equal H × W in a chain, joined by 1×1 convolutions. */
export function threeSites(channels: readonly [number, number, number], height: number, width: number): Graph {
  const b = new GraphBuilder();
  let x = b.input([2, height, width]);
  channels.forEach((count, i) => {
    x = b.relu(b.conv(x, count, { kernel: 1, bias: true, id: `conv${i}` }), { id: `site${i}` });
  });
  return b.finish(x);
}

/** A random gate map for each site of a graph of {@link threeSites}; some sites get none, some an earlier source. */
export function randomGateMaps(channels: readonly number[], height: number, width: number, random: Random) {
  const maps = new Map<string, GateMap>();
  const groups: number[] = [];
  channels.forEach((count, i) => {
    const shape: Site = [count, height, width];
    const kind = random();
    if (kind < 0.15) {
      groups.push(count);
      return;
    }
    const from = integer(random, i);
    const own = i === 0 || kind < 0.6;
    let map = own ? randomOwnMap(shape, random) : layerGates(shape, `site${from}`, pick(count, groups[from]!, random));
    groups.push(own ? map.patchHeight.length : groups[from]!);
    if (random() < 0.5) map = withAffine(map, randomFloats(count, random), randomFloats(count, random));
    if (random() < 0.5) {
      const share = random() < 0.2 ? 0 : random();
      map = maskGates(
        map,
        bitset(count * height * width, () => random() < share),
        randomDropped(count, random),
      );
    }
    maps.set(`site${i}`, map);
  });
  return maps;
}

/** Random channel groups, a random patch size for each, and a random way to score. */
export function randomOwnMap(shape: Site, random: Random): GateMap {
  const [channels] = shape;
  const groups = 1 + integer(random, channels);
  const channelGroup = Int32Array.from({ length: channels }, (_, c) => (c < groups ? c : integer(random, groups)));
  const prototypes = random() < 0.5;
  const kinds: PixelRule[] = [
    { kind: 'mean' },
    { kind: 'pixel', row: integer(random, 3), column: integer(random, 3) },
    { kind: 'weights', weights: randomFloats(6, random) },
  ];
  const pixelRule = kinds[integer(random, 3)]!;
  const uniform = pixelRule.kind === 'weights';
  const map: GateMap = {
    ...plainGates(shape),
    channelGroup,
    channelWeight: prototypes
      ? channelGroup.reduce(oneHot, new Float32Array(channels))
      : randomFloats(channels, random),
    patchHeight: Int32Array.from({ length: groups }, () => (uniform ? 2 : 1 + integer(random, 3))),
    patchWidth: Int32Array.from({ length: groups }, () => (uniform ? 3 : 1 + integer(random, 3))),
    pixelRule,
  };
  validateGateMap(map);
  return map;
}

function oneHot(weights: Float32Array, group: number, c: number): Float32Array {
  if (c === group) weights[c] = 1;
  return weights;
}

function randomDropped(channels: number, random: Random): DroppedRule | null {
  if (random() < 0.5) return null;
  const c2 = randomFloats(channels, random).map((x) => Math.max(x, 0));
  return { c2, c1: randomFloats(channels, random), c0: randomFloats(channels, random) };
}

function pick(length: number, below: number, random: Random): Int32Array {
  return Int32Array.from({ length }, () => integer(random, below));
}

function integer(random: Random, below: number): number {
  return Math.floor(random() * below);
}
