/**
 * One site's gate map on tensors: scores, decisions, and what each neuron makes of them.
 *
 * Works on the structured form, plane by plane: channel groups by index or by a 1×1 convolution, patches by pooling in
 * ceil mode and nearest upsampling. Channel groups of equal patch size are handled together.
 * @module
 */
import type { GateMap } from '@relent/graph';
import { cat, conv2d, type Device, noGrad, type Tensor, tensor, where } from '@relent/torch';
import { inTypeOf } from '../compute.js';
import type { GateFunction } from './gate-function.js';
import { indexTensor, type PatchPlan, planPatch } from './patch.js';

/** Channel groups of one patch size, ready to run. */
interface GroupPlan {
  /** Channels to take as they are, or a [groups, C, 1, 1] matrix to weigh them by; both `null` for all channels. */
  readonly prototypes: Tensor | null;
  readonly weights: Tensor | null;
  /** Whether `weights` only tell which channels enter a score, for trained weights to say how much. */
  readonly trained: boolean;
  readonly patch: PatchPlan;
}

/** A per-channel affine pair a · d + b. */
export interface Affine {
  readonly a: Tensor;
  readonly b: Tensor;
}

/** Trained weights of a site's scores. */
export interface ScoreWeights {
  /** [C]; only those of channels with a weight other than 0 in the map matter. */
  readonly channels: Tensor;
  /** [patch height · patch width], for a map whose pixels are weighted. */
  readonly pixels: Tensor | null;
}

/** A gate map, its index and weight tensors made. */
export interface SitePlan {
  readonly map: GateMap;
  /** Empty if the gates are those of another site. */
  readonly groups: readonly GroupPlan[];
  /** [channel groups]: the plane of {@link siteGates} that holds each group's decisions. */
  readonly planeOfGroup: readonly number[];
  /** [C]: the plane that each channel obeys; `null` when that is its own index. */
  readonly order: Tensor | null;
  /** [1, C, 1, 1] each, or `null` for a = 1, b = 0. */
  readonly affine: Affine | null;
  /** [1, C, H, W] of bool, or `null` when all neurons are gated. */
  readonly mask: Tensor | null;
  /** [1, C, 1, 1] each, or `null` for linear. */
  readonly dropped: { readonly c2: Tensor; readonly c1: Tensor; readonly c0: Tensor } | null;
  /** Every tensor of the plan, for those who free them. */
  readonly tensors: readonly Tensor[];
}

function isIdentity(indices: readonly number[], count: number): boolean {
  return indices.length === count && indices.every((value, i) => value === i);
}

/** The channels of the given groups and their weights, as an index list or a matrix. */
function planChannels(
  map: GateMap,
  groups: readonly number[],
  device: Device,
  trained: boolean,
): Pick<GroupPlan, 'prototypes' | 'weights' | 'trained'> {
  const channels = map.shape[0];
  const members = groups.map(() => [] as number[]);
  const rowOf = new Map(groups.map((group, row) => [group, row]));
  map.channelGroup.forEach((group, c) => {
    const row = rowOf.get(group);
    if (row !== undefined && map.channelWeight[c] !== 0) members[row]!.push(c);
  });
  if (trained || members.some((list) => list.length !== 1 || map.channelWeight[list[0]!] !== 1)) {
    const matrix = new Float32Array(groups.length * channels);
    for (const [row, list] of members.entries())
      for (const c of list) matrix[row * channels + c] = trained ? 1 : map.channelWeight[c]!;
    return { prototypes: null, weights: tensor(matrix, { shape: [groups.length, channels, 1, 1], device }), trained };
  }
  const prototypes = members.map((list) => list[0]!);
  return {
    prototypes: isIdentity(prototypes, channels) ? null : indexTensor(prototypes, device),
    weights: null,
    trained,
  };
}

/** The groups of each patch size, in order of first appearance. */
function groupsBySize(map: GateMap): number[][] {
  const bySize = new Map<string, number[]>();
  map.patchHeight.forEach((height, group) => {
    const key = `${height}x${map.patchWidth[group]}`;
    const list = bySize.get(key);
    if (list) list.push(group);
    else bySize.set(key, [group]);
  });
  return [...bySize.values()];
}

function maskTensor(bits: Uint8Array, shape: readonly [number, number, number], device: Device): Tensor {
  const flags = Uint8Array.from({ length: shape[0] * shape[1] * shape[2] }, (_, i) => (bits[i >> 3]! >> (i & 7)) & 1);
  return tensor(flags, { shape: [1, ...shape], device })
    .ne(0)
    .contiguous('channels_last');
}

/**
 * Makes the tensors that a site needs. They belong to the caller.
 * @param root - The plan of the site whose gates decide, for a map with a foreign source; `null` if that is plain ReLU.
 * @param trained - Whether the weights of the scores are trained.
 */
