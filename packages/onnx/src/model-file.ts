/**
 * The container: bytes to a graph whose names resolve, in topological order. What the operators mean is not known here.
 * @module
 */
import { fromBinary } from '@bufbuild/protobuf';
import { FormatError } from '@relent/graph';
import {
  type GraphProto,
  type ModelProto,
  ModelProtoSchema,
  type NodeProto,
  type ValueInfoProto,
} from '../generated/onnx_pb.js';
import { maxNodes, opsets } from './limits.js';

/** A model file that could be parsed, its nodes restricted to those that the output needs. */
export interface OnnxFile {
  readonly opset: number;
  readonly graph: GraphProto;
  /** The nodes behind the output, each after those that it reads. */
  readonly nodes: readonly NodeProto[];
  /** The one input that is no initializer. */
  readonly input: ValueInfoProto;
  readonly output: string;
}

/** How error messages call a node. */
export function nodeLabel(node: NodeProto): string {
  const name = node.name || node.output.find((output) => output !== '') || '';
  return `node ${JSON.stringify(name.slice(0, 200))} (${node.opType.slice(0, 60)})`;
}

/**
 * Reads an ONNX file.
 * @throws FormatError if it is truncated or no ONNX file, of an opset out of 9 to 21, has not exactly one input, lacks a
 * value, makes one twice, or is cyclic.
 */
export function readOnnxFile(bytes: Uint8Array): OnnxFile {
  const model = parse(bytes);
  const { graph } = model;
  if (!graph) throw new FormatError('"onnx" expected a model with a graph, got none');
  if (graph.node.length > maxNodes || graph.initializer.length > maxNodes)
    throw new FormatError(
      `"graph" expected at most ${maxNodes} nodes and initializers, got ${graph.node.length} and ${graph.initializer.length}`,
    );
  const opset = readOpset(model);
  const initializers = new Set(graph.initializer.map(({ name }) => name));
  const inputs = graph.input.filter(({ name }) => !initializers.has(name));
  const [input] = inputs;
  if (!input || inputs.length > 1)
    throw new FormatError(
      `"graph.input" expected one image, got ${inputs.length === 0 ? 'none' : listNames(inputs.map(({ name }) => name))}`,
    );
  const [output] = graph.output;
  if (!output || graph.output.length > 1)
    throw new FormatError(
      `"graph.output" expected one output, got ${graph.output.length === 0 ? 'none' : listNames(graph.output.map(({ name }) => name))}; export the network without its auxiliary outputs`,
    );
  const nodes = sortNodes(graph.node, new Set([...initializers, input.name]), output.name);
  if (nodes.length === 0) throw new FormatError('"graph.node" expected the nodes of a network, got none');
  return { opset, graph, nodes, input, output: output.name };
}

function parse(bytes: Uint8Array): ModelProto {
  try {
    return fromBinary(ModelProtoSchema, bytes, { readUnknownFields: false });
  } catch (error) {
    throw new FormatError(`"onnx" expected a protobuf of the ONNX format, got ${(error as Error).message}`);
  }
}

function readOpset({ opsetImport }: ModelProto): number {
  const own = opsetImport.filter(({ domain }) => domain === '' || domain === 'ai.onnx');
  if (own.length !== 1)
    throw new FormatError(`"opset_import" expected one entry of the ONNX operators, got ${own.length}`);
  const version = own[0]!.version;
  if (version < opsets.least || version > opsets.most)
    throw new FormatError(
      `"opset_import" expected ${opsets.least} to ${opsets.most}, got ${version}; export with opset_version=17, say`,
    );
  return Number(version);
}

function listNames(names: readonly string[]): string {
  const shown = names.slice(0, 5).map((name) => JSON.stringify(name.slice(0, 80)));
  return `${names.length}: ${shown.join(', ')}${names.length > 5 ? ', …' : ''}`;
}

/** The nodes that `output` needs, in topological order, by a depth-first walk without recursion. */
function sortNodes(nodes: readonly NodeProto[], known: ReadonlySet<string>, output: string): NodeProto[] {
  const makers = new Map<string, NodeProto>();
  for (const node of nodes)
    for (const name of node.output) {
      if (name === '') continue;
      if (makers.has(name) || known.has(name))
        throw new FormatError(`${nodeLabel(node)}: "output" expected a new name, got ${JSON.stringify(name)} again`);
      makers.set(name, node);
    }
  const state = new Map<NodeProto, 'open' | 'done'>();
  const sorted: NodeProto[] = [];
  const makerOf = (name: string, reader: string): NodeProto | null => {
    const maker = makers.get(name);
    if (!maker && !known.has(name))
      throw new FormatError(`${reader}: "input" expected a value of the graph, got ${JSON.stringify(name)}`);
    return maker ?? null;
  };
  const root = makerOf(output, 'graph output');
  const stack = root ? [{ node: root, next: 0 }] : [];
  if (root) state.set(root, 'open');
  for (let top = stack.at(-1); top; top = stack.at(-1)) {
    const { node } = top;
    if (top.next === node.input.length) {
      state.set(node, 'done');
      sorted.push(node);
      stack.pop();
      continue;
    }
    const name = node.input[top.next++]!;
    const maker = name === '' ? null : makerOf(name, nodeLabel(node));
    if (!maker || state.get(maker) === 'done') continue;
    if (state.get(maker) === 'open')
      throw new FormatError(`${nodeLabel(node)}: "input" expected a value from before it, got a circle of nodes`);
    state.set(maker, 'open');
    stack.push({ node: maker, next: 0 });
  }
  return sorted;
}
