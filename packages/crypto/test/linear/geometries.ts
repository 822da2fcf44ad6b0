/** Convolutions and their correlations, run in memory. */
import {
  linearClient,
  linearServer,
  linearWaveClient,
  linearWaveServer,
  type Protocol,
  planConvolution,
  reduceInto,
  type SimulateOptions,
  type Simulation,
  seededRandom,
  simulate,
  WeightTransforms,
} from '@relent/crypto';
import { type ConvGeometry, loadKernels } from '@relent/kernels';

export const kernels = loadKernels();

/** A convolution of square extents. */
export function square(
  inChannels: number,
  size: number,
  kernel: number,
  stride: number,
  outChannels: number,
  padding: number,
  groups = 1,
): ConvGeometry {
  return {
    inChannels,
    inHeight: size,
    inWidth: size,
    outChannels,
    kernel: [kernel, kernel],
    stride: [stride, stride],
    padding: [padding, padding],
    dilation: [1, 1],
    groups,
  };
}

export const randomOf = (seed: number) => seededRandom(kernels, new Uint8Array(32).fill(seed));

/** Signed integers of `bits` bits. */
export function integers(length: number, bits: number, seed: number): Int32Array {
  const words = new Int32Array(
    randomOf(seed & 255)
      .bytes(4 * (length + ((seed >>> 8) % 7)))
      .slice().buffer,
  );
  return words.subarray(words.length - length).map((word) => word >> (32 - bits));
}

export function weightCount(g: ConvGeometry): number {
  return (g.outChannels * g.inChannels * g.kernel[0] * g.kernel[1]) / g.groups;
}

/** Largest norm of an output channel's weights. */
export function normOf(g: ConvGeometry, weight: Int32Array): number {
  const row = weight.length / g.outChannels;
  let largest = 0;
  for (let m = 0; m < g.outChannels; m++) {
    const norm = Math.hypot(...weight.subarray(m * row, (m + 1) * row));
    largest = Math.max(largest, norm * (1 + 2 ** -40));
  }
  return largest;
}

function* client(layers: Parameters<typeof linearWaveClient>[1], seed: number): Protocol<Int32Array[]> {
  const key = yield* linearClient(kernels, randomOf(seed));
  return yield* linearWaveClient(key, layers);
}

function* server(
  layers: Parameters<typeof linearWaveServer>[1],
  seed: number,
  transforms: WeightTransforms,
): Protocol<Int32Array[]> {
  const key = yield* linearServer(kernels, randomOf(seed));
  return yield* linearWaveServer(key, layers, transforms);
}

/** A layer with its operands. */
export interface Case {
  readonly geometry: ConvGeometry;
  readonly ringBits: number;
  readonly x: Int32Array;
  readonly weight: Int32Array;
}

/** A case with random operands. */
export function randomCase(geometry: ConvGeometry, ringBits: number, weightBits: number, seed: number): Case {
  const x = integers(geometry.inChannels * geometry.inHeight * geometry.inWidth, ringBits, seed);
  return { geometry, ringBits, x, weight: integers(weightCount(geometry), weightBits, seed + 1) };
}

/** Plans and runs layers as one wave. */
export function correlate(
  cases: readonly Case[],
  options: SimulateOptions & { readonly transforms?: WeightTransforms; readonly seed?: number } = {},
) {
  const plans = cases.map((layer, i) =>
    planConvolution(layer.geometry, layer.ringBits, normOf(layer.geometry, layer.weight), `layer${i}`),
  );
  const transforms = options.transforms ?? new WeightTransforms(kernels, 0);
  const seed = options.seed ?? 1;
  const run: Simulation<Int32Array[], Int32Array[]> = simulate(
    client(
      cases.map(({ x }, i) => ({ plan: plans[i]!, x })),
      seed,
    ),
    server(
      cases.map(({ weight }, i) => ({ plan: plans[i]!, weight })),
      seed + 1,
      transforms,
    ),
    options,
  );
  return { plans, run };
}

/** z + s of a layer, and W · x. */
export function bothSides(layer: Case, z: Int32Array, s: Int32Array): readonly [Int32Array, Int32Array] {
  const sum = reduceInto(
    z.map((value, i) => value + s[i]!),
    layer.ringBits,
  );
  const product = kernels.convolve(layer.x, layer.weight, null, layer.geometry);
  return [sum, reduceInto(product, layer.ringBits)];
}
