/**
 * Weights of PyTorch for the architectures of the zoo: a state dict as safetensors, with the names of torchvision, timm
 * and the usual CIFAR repositories.
 *
 * Sources of the names: torchvision (resnet, vgg), timm (resnet, vgg), kuangliu/pytorch-cifar (`shortcut`, `linear`),
 * xternalz/WideResNet-pytorch (`block1.layer.0`, `convShortcut`).
 * @module
 */
import { fromHalf } from '../bundle/half.js';
import { FormatError } from '../errors.js';
import type { FloatTensor, Graph, Model, ModelInfo, Node } from '../graph.js';
import { verify } from '../passes/verify.js';
import { decodeSafetensors, type RawTensor } from '../safetensors.js';
import type { ZooOptions } from './options.js';
import { buildZoo } from './zoo.js';

/** Prefixes that wrappers put before every name. */
const wrappers = ['module.', 'model.', 'net.', '_orig_mod.'];

/** Indices of the convolutions among the `features` of VGG-16 with batch norm, by stage. */
const vggFeatures = [
  [0, 3],
  [7, 10],
  [14, 17, 20],
  [24, 27, 30],
  [34, 37, 40],
];

/** What PyTorch calls the statistics of a batch norm. */
const suffixes: Readonly<Record<string, readonly string[]>> = {
  conv: ['weight', 'bias'],
  linear: ['weight', 'bias'],
  'batch-norm': ['weight', 'bias', 'running_mean', 'running_var'],
};

/** What to build for the weights. */
export interface PytorchOptions extends Pick<ZooOptions, 'inputShape' | 'width' | 'pooling' | 'stemRelu'> {
  readonly architecture: string;
  readonly info?: Omit<ModelInfo, 'name'>;
}

/**
 * An architecture of the zoo with weights from a safetensors file of PyTorch names. The number of classes and the kind of
 * stem follow from the file.
 *
 * A convolution's bias before a batch norm, which the zoo does not have, moves into the norm's mean.
 * @throws FormatError naming the tensor if one is missing, has another shape or type, or has no place in the architecture.
 * @throws RangeError if there is no such architecture, or the input is too small for it.
 */
export function importPytorch(bytes: Uint8Array, options: PytorchOptions): Model {
  const tensors = unwrapped(decodeSafetensors(bytes).tensors);
  const { architecture, info, ...shape } = options;
  const classes = headNames.flatMap((name) => tensors.get(`${name}.weight`)?.shape[0] ?? [])[0];
  if (classes === undefined)
    throw new FormatError(
      `"${headNames.map((name) => `${name}.weight`).join('" or "')}" expected a classifier, got none`,
    );
  const stem = tensors.get('conv1.weight')?.shape[2] === 7 ? 'imagenet' : 'cifar';
  const graph = buildZoo(architecture, { ...shape, classes, stem });
  const model = {
    graph,
    weights: readWeights(graph, tensors),
    gateMaps: new Map(),
    info: { ...info, name: architecture },
  };
  try {
    return verify(model);
  } catch (error) {
    if (error instanceof RangeError) throw new FormatError(`weights of ${architecture}: ${error.message}`);
    throw error;
  }
}

/** Names of the classifier. */
const headNames = ['fc', 'linear', 'classifier', 'head.fc', 'head', 'classifier.0'];

/** The tensors without the prefix that all names have. */
function unwrapped(tensors: ReadonlyMap<string, RawTensor>): Map<string, RawTensor> {
  let entries = [...tensors].filter(([name]) => !name.endsWith('.num_batches_tracked'));
  for (;;) {
    const prefix = wrappers.find((each) => entries.length > 0 && entries.every(([name]) => name.startsWith(each)));
    if (prefix === undefined) return new Map(entries);
    entries = entries.map(([name, tensor]) => [name.slice(prefix.length), tensor]);
  }
}

