/**
 * Segmentation networks in the manner of DeepLabV3: a backbone whose late stages are dilated instead of strided, an
 * atrous pyramid, and bilinear enlargement to the size of the image.
 *
 * Source: Chen et al., Rethinking Atrous Convolution for Semantic Image Segmentation, arXiv:1706.05587; He et al.,
 * arXiv:1512.03385 (ResNet-20); Sandler et al., MobileNetV2, arXiv:1801.04381. Differences: the pyramid has no branch of
 * the image's mean, its rates are 1, 3 and 6 for maps of a few thousand pixels, and ReLU6 is ReLU, which has one
 * decision where ReLU6 has two.
 * @module
 */
import { GraphBuilder } from '../build.js';
import type { Graph } from '../graph.js';
import { scaledChannels, type ZooOptions } from './options.js';

/** Geometry of a convolution with batch norm. */
interface Step {
  readonly kernel?: number;
  readonly stride?: number;
  readonly dilation?: number;
  readonly groups?: number;
}

function normalised(b: GraphBuilder, x: string, channels: number, step: Step, name: string): string {
  return b.batchNorm(b.conv(x, channels, { ...step, id: `${name}.conv` }), { id: `${name}.bn` });
}

function activated(b: GraphBuilder, x: string, channels: number, step: Step, name: string): string {
  return b.relu(normalised(b, x, channels, step, name), { id: `${name}.relu` });
}

/** Two 3×3 convolutions and a shortcut. */
function residual(b: GraphBuilder, x: string, channels: number, { stride = 1, dilation = 1 }: Step, name: string) {
  const inner = activated(b, x, channels, { stride, dilation }, `${name}.1`);
  const y = normalised(b, inner, channels, { dilation }, `${name}.2`);
  const same = stride === 1 && b.shapeOf(x)[0] === channels;
  const across = same ? x : normalised(b, x, channels, { kernel: 1, stride }, `${name}.shortcut`);
  return b.relu(b.add(y, across, { id: `${name}.add` }), { id: `${name}.relu` });
}

/** A 1×1 expansion, a depthwise 3×3 convolution and a 1×1 projection without ReLU. */
function inverted(
  b: GraphBuilder,
  x: string,
  channels: number,
  { stride = 1, dilation = 1, expansion }: Step & { readonly expansion: number },
  name: string,
): string {
  const wide = b.shapeOf(x)[0]! * expansion;
  const expanded = expansion === 1 ? x : activated(b, x, wide, { kernel: 1 }, `${name}.expand`);
  const deep = activated(b, expanded, wide, { stride, dilation, groups: wide }, `${name}.depthwise`);
  const y = normalised(b, deep, channels, { kernel: 1 }, `${name}.project`);
  return stride === 1 && b.shapeOf(x)[0] === channels ? b.add(y, x, { id: `${name}.add` }) : y;
}

/** The pyramid, the classifier of every pixel, and the enlargement to the image. */
function head(b: GraphBuilder, x: string, options: ZooOptions, enlargement: number): Graph {
  const channels = scaledChannels(64, options);
  const branches = [
    activated(b, x, channels, { kernel: 1 }, 'aspp.point'),
    ...[3, 6].map((dilation) => activated(b, x, channels, { dilation }, `aspp.rate${dilation}`)),
  ];
  const joined = activated(b, b.concat(branches, { id: 'aspp.concat' }), channels, { kernel: 1 }, 'aspp.project');
  const logits = b.conv(joined, options.classes, { kernel: 1, bias: true, id: 'classifier' });
  return b.finish(b.resize(logits, enlargement, { id: 'enlarge' }));
}

/** @throws RangeError unless both sides of the image can be divided by `divisor`. */
function expectDivisible([, height, width]: readonly [number, number, number], divisor: number): void {
  if (height % divisor !== 0 || width % divisor !== 0)
    throw new RangeError(`"inputShape" expected sides that ${divisor} divides, got ${height} × ${width}`);
}

/** ResNet-20 with a stem of stride 2 and a dilated last stage: a quarter of the image's resolution. */
export function deeplabResnet20(options: ZooOptions): Graph {
  expectDivisible(options.inputShape, 4);
  const b = new GraphBuilder();
  let x = activated(b, b.input(options.inputShape), scaledChannels(16, options), { stride: 2 }, 'stem');
  const stages = [
    { channels: 16, stride: 1, dilation: 1 },
    { channels: 32, stride: 2, dilation: 1 },
    { channels: 64, stride: 1, dilation: 2 },
  ];
  stages.forEach(({ channels, stride, dilation }, stage) => {
    for (let i = 0; i < 3; i++) {
      const step = { stride: i === 0 ? stride : 1, dilation };
      x = residual(b, x, scaledChannels(channels, options), step, `layer${stage + 1}.${i}`);
    }
  });
  return head(b, x, options, 4);
}

/** Expansion, channels, repetitions and stride of each stage of MobileNetV2, table 2 of its paper. */
const MOBILE_STAGES = [
  [1, 16, 1, 1],
  [6, 24, 2, 2],
  [6, 32, 3, 2],
  [6, 64, 4, 2],
  [6, 96, 3, 1],
  [6, 160, 3, 2],
  [6, 320, 1, 1],
] as const;

/** MobileNetV2 at an eighth of the image's resolution if that divides it, else at a quarter; later strides dilate. */
export function deeplabMobilenetV2(options: ZooOptions): Graph {
  expectDivisible(options.inputShape, 4);
  const [, height, width] = options.inputShape;
  const deepest = height % 8 === 0 && width % 8 === 0 ? 8 : 4;
  const b = new GraphBuilder();
  let x = activated(b, b.input(options.inputShape), scaledChannels(32, options), { stride: 2 }, 'stem');
  let reached = 2;
  let dilation = 1;
  MOBILE_STAGES.forEach(([expansion, channels, repetitions, wanted], stage) => {
    const stride = wanted === 2 && reached < deepest ? 2 : 1;
    // A stride that is left out doubles the distance of the taps that follow it.
    const following = wanted === 2 && stride === 1 ? 2 * dilation : dilation;
    for (let i = 0; i < repetitions; i++) {
      const step = { stride: i === 0 ? stride : 1, dilation: i === 0 ? dilation : following, expansion };
      x = inverted(b, x, scaledChannels(channels, options), step, `stage${stage + 1}.${i}`);
    }
    reached *= stride;
    dilation = following;
  });
  return head(b, x, options, deepest);
}
