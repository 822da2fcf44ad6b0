/**
 * What the private engine demands of a graph beyond consistency.
 * @module
 */
import { type IntegerGraph, type IntegerNode, sizeOf, verifyIntegerGraph } from '@relent/graph';
import type { Answer } from './plan.js';

/** Largest number of elements of one value: bounds what a client allocates for a server's claim. LOCAL. */
const maxElements = 2 ** 26;

/** What the request of a session can name. AGREEMENT. */
const maxImages = 2 ** 16 - 1;

function checkSite(node: Extract<IntegerNode, { readonly op: 'site' }>, ringBits: number): void {
  const { truncationBits } = node;
  if (!Number.isInteger(truncationBits) || truncationBits < 0 || truncationBits > ringBits - 2) {
    throw new RangeError(`node "${node.id}" expected truncationBits in 0..${ringBits - 2}, got ${truncationBits}`);
  }
}

/** @throws RangeError unless so many images can run at once. */
export function checkImages(images: number): void {
  if (!Number.isInteger(images) || images < 1 || images > maxImages) {
    throw new RangeError(`"images" expected an integer in 1..${maxImages}, got ${images}`);
  }
}

/** Values that are compared with each other: their differences must not wrap around. */
function checkCompared({ id, maxAbs }: IntegerNode, ringBits: number): void {
  if (!(maxAbs < 2 ** (ringBits - 2))) {
    throw new RangeError(`node "${id}" expected values below 2^${ringBits - 2} to compare, got a bound of ${maxAbs}`);
  }
}

/**
 * Checks that the private engine can give an answer of this kind.
 * @throws RangeError naming the output node if its values are too large to be compared.
 */
export function checkAnswer(answer: Answer, logits: IntegerNode, ringBits: number): void {
  if (answer === 'class') checkCompared(logits, ringBits);
}

/** Whether a plan can be exact: quadratics truncate in a message where no round is left for the carry. */
export function allowsExact({ nodes }: IntegerGraph): boolean {
  return nodes.every((node) => node.op !== 'site' || node.gates.dropped === null);
}

/**
 * Checks that the private engine can run a graph.
 * @throws RangeError naming the node if the graph is inconsistent or holds what the private engine cannot run.
 */
export function checkGraph(graph: IntegerGraph): void {
  verifyIntegerGraph(graph);
  for (const node of graph.nodes) {
    const size = sizeOf(node.shape);
    if (!Number.isInteger(size) || size < 1 || size > maxElements) {
      throw new RangeError(
        `node "${node.id}" expected at most ${maxElements} elements, got [${node.shape.join(', ')}]`,
      );
    }
    switch (node.op) {
      case 'site':
        checkSite(node, graph.ringBits);
        break;
      case 'max-pool':
        checkCompared(node, graph.ringBits);
        break;
      case 'input':
      case 'conv':
      case 'add':
      case 'concat':
      case 'sum-pool':
      case 'resize':
      case 'flatten':
        break;
      default:
        node satisfies never;
    }
  }
}
