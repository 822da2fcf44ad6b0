/**
 * An ONNX file as a model of relent.
 * @module
 */
import { FormatError, foldBatchNorm, type Model, type Shape, verify } from '@relent/graph';
import type { TensorProto, ValueInfoProto } from '../generated/onnx_pb.js';
import { type Constant, type ExternalData, readTensor } from './constant.js';
import { folds } from './fold.js';
import { constantSize, ImportState } from './import-state.js';
import { maxElements } from './limits.js';
import { type OnnxFile, readOnnxFile } from './model-file.js';
import { OnnxNode } from './node.js';
import { importNode } from './operators/registry.js';
import { type Feature, featureOf, inOrder } from './value.js';

/** How to import. */
export interface ImportOptions {
  /** Name of the model; that of the ONNX graph unless given. */
  readonly name?: string;
  /** [C, H, W] of the image, where the file leaves it open. */
  readonly inputShape?: Shape;
  /** Whether activations that relent lacks become ReLU, and ReLU6 as well; the network must then be trained on. */
  readonly replaceActivations?: boolean;
  /** Reads weights that lie in files beside the model. */
  readonly externalData?: ExternalData;
}

/** A model, and what was changed on the way to it. */
export interface ImportedModel {
  readonly model: Model;
  /** Sentences for the user. */
  readonly notes: readonly string[];
}

/**
 * Reads a convolutional network from an ONNX file of opset 9 to 21, as PyTorch, Keras and timm write them.
 *
 * The model computes what the file computes, up to float32 rounding and what the notes say. Images are [C, H, W] also
 * where the file wants channels last.
 * @throws FormatError naming the node, its operator and what to do, if relent cannot run the network; and if the file is
 * truncated, contradicts itself, or is of another opset.
 */
export function importOnnx(bytes: Uint8Array, options: ImportOptions = {}): ImportedModel {
  const file = readOnnxFile(bytes);
  const initializers = new Map<string, Constant>();
  const used = new Set(file.nodes.flatMap((node) => node.input));
  for (const tensor of file.graph.initializer)
    if (used.has(tensor.name)) initializers.set(tensor.name, readInitializer(tensor, options.externalData));
  const elements = [...initializers.values()].reduce((total, constant) => total + constantSize(constant), 0);
  const { batch, dims } = readInputShape(file.input);
  const state = new ImportState(
    {
      opset: file.opset,
      replaceActivations: options.replaceActivations ?? false,
      output: file.output,
      batch,
    },
    2 ** 24 + elements,
  );
  state.set(file.input.name, readInput(state, file, dims, options.inputShape));
  for (const [name, constant] of initializers) {
    state.set(name, { kind: 'constant', constant });
    state.nameWeight(name);
  }
  for (const proto of file.nodes) importOne(state, new OnnxNode(proto), options.externalData);
  const output = outputId(state, file);
  const model: Model = {
    graph: state.build.finish(output),
    weights: state.weights,
    gateMaps: state.gateMaps,
    info: { name: options.name ?? (file.graph.name.slice(0, 100) || 'imported') },
  };
  return { model: checked(foldBatchNorm(withoutUnread(model), (id) => state.affine.has(id))), notes: [...state.notes] };
}

function readInitializer(tensor: TensorProto, external: ExternalData | undefined): Constant {
  return readTensor(tensor, `initializer ${JSON.stringify(tensor.name.slice(0, 200))}`, external);
}

/** Folds a node whose inputs are known; else adds it to the network. */
function importOne(state: ImportState, node: OnnxNode, external: ExternalData | undefined): void {
  const [output = ''] = node.outputs;
  if (node.op === 'Constant') {
    state.set(output, { kind: 'constant', constant: readConstant(node, external) });
    return;
  }
  const fold = folds.get(node.op);
  const inputs = node.inputs.map((name) => (name === '' ? undefined : state.get(name)));
  const known = inputs.every((input) => input === undefined || input.kind === 'constant') && inputs.length > 0;
  if (!fold || !known) {
    state.set(output, importNode(state, node));
    return;
  }
  const constants = inputs.map((input) => (input?.kind === 'constant' ? input.constant : undefined));
  const constant = fold(node, constants, state.settings.opset);
  if (!constants.some((input) => input?.data === constant.data)) state.spend(node, constantSize(constant));
  state.set(output, { kind: 'constant', constant });
}

function readConstant(node: OnnxNode, external: ExternalData | undefined): Constant {
  const tensor = node.attribute('value')?.t;
  if (tensor) return readTensor(tensor, node.label, external);
  if (node.attribute('value_float')) {
    return { type: 'float', shape: [], data: Float32Array.of(node.float('value_float', 0)) };
  }
  if (node.attribute('value_int')) return { type: 'int', shape: [], data: [node.int('value_int', 0)] };
  const ints = node.ints('value_ints');
  if (ints) return { type: 'int', shape: [ints.length], data: ints };
  const floats = node.attribute('value_floats')?.floats;
  if (floats) return { type: 'float', shape: [floats.length], data: Float32Array.from(floats) };
  throw node.error('value', 'a tensor, integers or floats', 'something else');
}

