import type { Graph } from '../graph.js';
import { deeplabMobilenetV2, deeplabResnet20 } from './deeplab.js';
import type { ZooOptions } from './options.js';
import { basicResnet, bottleneckResnet, cifarResnet } from './resnet.js';
import { vgg16 } from './vgg.js';
import { wideResnet } from './wide-resnet.js';

/** The published architectures as graphs, by name. */
export const zoo = {
  resnet8: (options: ZooOptions): Graph => cifarResnet(1, options),
  resnet20: (options: ZooOptions): Graph => cifarResnet(3, options),
  resnet32: (options: ZooOptions): Graph => cifarResnet(5, options),
  resnet44: (options: ZooOptions): Graph => cifarResnet(7, options),
  resnet56: (options: ZooOptions): Graph => cifarResnet(9, options),
  resnet110: (options: ZooOptions): Graph => cifarResnet(18, options),
  resnet18: (options: ZooOptions): Graph => basicResnet([2, 2, 2, 2], options),
  resnet34: (options: ZooOptions): Graph => basicResnet([3, 4, 6, 3], options),
  resnet50: (options: ZooOptions): Graph => bottleneckResnet([3, 4, 6, 3], options),
  'wrn-22-8': (options: ZooOptions): Graph => wideResnet(3, 8, options),
  'vgg16-bn': (options: ZooOptions): Graph => vgg16(options),
  'deeplab-resnet20': deeplabResnet20,
  'deeplab-mobilenetv2': deeplabMobilenetV2,
} as const;

/** Name of an architecture of the zoo. */
export type ZooName = keyof typeof zoo;

/** The names of all architectures. */
export const zooNames = Object.keys(zoo) as readonly ZooName[];

/**
 * Builds an architecture by name.
 * @throws RangeError if there is none of that name, or if the input is too small for it.
 */
export function buildZoo(name: string, options: ZooOptions): Graph {
  if (!Object.hasOwn(zoo, name)) throw new RangeError(`"name" expected one of ${zooNames.join(', ')}, got "${name}"`);
  return zoo[name as ZooName](options);
}
