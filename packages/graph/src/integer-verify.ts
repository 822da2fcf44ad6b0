import type { Shape } from './graph.js';
import { compareWindow } from './integer/compare-window.js';
import { isPublishedNorm, largestSquaredNorm, MOST_WEIGHT_NORM } from './integer/weight-norm.js';
import type { IntegerGates, IntegerGraph, IntegerModel, IntegerNode } from './integer-graph.js';
import { conv } from './ops/conv.js';
import { poolShape } from './ops/pool.js';
import { resizeShape } from './ops/resize.js';
import { formatShape, sizeOf } from './ops/spec.js';

/**
 * Checks the public half of an integer model and returns it: order, shapes, shifts, bounds of weight norms, and that no
 * index of a site points outside its arrays. A graph that passes can be evaluated without any further check of its structure.
 * @throws RangeError naming the node and what would fit.
 */
export function verifyIntegerGraph(graph: IntegerGraph): IntegerGraph {
  const nodes = new Map<string, IntegerNode>();
  for (const [position, node] of graph.nodes.entries()) {
    if (nodes.has(node.id)) throw new RangeError(`"${node.id}" expected a unique id, got it twice`);
    if ((node.op === 'input') !== (position === 0))
      throw new RangeError(`"${node.id}" expected the input to be the first node and only that, got ${node.op}`);
    const inputs = node.inputs.map((id) => {
      const input = nodes.get(id);
      if (!input) throw new RangeError(`"${node.id}" expected an input that stands before it, got "${id}"`);
      return input.shape;
    });
    expectShape(node.id, expectedShape(node, inputs), node.shape);
    if (node.op === 'conv' && !isPublishedNorm(node.weightNorm))
      throw new RangeError(
        `"${node.id}" expected weightNorm to be a power of two of at most ${MOST_WEIGHT_NORM}, got ${node.weightNorm}`,
      );
    if (node.op === 'site') {
      verifySite(node.id, node.gates, nodes);
      const { dropped } = node.gates;
      if (dropped && Math.max(node.truncationBits + dropped.squareBits, dropped.outerBits) > graph.ringBits - 2)
        throw new RangeError(`"${node.id}" expected truncations of quadratics by at most ${graph.ringBits - 2} bits`);
      if (node.truncationBits > graph.ringBits - 2)
        throw new RangeError(
          `"${node.id}" expected truncationBits of at most ${graph.ringBits - 2}, got ${node.truncationBits}`,
        );
      compareWindow(node, nodes.get(node.inputs[0])!.maxAbs, graph.ringBits);
    }
    nodes.set(node.id, node);
  }
  if (!nodes.has(graph.output)) throw new RangeError(`"output" expected the id of a node, got "${graph.output}"`);
  return graph;
}

/**
 * Checks an integer model and returns it: the graph, that each convolution has weights of the right lengths and
 * nothing else has, and that no weights exceed their public norm.
 * @throws RangeError naming the node and what would fit.
 */
export function verifyIntegerModel(model: IntegerModel): IntegerModel {
  verifyIntegerGraph(model.graph);
  let convolutions = 0;
  for (const node of model.graph.nodes) {
    if (node.op !== 'conv') continue;
    convolutions++;
    const weights = model.weights.get(node.id);
    if (!weights) throw new RangeError(`"${node.id}" expected weights, got none`);
    const { outChannels, groups, kernel } = node.conv;
    expectLength(node.id, 'weight', weights.weight, sizeOf([outChannels, node.inputShape[0] / groups, ...kernel]));
    expectLength(node.id, 'bias', weights.bias, outChannels);
    const squaredNorm = largestSquaredNorm(weights.weight, outChannels);
    if (squaredNorm > node.weightNorm ** 2)
      throw new RangeError(
        `"${node.id}" expected weights with a norm of at most ${node.weightNorm}, got ${Math.sqrt(squaredNorm)}`,
      );
  }
  if (model.weights.size !== convolutions)
    throw new RangeError(
      `"weights" expected an entry for each of ${convolutions} convolutions, got ${model.weights.size}`,
    );
  return model;
}

