/**
 * What the private engine demands of a graph beyond consistency.
 * @module
 */
import { type IntegerGraph, type IntegerNode, sizeOf, verifyIntegerGraph } from '@relent/graph';

/** Largest number of elements of one value: bounds what a client allocates for a server's claim. LOCAL. */
const maxElements = 2 ** 26;

function checkSite(node: Extract<IntegerNode, { readonly op: 'site' }>, ringBits: number): void {
  if (node.gates.dropped !== null) {
    throw new RangeError(
      `node "${node.id}" expected gates or linear neurons, got quadratics: the private engine has none yet; ` +
        'make the dropped neurons linear',
    );
  }
  const { truncationBits } = node;
  if (!Number.isInteger(truncationBits) || truncationBits < 0 || truncationBits > ringBits - 2) {
    throw new RangeError(`node "${node.id}" expected truncationBits in 0..${ringBits - 2}, got ${truncationBits}`);
  }
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
        throw new RangeError(
          `node "${node.id}" expected an operator of the private engine, got max-pool: the engine has none yet; ` +
            'use average pooling',
        );
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
