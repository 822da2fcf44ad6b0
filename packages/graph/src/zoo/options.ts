import type { GraphBuilder } from '../build.js';

/** What an architecture of the zoo can be asked for. Options that an architecture has no use for are ignored. */
export interface ZooOptions {
  /** [C, H, W] of the image. */
  readonly inputShape: readonly [number, number, number];
  readonly classes: number;
  /** Multiplier of all channel counts; 1 unless given. */
  readonly width?: number;
  /** ResNet-18 and -34: `cifar` is 3×3 at stride 1; `imagenet` is 7×7 at stride 2 and a pool. `cifar` unless given. */
  readonly stem?: 'cifar' | 'imagenet';
  /** Whether the stem ends in a ReLU; SNL and AutoReP leave it out of ResNet-18. True unless given. */
  readonly stemRelu?: boolean;
  /** VGG and ImageNet stems: the pooling; `max` unless given. */
  readonly pooling?: 'max' | 'average';
}

/** Channel count under the options' width multiplier, at least 1. */
export function scaledChannels(channels: number, options: ZooOptions): number {
  const width = options.width ?? 1;
  if (!(width > 0 && width < Infinity)) throw new RangeError(`"width" expected a positive number, got ${width}`);
  return Math.max(1, Math.round(channels * width));
}

/** Convolution and batch norm, as `${name}.conv${suffix}` and `${name}.bn${suffix}`. */
export function convBatchNorm(
  b: GraphBuilder,
  x: string,
  channels: number,
  geometry: { readonly kernel: number; readonly stride: number },
  name: string,
  suffix: number | '' = '',
): string {
  const conv = b.conv(x, channels, { ...geometry, id: `${name}.conv${suffix}` });
  return b.batchNorm(conv, { id: `${name}.bn${suffix}` });
}

/** Global mean, flattening and the classifier `fc`. */
export function classifier(b: GraphBuilder, x: string, options: ZooOptions): string {
  const [, height, width] = b.shapeOf(x);
  const pooled = height === 1 && width === 1 ? x : b.globalAveragePool(x, { id: 'pool' });
  return b.linear(b.flatten(pooled, { id: 'flatten' }), options.classes, { id: 'fc' });
}
