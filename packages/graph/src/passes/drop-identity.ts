import type { Model, Shape } from '../graph.js';
import { inferShapes } from '../shapes.js';
import { redirect } from './rewrite.js';

/**
 * Removes nodes whose value is that of their input: pools of one pixel at stride 1, global means of one pixel,
 * flattenings of a vector, and concatenations of one value.
 * @throws RangeError if the graph does not fit.
 */
export function dropIdentity(model: Model): Model {
  const shapes = inferShapes(model.graph);
  const identical = new Map<string, string>();
  for (const node of model.graph.nodes) {
    const [x] = node.inputs;
    if (x === undefined) continue;
    const shape: Shape = shapes.get(x)!;
    switch (node.op) {
      case 'average-pool':
      case 'max-pool':
        if ([...node.kernel, ...node.stride].every((n) => n === 1)) identical.set(node.id, x);
        break;
      case 'global-average-pool':
        if (shape[1] === 1 && shape[2] === 1) identical.set(node.id, x);
        break;
      case 'flatten':
        if (shape.length === 1) identical.set(node.id, x);
        break;
      case 'concat':
        if (node.inputs.length === 1) identical.set(node.id, x);
        break;
      default:
        break;
    }
  }
  return { ...model, graph: redirect(model.graph, identical) };
}
