import { compileGates } from '../gates/compile.js';
import { applyGates, evaluateGates } from '../gates/evaluate.js';
import type { FloatTensor, Model } from '../graph.js';
import { specOf } from '../ops/registry.js';
import { type FloatContext, sizeOf } from '../ops/spec.js';
import { inferShapes } from '../shapes.js';

/** Evaluates one image: the value of every node, by id. */
export type FloatInterpreter = (image: Float32Array) => Map<string, Float32Array>;

/**
 * Prepares a model for evaluation by plain loops: shapes and gates are worked out once for many images.
 *
 * This is the float oracle: sums run in double precision and every value is rounded to float32.
 * @throws RangeError if the graph, a weight or a gate map does not fit; the interpreter does, if the image does not.
 */
export function floatInterpreter(model: Model): FloatInterpreter {
  const { graph, weights, gateMaps } = model;
  const shapes = inferShapes(graph);
  const compiled = compileGates(graph, gateMaps);
  return (image) => {
    const values = new Map<string, Float32Array>();
    const decisions = new Map<string, Uint8Array>();
    for (const node of graph.nodes) {
      const shape = shapes.get(node.id)!;
      if (node.op === 'input') {
        if (image.length !== sizeOf(shape))
          throw new RangeError(
            `"image" expected ${sizeOf(shape)} values for [${shape.join(', ')}], got ${image.length}`,
          );
        values.set(node.id, image);
        continue;
      }
      const context: FloatContext = {
        weight(suffix) {
          const tensor = weights.get(`${node.id}.${suffix}`);
          if (!tensor) throw new RangeError(`"${node.id}.${suffix}" expected a weight, got none`);
          return tensor.data;
        },
        applySite(x) {
          const gates = compiled.get(node.id)!;
          if (gates.source === null) decisions.set(node.id, evaluateGates(gates, x));
          return applyGates(gates, x, decisions.get(gates.source ?? node.id)!);
        },
      };
      const inputs = node.inputs.map((id): FloatTensor => ({ shape: shapes.get(id)!, data: values.get(id)! }));
      values.set(node.id, specOf(node).float(node, inputs, context, shape));
    }
    return values;
  };
}

/**
 * The value of every node for one image.
 * @param image - the input's elements, row-major and normalised.
 * @throws RangeError as {@link floatInterpreter}.
 */
export function interpretFloatAll(model: Model, image: Float32Array): Map<string, Float32Array> {
  return floatInterpreter(model)(image);
}

/**
 * The value of the output node for one image.
 * @param image - the input's elements, row-major and normalised.
 * @throws RangeError as {@link floatInterpreter}.
 */
export function interpretFloat(model: Model, image: Float32Array): Float32Array {
  return interpretFloatAll(model, image).get(model.graph.output)!;
}
