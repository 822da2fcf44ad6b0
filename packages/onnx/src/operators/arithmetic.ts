/**
 * Add, Sum, Sub, Mul, Div: residual connections, and arithmetic with constants, channel by channel.
 * @module
 */
import type { Constant } from '../constant.js';
import type { ImportState } from '../import-state.js';
import type { OnnxNode } from '../node.js';
import type { Operator } from '../operator.js';
import type { Feature } from '../value.js';

/** A residual connection, or a constant added. */
export const add: Operator = (state, node) => {
  const found = featureAndConstant(state, node);
  if (!found) return sumOf(state, node, state.feature(node, 0), state.feature(node, 1));
  const shift = perChannel(state, node, found.x, found.constant);
  return state.channelAffine(node, found.x, new Float32Array(shift.length).fill(1), shift);
};

/** The sum of any number of values. */
export const sum: Operator = (state, node) => {
  const parts = node.inputs.map((_, i) => state.feature(node, i));
  const [first, ...rest] = parts;
  if (!first) throw node.error('inputs', 'at least one', 'none');
  return rest.reduce((total, part) => sumOf(state, node, total, part), first);
};

function sumOf(state: ImportState, node: OnnxNode, left: Feature, right: Feature): Feature {
  const [x, y] = [state.padded(node, left), state.padded(node, right)];
  if (x.flat !== y.flat || x.order.length !== y.order.length || x.order.some((axis, i) => axis !== y.order[i]))
    throw node.error('inputs', 'two values in one layout', `[batch, ${state.dims(x)}] and [batch, ${state.dims(y)}]`);
  return { ...x, id: state.add(node, 'add', [x.id, y.id], (id) => state.build.add(x.id, y.id, { id })).id };
}

/** A difference with a constant. */
export const sub: Operator = (state, node) => {
  const { x, constant, first } = withConstant(state, node, 'relent adds values, it does not subtract them');
  const shift = perChannel(state, node, x, constant);
  const one = new Float32Array(shift.length).fill(first ? -1 : 1);
  return state.channelAffine(node, x, one, first ? shift : shift.map((value) => -value));
};

/** A product with a constant, or `x · sigmoid(x)` where activations are to be replaced. */
export const mul: Operator = (state, node) => {
  const [left, right] = [state.value(node, 0), state.value(node, 1)];
  for (const [gate, other] of [
    [left, right],
    [right, left],
  ] as const)
    if (gate.kind === 'sigmoid' && other.kind === 'feature' && gate.of.id === other.id) {
      if (state.settings.replaceActivations) return state.relu(node, other);
      throw gate.node.error(
        'operator',
        'one that two parties can compute from comparisons',
        `${gate.node.op} times its input (SiLU or hard swish); train the network with ReLU, or import with --replace-activations and train on`,
      );
    }
  const { x, constant } = withConstant(
    state,
    node,
    'relent does not multiply two values of the network: leave out squeeze-and-excitation and attention',
  );
  const scale = perChannel(state, node, x, constant);
  return state.channelAffine(node, x, scale, new Float32Array(scale.length));
};

/** A quotient by a constant. */
export const div: Operator = (state, node) => {
  const { x, constant, first } = withConstant(state, node, 'relent does not divide by values of the network');
  if (first) throw node.error('inputs', 'a constant divisor', 'a constant divided by a value of the network');
  const scale = perChannel(state, node, x, constant).map((value) => 1 / value);
  if (!scale.every(Number.isFinite)) throw node.error('input 1', 'divisors other than zero', 'zero');
  return state.channelAffine(node, x, scale, new Float32Array(scale.length));
};

function featureAndConstant(state: ImportState, node: OnnxNode) {
  const [left, right] = [state.value(node, 0), state.value(node, 1)];
  if (left.kind === 'constant') return { x: state.feature(node, 1), constant: left.constant, first: true };
  if (right.kind === 'constant') return { x: state.feature(node, 0), constant: right.constant, first: false };
  return null;
}

function withConstant(state: ImportState, node: OnnxNode, hint: string) {
  const found = featureAndConstant(state, node);
  if (!found) throw node.error('inputs', 'a value and a constant', `two values that depend on the image; ${hint}`);
  return found;
}

/** A constant as one number a channel of relent, by ONNX's broadcasting. */
function perChannel(state: ImportState, node: OnnxNode, x: Feature, constant: Constant): Float32Array {
  if (constant.type !== 'float') throw node.error('inputs', 'floats', 'integers');
  const { shape, data } = constant;
  const [channels] = state.shapeOf(x.id) as [number];
  const vector = state.shapeOf(x.id).length === 1;
  const rank = state.dims(x).length + 1;
  if (data.length === 1 && shape.length <= rank) {
    state.spend(node, channels);
    return new Float32Array(channels).fill(data[0]!);
  }
  // The axis of the constant along which channels lie, counted from the end.
  const axis = vector ? 0 : x.order.indexOf(0);
  const at = shape.length - (rank - 1) + axis;
  if (x.flat || shape.length > rank || data.length !== channels || shape[at] !== channels)
    throw node.error('inputs', `a constant for each of ${channels} channels`, `one of shape [${shape.join(', ')}]`);
  return data;
}