/** What PyTorch may call a node's module. */
function moduleNames(id: string): readonly string[] {
  if (id === 'fc') return headNames;
  if (id === 'stem.conv') return ['conv1', 'stem.conv'];
  if (id === 'stem.bn' || id === 'final.bn') return ['bn1', 'bn', id];
  const [, stage, feature, index] = /^stage(\d)\.(conv|bn)(\d)$/.exec(id) ?? [];
  if (stage !== undefined) {
    const at = vggFeatures[Number(stage) - 1]![Number(index) - 1]!;
    return [`features.${feature === 'conv' ? at : at + 1}`, id];
  }
  const [, layer, block, rest] = /^layer(\d)\.(\d+)\.(.+)$/.exec(id) ?? [];
  if (layer === undefined) return [id];
  const parts: Readonly<Record<string, readonly string[]>> = {
    'shortcut.conv': ['downsample.0', 'shortcut.0', 'convShortcut', 'downsample', 'shortcut', rest!],
    'shortcut.bn': ['downsample.1', 'shortcut.1', rest!],
  };
  const names = parts[rest!] ?? [rest!];
  return [`layer${layer}.${block}`, `block${layer}.layer.${block}`].flatMap((stem) =>
    names.map((name) => `${stem}.${name}`),
  );
}

function readWeights(graph: Graph, tensors: ReadonlyMap<string, RawTensor>): Map<string, FloatTensor> {
  const left = new Map(tensors);
  const weights = new Map<string, FloatTensor>();
  const biases = new Map<string, Float32Array>();
  for (const node of graph.nodes) {
    const wanted = suffixes[node.op];
    if (!wanted) continue;
    const module = moduleNames(node.id).find((name) => left.has(`${name}.weight`));
    if (module === undefined)
      throw new FormatError(`"${moduleNames(node.id)[0]}.weight" expected a tensor for ${node.id}, got none`);
    for (const suffix of wanted) {
      const name = `${module}.${suffix}`;
      const raw = left.get(name);
      if (!raw) {
        if (suffix === 'bias' && !('bias' in node && node.bias)) continue;
        throw new FormatError(`"${name}" expected a tensor for ${node.id}, got none`);
      }
      left.delete(name);
      const tensor = { shape: raw.shape, data: floatsOf(name, raw) };
      if (suffix === 'bias' && node.op === 'conv' && !node.bias) biases.set(node.id, tensor.data);
      else
        weights.set(`${node.id}.${suffix.replace('running_mean', 'mean').replace('running_var', 'variance')}`, tensor);
    }
  }
  const [extra] = left.keys();
  if (extra !== undefined)
    throw new FormatError(`"${extra}" expected a place in the architecture, got none (${left.size} such tensors)`);
  for (const node of graph.nodes) if (node.op === 'batch-norm') moveBias(node, biases, weights);
  const [lost] = biases.keys();
  if (lost !== undefined)
    throw new FormatError(`"${lost}" expected no bias, or a batch norm behind it, got a bias alone`);
  return weights;
}

/** A bias before a norm: W x + β - mean is W x - (mean - β). */
function moveBias(node: Node, biases: Map<string, Float32Array>, weights: Map<string, FloatTensor>): void {
  const bias = biases.get(node.inputs[0]!);
  const mean = weights.get(`${node.id}.mean`);
  if (!bias || bias.length !== mean?.data.length) return;
  biases.delete(node.inputs[0]!);
  weights.set(`${node.id}.mean`, { shape: mean.shape, data: mean.data.map((value, c) => value - bias[c]!) });
}

function floatsOf(name: string, { dtype, data }: RawTensor): Float32Array {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const read = (bytes: number, at: (offset: number) => number) =>
    Float32Array.from({ length: data.length / bytes }, (_, i) => at(i * bytes));
  const brain = new DataView(new ArrayBuffer(4));
  switch (dtype) {
    case 'F32':
      return read(4, (offset) => view.getFloat32(offset, true));
    case 'F64':
      return read(8, (offset) => view.getFloat64(offset, true));
    case 'F16':
      return read(2, (offset) => fromHalf(view.getUint16(offset, true)));
    case 'BF16':
      return read(2, (offset) => {
        brain.setUint16(0, view.getUint16(offset, true));
        return brain.getFloat32(0);
      });
    default:
      throw new FormatError(`"${name}" expected F32, F64, F16 or BF16, got ${dtype}`);
  }
}