/** The shape that a node's value has by its inputs and attributes. */
function expectedShape(node: IntegerNode, inputs: readonly Shape[]): Shape {
  const { id, shape } = node;
  const [x] = inputs;
  switch (node.op) {
    case 'input':
      return shape;
    case 'conv': {
      expectSize(id, node.inputShape, x!);
      const [channels, ...plane] = conv.inferShape({ ...node.conv, op: 'conv', id, inputs: node.inputs }, [
        node.inputShape,
      ]);
      return shape.length === 1 && sizeOf(plane) === 1 ? [channels!] : [channels!, ...plane];
    }
    case 'add':
      expectShape(id, x!, inputs[1]!);
      return x!;
    case 'concat': {
      if (node.shifts.length !== inputs.length)
        throw new RangeError(`"${id}" expected ${inputs.length} shifts, got ${node.shifts.length}`);
      const plane = x!.slice(1);
      for (const input of inputs) expectShape(id, [input[0]!, ...plane], input);
      return [inputs.reduce((sum, input) => sum + input[0]!, 0), ...plane];
    }
    case 'sum-pool':
    case 'max-pool':
      expectSize(id, node.inputShape, x!);
      return poolShape(id, node.pool, node.inputShape);
    case 'resize':
      expectShape(id, node.inputShape, x!);
      return resizeShape(id, node.resizeScale, x);
    case 'flatten':
      return [sizeOf(x!)];
    case 'site':
      expectSize(id, node.gates.shape, x!);
      return x!;
    default:
      return node satisfies never;
  }
}

function verifySite(id: string, gates: IntegerGates, before: ReadonlyMap<string, IntegerNode>): void {
  const { comparisons, scoreStart, scoreNeuron, scoreWeight, gateOf, dropped } = gates;
  const [channels] = gates.shape;
  const neurons = sizeOf(gates.shape);
  expectLength(id, 'scoreStart', scoreStart, comparisons + 1);
  if (scoreStart[0] !== 0) throw new RangeError(`"${id}" expected scoreStart to begin with 0, got ${scoreStart[0]}`);
  for (let g = 0; g < comparisons; g++)
    if (scoreStart[g]! > scoreStart[g + 1]!)
      throw new RangeError(`"${id}" expected scoreStart to rise, got ${scoreStart[g]} before ${scoreStart[g + 1]}`);
  expectLength(id, 'scoreNeuron', scoreNeuron, scoreStart[comparisons]!);
  expectLength(id, 'scoreWeight', scoreWeight, scoreStart[comparisons]!);
  expectRange(id, 'scoreNeuron', scoreNeuron, 0, neurons);
  let gateCount = comparisons;
  if (gates.source !== null) {
    const source = before.get(gates.source);
    if (source?.op !== 'site' || source.gates.source !== null)
      throw new RangeError(`"${id}" expected an earlier site with gates of its own as source, got "${gates.source}"`);
    if (comparisons !== 0) throw new RangeError(`"${id}" expected no comparisons beside a source, got ${comparisons}`);
    gateCount = source.gates.comparisons;
  }
  expectLength(id, 'gateOf', gateOf, neurons);
  expectRange(id, 'gateOf', gateOf, -1, gateCount);
  for (const [name, array] of Object.entries({ a: gates.a, b: gates.b })) expectLength(id, name, array, channels);
  if (dropped)
    for (const name of ['c2', 'c1', 'c0'] as const) expectLength(id, `dropped.${name}`, dropped[name], channels);
}

function expectShape(id: string, expected: Shape, got: Shape): void {
  if (expected.length !== got.length || expected.some((n, axis) => n !== got[axis]))
    throw new RangeError(`"${id}" expected ${formatShape(expected)}, got ${formatShape(got)}`);
}

function expectSize(id: string, expected: Shape, got: Shape): void {
  if (sizeOf(expected) !== sizeOf(got))
    throw new RangeError(`"${id}" expected as many elements as ${formatShape(expected)}, got ${formatShape(got)}`);
}

function expectLength(id: string, name: string, array: { readonly length: number }, expected: number): void {
  if (array.length !== expected)
    throw new RangeError(`"${id}" expected ${name} to have ${expected} entries, got ${array.length}`);
}

function expectRange(id: string, name: string, array: Int32Array, least: number, below: number): void {
  for (const value of array)
    if (value < least || value >= below)
      throw new RangeError(`"${id}" expected ${name} of at least ${least} and below ${below}, got ${value}`);
}