export function planSite(
  map: GateMap,
  root: SitePlan | null = null,
  device: Device = 'cpu',
  trained = false,
): SitePlan {
  const perChannel = (values: Float32Array) => tensor(values, { shape: [1, values.length, 1, 1], device });
  const [channels, height, width] = map.shape;
  const groups: GroupPlan[] = [];
  const planeOfGroup: number[] = [];
  if (map.source === null) {
    let planes = 0;
    for (const members of groupsBySize(map)) {
      for (const group of members) planeOfGroup[group] = planes++;
      const size = [map.patchHeight[members[0]!]!, map.patchWidth[members[0]!]!] as const;
      groups.push({
        ...planChannels(map, members, device, trained),
        patch: planPatch([height, width], size, map.pixelRule, device),
      });
    }
  }
  const lookup = map.source === null ? planeOfGroup : root?.planeOfGroup;
  const planes = Array.from(map.channelGroup, (group) => lookup?.[group] ?? group);
  const plain = map.a.every((a) => a === 1) && map.b.every((b) => b === 0);
  // A foreign source has its own number of planes, so only one's own can be in order already.
  const order = map.source === null && isIdentity(planes, planeOfGroup.length) ? null : indexTensor(planes, device);
  const affine = plain ? null : { a: perChannel(map.a), b: perChannel(map.b) };
  const mask = map.mask === null ? null : maskTensor(map.mask, [channels, height, width], device);
  const dropped = map.dropped && {
    c2: perChannel(map.dropped.c2),
    c1: perChannel(map.dropped.c1),
    c0: perChannel(map.dropped.c0),
  };
  const tensors = groups.flatMap(({ prototypes, weights, patch }) => [prototypes, weights, ...patch.tensors]);
  tensors.push(order, mask, ...Object.values(affine ?? {}), ...Object.values(dropped ?? {}));
  const owned = tensors.filter((t): t is Tensor => t !== null);
  return { map, groups, planeOfGroup, order, affine, mask, dropped, tensors: owned };
}

/** How to evaluate the gates of a site. */
export interface GateOptions {
  readonly gate: GateFunction;
  /** Weights of the scores that stand in for the map's own. */
  readonly scores: ScoreWeights | null;
  /** Whether gradient flows through the gates; without it nothing is recorded. */
  readonly record: boolean;
  /** Whether the result is in order of the channels that obey, [N, C, H, W], or one plane a group, [N, groups, H, W]. */
  readonly ordered: boolean;
}

/** The decisions of a site with its own gates, in every pixel. */
export function siteGates(plan: SitePlan, x: Tensor, options: GateOptions): Tensor {
  const order = options.ordered ? plan.order : null;
  const compute = () => {
    if (plan.groups.length === 1)
      return plan.groups[0]!.patch.spread(inOrder(decide(plan.groups[0]!, x, options), order));
    // Hard decisions of many patch sizes are put together as bytes, which is a quarter of the traffic.
    const compact = (gates: Tensor) => (options.record ? gates : gates.to({ dtype: 'uint8' }));
    const planes = plan.groups.map((group) => group.patch.spread(compact(decide(group, x, options))));
    return inOrder(cat(planes, 1), order).typeAs(x);
  };
  return options.record ? compute() : noGrad(compute);
}

/** The decisions of the channel groups of one patch size: [N, groups, patch rows, patch columns]. */
function decide(group: GroupPlan, x: Tensor, { gate, scores }: GateOptions): Tensor {
  const { prototypes, weights, trained, patch } = group;
  // Pooling all channels where they lie side by side is faster than picking planes out of them.
  const reduced = patch.reduce(x, scores?.pixels ?? undefined);
  if (!weights) return gate(prototypes ? reduced.indexSelect(1, prototypes) : reduced);
  const factors = trained && scores ? weights.mul(scores.channels.reshape([1, -1, 1, 1])) : weights;
  return gate(conv2d(reduced, inTypeOf(factors, reduced)));
}

/** Planes of decisions in the given order, in the layout in which the activations lie. */
export function inOrder(planes: Tensor, order: Tensor | null): Tensor {
  return order ? planes.indexSelect(1, order).contiguous('channels_last') : planes;
}

/**
 * The values of a site.
 * @param x - [N, C, H, W] pre-activations.
 * @param decisions - [N, C, H, W], of the gate that each neuron obeys.
 * @param trained - [C] pair that stands in for the map's own.
 */
export function applyGates(plan: SitePlan, x: Tensor, decisions: Tensor, trained: Affine | null): Tensor {
  const pair = trained ? { a: trained.a.reshape([1, -1, 1, 1]), b: trained.b.reshape([1, -1, 1, 1]) } : plan.affine;
  const fit = (small: Tensor) => inTypeOf(small, x);
  const factors = pair ? decisions.mul(fit(pair.a)).add(fit(pair.b)) : decisions;
  const { mask, dropped } = plan;
  if (mask === null) return x.mul(factors);
  // The mask picks factors rather than products: hard ones need no gradient, so x · factor is all that backward sees.
  if (!dropped) return x.mul(where(mask, factors, 1));
  const quadratic = x.mul(fit(dropped.c2)).add(fit(dropped.c1));
  return x.mul(where(mask, factors, quadratic)).add(where(mask, 0, fit(dropped.c0)));
}