/** The sizes that the file states for its input; null where it leaves one open. */
function readInputShape({ name, type }: ValueInfoProto): { batch: number | null; dims: readonly (number | null)[] } {
  const tensor = type?.tensorType;
  if (!tensor?.shape) throw new FormatError(`"${name.slice(0, 100)}" expected an input with a shape, got none`);
  if (![1, 10, 11].includes(tensor.elemType))
    throw new FormatError(
      `"${name.slice(0, 100)}" expected an input of floats, got type code ${tensor.elemType}; export the network without its image decoding`,
    );
  const sizes = tensor.shape.dim.map(({ value }) => {
    if (value.case !== 'dimValue') return null;
    const size = Number(value.value);
    return size >= 1 && size <= maxElements ? size : null;
  });
  const [batch = null, ...dims] = sizes;
  if (dims.length !== 3 && dims.length !== 1)
    throw new FormatError(
      `"${name.slice(0, 100)}" expected an input [batch, C, H, W] or [batch, F], got ${sizes.length} axes`,
    );
  return { batch, dims };
}

/** The image; channels last where all that read it transpose it to channels first. */
function readInput(
  state: ImportState,
  { input, nodes }: OnnxFile,
  dims: readonly (number | null)[],
  given: Shape | undefined,
): Feature {
  const readers = nodes.filter((node) => node.input.includes(input.name));
  const last =
    dims.length === 3 &&
    readers.length > 0 &&
    readers.every((node) => node.opType === 'Transpose' && String(new OnnxNode(node).ints('perm')) === '0,3,1,2');
  const order = dims.length === 1 ? [0] : last ? [1, 2, 0] : [0, 1, 2];
  const stated = order.map((_, axis) => dims[order.indexOf(axis)] ?? null);
  const shape = stated.map((size, axis) => {
    const wanted = given?.[axis];
    if (given && given.length !== stated.length)
      throw new FormatError(`"inputShape" expected ${stated.length} sizes, got [${given.join(', ')}]`);
    if (wanted !== undefined && size !== null && wanted !== size)
      throw new FormatError(`"inputShape" expected ${size} on axis ${axis}, as the file states, got ${wanted}`);
    const known = wanted ?? size;
    if (known === null)
      throw new FormatError(
        `"${input.name.slice(0, 100)}" expected an input of known size, got one that is open; say which, as in --input 3x224x224`,
      );
    return known;
  });
  const node = new OnnxNode({ ...nodes[0]!, name: input.name, opType: 'Input', domain: '', attribute: [] });
  const id = state.add(node, 'input', [], (name) => state.build.input(shape, { id: name })).id;
  if (last) state.notes.add('the file takes images with channels last; the model takes them as [C, H, W]');
  return { ...featureOf(id, shape.length), order };
}

function outputId(state: ImportState, { output, nodes }: OnnxFile): string {
  const value = state.get(output);
  const what = JSON.stringify(output.slice(0, 100));
  if (value?.kind !== 'feature')
    throw new FormatError(`"graph.output" expected a value that depends on the image, got ${what}`);
  if (value.flat || !inOrder(value.order))
    throw new FormatError(`"graph.output" expected channels before the plane, got ${what}, which is transposed`);
  return state.padded(new OnnxNode(nodes.at(-1)!), value).id;
}

/** Weights, NaN for one, are checked as in any model; what is wrong is then wrong with the file. */
function checked(model: Model): Model {
  try {
    return verify(model);
  } catch (error) {
    if (error instanceof RangeError) throw new FormatError(`"weights": ${error.message}`);
    throw error;
  }
}

/** Drops nodes that nothing reads, such as a flatten that a layer took on. */
function withoutUnread(model: Model): Model {
  const read = new Set([model.graph.output]);
  for (const node of model.graph.nodes.toReversed()) if (read.has(node.id)) for (const id of node.inputs) read.add(id);
  const nodes = model.graph.nodes.filter(({ id, op }) => read.has(id) || op === 'input');
  const kept = new Set(nodes.map(({ id }) => id));
  const owner = (name: string) => kept.has(name.slice(0, name.lastIndexOf('.')));
  return {
    ...model,
    graph: { ...model.graph, nodes },
    weights: new Map([...model.weights].filter(([name]) => owner(name))),
    gateMaps: new Map([...model.gateMaps].filter(([id]) => kept.has(id))),
  };
}
