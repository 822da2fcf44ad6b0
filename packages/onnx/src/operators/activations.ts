/**
 * Activations: those that are made of comparisons, and what becomes of the others.
 * @module
 */
import type { ImportState } from '../import-state.js';
import type { OnnxNode } from '../node.js';
import type { Operator } from '../operator.js';
import type { Feature } from '../value.js';
import { vectorOf } from './layers.js';

/** A site. */
export const relu: Operator = (state, node) => state.relu(node, state.feature(node, 0));

/** A site with the affine gate x · ((1 - alpha) · d + alpha). */
export const leakyRelu: Operator = (state, node) => {
  const x = state.feature(node, 0);
  const alpha = node.float('alpha', 0.01);
  const [channels] = state.shapeOf(x.id) as [number];
  return sloped(state, node, x, new Float32Array(channels).fill(alpha));
};

/** The same with a slope for each channel. */
export const pRelu: Operator = (state, node) => {
  const x = state.plain(node, 0);
  const [channels] = state.shapeOf(x.id) as [number];
  const { shape } = state.floats(node, 1);
  const rank = state.shapeOf(x.id).length;
  const slopes = shape.length === 0 || shape.every((n) => n === 1) ? 1 : shape[shape.length - rank];
  if (slopes !== 1 && slopes !== channels)
    throw node.error('slope', `one for each of ${channels} channels, or one for all`, `[${shape.join(', ')}]`);
  return sloped(state, node, x, vectorOf(state, node, 1, channels));
};

function sloped(state: ImportState, node: OnnxNode, x: Feature, slope: Float32Array): Feature {
  return state.relu(node, x, { a: slope.map((value) => 1 - value), b: slope.slice() });
}

/** ReLU, or min(ReLU, top): relu(x) - relu(x - top), two comparisons for each neuron. */
export const clip: Operator = (state, node) => {
  const x = state.feature(node, 0);
  const bound = (index: number, name: string, missing: number) => {
    const constant = node.inputs.length > 1 ? state.constant(node, index, true) : undefined;
    const value = constant ? constant.data[0] : node.float(name, missing);
    return typeof value === 'number' ? value : missing;
  };
  const [low, top] = [bound(1, 'min', -Infinity), bound(2, 'max', Infinity)];
  if (low !== 0 || !(top > 0))
    throw node.error('min, max', '0 and a positive number, as ReLU6 has', `${low} and ${top}`);
  if (top > 1e30) return state.relu(node, x);
  if (state.settings.replaceActivations) {
    state.notes.add('ReLU6 became ReLU');
    return state.relu(node, x);
  }
  state.notes.add('ReLU6 takes two comparisons for each neuron; --replace-activations makes it ReLU');
  const source = state.padded(node, x);
  const [channels] = state.shapeOf(source.id) as [number];
  const fill = (value: number) => new Float32Array(channels).fill(value);
  const lower = state.relu(node, source);
  const above = state.channelAffine(node, source, fill(1), fill(-top));
  const upper = state.relu(node, above, { a: fill(-1), b: fill(0) });
  const y = state.add(node, 'add', [lower.id, upper.id], (id) => state.build.add(lower.id, upper.id, { id }));
  return { ...source, id: y.id };
};

/** A sigmoid: nothing by itself, but its product with its own input may become ReLU. */
export const sigmoid: Operator = (state, node) => ({ kind: 'sigmoid', node, of: state.feature(node, 0) });

/** An activation that relent lacks: ReLU where the caller wants that. */
export const replaceable: Operator = (state, node) => {
  const x = state.feature(node, 0);
  if (!state.settings.replaceActivations)
    throw node.error(
      'operator',
      'one that two parties can compute from comparisons',
      `${node.op}; train the network with ReLU, or import with --replace-activations and train on`,
    );
  return state.relu(node, x);
};

/** A softmax at the very end: left out, as the answer is the logits. */
export const softmax: Operator = (state, node) => {
  const x = state.feature(node, 0);
  if (node.outputs[0] !== state.settings.output)
    throw node.error('operator', 'a softmax at the end of the network only', 'one inside it; relent has no attention');
  state.notes.add(`the final ${node.op} was left out: the answer is its input, the logits, in the same order`);
  return x;
};
