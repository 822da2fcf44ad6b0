import type { Graph, Node, Shape } from './graph.js';
import { specOf } from './ops/registry.js';

/** How many inputs each operator reads; `concat` takes any number. */
function expectedInputs(node: Node): number | null {
  switch (node.op) {
    case 'input':
      return 0;
    case 'add':
      return 2;
    case 'concat':
      return null;
    default:
      return 1;
  }
}

/**
 * Shape of one node's value, from those of the nodes before it.
 * @throws RangeError naming the node if it reads a node that does not stand before it, or if something does not fit.
 */
export function inferNodeShape(node: Node, shapes: ReadonlyMap<string, Shape>): Shape {
  return specOf(node).inferShape(node, inputShapes(node, shapes));
}

/**
 * Shapes of a node's inputs.
 * @throws RangeError naming the node if it reads a node that does not stand before it.
 */
export function inputShapes(node: Node, shapes: ReadonlyMap<string, Shape>): readonly Shape[] {
  const count = expectedInputs(node);
  if (count !== null && node.inputs.length !== count)
    throw new RangeError(`"${node.id}" expected ${count} inputs, got ${node.inputs.length}`);
  return node.inputs.map((id) => {
    const shape = shapes.get(id);
    if (!shape) throw new RangeError(`"${node.id}" expected an input that stands before it, got "${id}"`);
    return shape;
  });
}

/**
 * The shape of every node's value.
 * @throws RangeError naming the node if an id occurs twice, a node reads one that does not stand before it, an
 * attribute or input shape does not fit, the first node is not the only input, or the output does not exist.
 */
export function inferShapes(graph: Graph): Map<string, Shape> {
  const shapes = new Map<string, Shape>();
  for (const [position, node] of graph.nodes.entries()) {
    if (shapes.has(node.id)) throw new RangeError(`"${node.id}" expected a unique id, got it twice`);
    if ((node.op === 'input') !== (position === 0))
      throw new RangeError(`"${node.id}" expected the input to be the first node and only that, got ${node.op}`);
    shapes.set(node.id, inferNodeShape(node, shapes));
  }
  if (!shapes.has(graph.output)) throw new RangeError(`"output" expected the id of a node, got "${graph.output}"`);
  return shapes;
}
