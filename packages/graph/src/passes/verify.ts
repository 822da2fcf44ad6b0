import { validateGateMaps } from '../gates/validate.js';
import type { Graph, Model, Shape } from '../graph.js';
import { specOf } from '../ops/registry.js';
import { formatShape, sizeOf } from '../ops/spec.js';
import { inferShapes, inputShapes } from '../shapes.js';

/** The shape of every weight that a graph needs, by name, in the order of the nodes. */
export function weightShapes(graph: Graph): Map<string, Shape> {
  const shapes = inferShapes(graph);
  const needed = new Map<string, Shape>();
  for (const node of graph.nodes)
    for (const { suffix, shape } of specOf(node).weights(node, inputShapes(node, shapes)))
      needed.set(`${node.id}.${suffix}`, shape);
  return needed;
}

/**
 * Checks a model and returns it: the graph, that exactly the weights are there that it needs, of the right shape and
 * finite, variances that are not negative, and the gate maps.
 * @throws RangeError naming the node, weight or site, what would fit and what is there.
 */
export function verify(model: Model): Model {
  for (const { id } of model.graph.nodes)
    if (!/^[\w][\w./-]*$/.test(id))
      throw new RangeError(`"id" expected letters, digits, "_", ".", "/" and "-", got ${JSON.stringify(id)}`);
  const needed = weightShapes(model.graph);
  for (const [name, shape] of needed) {
    const tensor = model.weights.get(name);
    if (!tensor) throw new RangeError(`"${name}" expected a weight ${formatShape(shape)}, got none`);
    if (tensor.shape.length !== shape.length || tensor.shape.some((n, axis) => n !== shape[axis]))
      throw new RangeError(`"${name}" expected ${formatShape(shape)}, got ${formatShape(tensor.shape)}`);
    if (tensor.data.length !== sizeOf(shape))
      throw new RangeError(`"${name}" expected ${sizeOf(shape)} values, got ${tensor.data.length}`);
    const least = name.endsWith('.variance') ? 0 : -Infinity;
    const wrong = tensor.data.find((value) => !(value >= least && Number.isFinite(value)));
    if (wrong !== undefined) throw new RangeError(`"${name}" expected finite values in range, got ${wrong}`);
  }
  for (const name of model.weights.keys())
    if (!needed.has(name)) throw new RangeError(`"weights" expected those that the graph needs, got "${name}" besides`);
  validateGateMaps(model.graph, model.gateMaps);
  return model;
}
