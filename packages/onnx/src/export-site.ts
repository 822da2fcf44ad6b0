/**
 * A site in the standard operators of ONNX: scores by Conv, AveragePool and Gather, decisions by Greater and Cast, shared
 * by Gather, applied by Mul, Add and Where.
 * @module
 */
import { bitAt, type GateMap } from '@relent/graph';
import type { OnnxWriter } from './writer.js';

/** Writes sites; decisions of a site are written once, when the first neuron obeys them. */
export class SiteWriter {
  readonly #writer: OnnxWriter;
  readonly #sites = new Map<string, { readonly map: GateMap; readonly x: string }>();
  readonly #decisions = new Map<string, string>();

  constructor(writer: OnnxWriter) {
    this.#writer = writer;
  }

  /** Makes a site known whose activations are written elsewhere: later sites may obey its decisions. */
  remember(id: string, map: GateMap, x: string): void {
    this.#sites.set(id, { map, x });
  }

  /**
   * Writes one site.
   * @param x - name of its value [N, C, H, W].
   * @returns the name of the activations.
   */
  write(id: string, map: GateMap, x: string): string {
    this.remember(id, map, x);
    const [channels, height, width] = map.shape;
    const count = channels * height * width;
    const { mask } = map;
    const gated =
      mask === null ? count : Array.from({ length: count }, (_, i) => i).filter((i) => bitAt(mask, i)).length;
    const ungated = gated === count ? '' : this.#quadratic(map, x);
    if (gated === 0) return ungated;
    const active = this.#affine(id, map, x);
    if (gated === count || mask === null) return active;
    const bits = Uint8Array.from({ length: count }, (_, i) => (bitAt(mask, i) ? 1 : 0));
    return this.#writer.node('Where', [this.#writer.booleans([1, ...map.shape], bits), active, ungated]);
  }

  /** What neurons outside the mask compute: (c2 · x + c1) · x + c0. */
  #quadratic(map: GateMap, x: string): string {
    if (map.dropped === null) return this.#writer.node('Identity', [x]);
    const { c2, c1, c0 } = map.dropped;
    return this.polynomial(x, c2, c1, c0);
  }

  /** (c2 · x + c1) · x + c0 by channel. */
  polynomial(x: string, c2: Float32Array, c1: Float32Array, c0: Float32Array): string {
    const slope = this.#writer.node('Add', [this.#writer.node('Mul', [x, this.#perChannel(c2)]), this.#perChannel(c1)]);
    return this.#writer.node('Add', [this.#writer.node('Mul', [slope, x]), this.#perChannel(c0)]);
  }

  /** x · (a · d + b). */
  #affine(id: string, { a, b, channelGroup }: GateMap, x: string): string {
    const root = this.#root(id);
    let gate = this.#picked(this.#decide(root), 1, channelGroup, this.#sites.get(root)!.map.patchHeight.length);
    if (a.some((value) => value !== 1)) gate = this.#writer.node('Mul', [gate, this.#perChannel(a)]);
    if (b.some((value) => value !== 0)) gate = this.#writer.node('Add', [gate, this.#perChannel(b)]);
    return this.#writer.node('Mul', [x, gate]);
  }

  /** The site that evaluates: sources may point to an earlier site themselves. */
  #root(id: string): string {
    let root = id;
    for (let next = this.#sites.get(root)!.map.source; next !== null; next = this.#sites.get(root)!.map.source)
      root = next;
    return root;
  }

  /** The decisions of a site, [N, groups, H, W] of 0 and 1. */
  #decide(id: string): string {
    const known = this.#decisions.get(id);
    if (known !== undefined) return known;
    const { map, x } = this.#sites.get(id)!;
    const scores = this.#channelScores(map, x);
    const groups = map.patchHeight.length;
    const kinds = new Map<string, number[]>();
    for (let g = 0; g < groups; g++) {
      const size = `${map.patchHeight[g]} ${map.patchWidth[g]}`;
      kinds.set(size, [...(kinds.get(size) ?? []), g]);
    }
    const parts = [...kinds.values()].map((members) => {
      const size = [map.patchHeight[members[0]!]!, map.patchWidth[members[0]!]!] as const;
      return this.#decidePatches(map, this.#picked(scores, 1, members, groups), size);
    });
    const order = [...kinds.values()].flat();
    const joined = parts.length === 1 ? parts[0]! : this.#writer.node('Concat', parts, { axis: 1 });
    const decisions = this.#picked(
      joined,
      1,
      order.map((_, g) => order.indexOf(g)),
      groups,
    );
    this.#decisions.set(id, decisions);
    return decisions;
  }

  /** Σ over the channels of each group, pixel by pixel: [N, groups, H, W]. */
  #channelScores({ shape: [channels], channelGroup, channelWeight, patchHeight }: GateMap, x: string): string {
    const groups = patchHeight.length;
    const members = Array.from({ length: groups }, (): number[] => []);
    channelGroup.forEach((g, c) => {
      if (channelWeight[c] !== 0) members[g]!.push(c);
    });
    if (members.every((list) => list.length === 1)) {
      const prototypes = members.map(([c]) => c!);
      const score = this.#picked(x, 1, prototypes, channels);
      const weights = Float32Array.from(prototypes, (c) => channelWeight[c]!);
      return weights.every((weight) => weight === 1)
        ? score
        : this.#writer.node('Mul', [score, this.#perChannel(weights)]);
    }
    const weight = new Float32Array(groups * channels);
    members.forEach((list, g) => {
      for (const c of list) weight[g * channels + c] = channelWeight[c]!;
    });
    return this.#writer.node('Conv', [x, this.#writer.floats([groups, channels, 1, 1], weight)], {
      kernel_shape: [1, 1],
    });
  }

  /** The decisions of patches of one size, spread over their pixels. */
  #decidePatches(map: GateMap, scores: string, size: readonly [number, number]): string {
    const [, height, width] = map.shape;
    const score = this.#patchScores(map, scores, size);
    const positive = this.#writer.node('Greater', [score, this.#writer.floats([], new Float32Array(1))]);
    const bits = this.#writer.node('Cast', [positive], { to: 1 });
    const rows = Array.from({ length: height }, (_, y) => Math.floor(y / size[0]));
    const columns = Array.from({ length: width }, (_, x) => Math.floor(x / size[1]));
    const tall = this.#picked(bits, 2, rows, Math.ceil(height / size[0]));
    return this.#picked(tall, 3, columns, Math.ceil(width / size[1]));
  }

  /** One score a patch, up to a positive factor: only its sign counts. */
  #patchScores(map: GateMap, scores: string, [patchHeight, patchWidth]: readonly [number, number]): string {
    const [, height, width] = map.shape;
    const rule = map.pixelRule;
    const [tall, wide] = [Math.ceil(height / patchHeight), Math.ceil(width / patchWidth)];
    if (rule.kind === 'pixel') {
      const prototype = (count: number, side: number, length: number, at: number) =>
        Array.from({ length: count }, (_, i) => i * side + Math.min(at, Math.min(side, length - i * side) - 1));
      const rows = this.#picked(scores, 2, prototype(tall, patchHeight, height, rule.row), height);
      return this.#picked(rows, 3, prototype(wide, patchWidth, width, rule.column), width);
    }
    const weights = new Float32Array(height * width);
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) {
        const rows = Math.min(patchHeight, height - (y - (y % patchHeight)));
        const columns = Math.min(patchWidth, width - (x - (x % patchWidth)));
        const inPatch = (y % patchHeight) * patchWidth + (x % patchWidth);
        weights[y * width + x] = rule.kind === 'mean' ? 1 / (rows * columns) : rule.weights[inPatch]!;
      }
    const even = weights.every((weight) => weight === weights[0] && weight > 0);
    const weighted = even
      ? scores
      : this.#writer.node('Mul', [scores, this.#writer.floats([1, 1, height, width], weights)]);
    if (patchHeight === 1 && patchWidth === 1) return weighted;
    const [bottom, right] = [tall * patchHeight - height, wide * patchWidth - width];
    const padded =
      bottom === 0 && right === 0
        ? weighted
        : this.#writer.node('Pad', [weighted, this.#writer.integers([0, 0, 0, 0, 0, 0, bottom, right])]);
    const kernel = [patchHeight, patchWidth];
    return this.#writer.node('AveragePool', [padded], { kernel_shape: kernel, strides: kernel });
  }

  /** Entries of an axis of length `length`, in the order of `indices`; the value itself if that is all in order. */
  #picked(x: string, axis: number, indices: ArrayLike<number>, length: number): string {
    const list = Array.from(indices);
    if (list.length === length && list.every((index, i) => index === i)) return x;
    return this.#writer.node('Gather', [x, this.#writer.integers(list)], { axis });
  }

  #perChannel(values: Float32Array): string {
    return this.#writer.floats([1, values.length, 1, 1], values);
  }
}
