/**
 * The operators that relent imports: a closed list.
 * @module
 */
import type { ImportState } from '../import-state.js';
import type { OnnxNode } from '../node.js';
import type { Operator } from '../operator.js';
import * as activations from './activations.js';
import * as arithmetic from './arithmetic.js';
import * as layers from './layers.js';
import * as layout from './layout.js';
import * as pooling from './pooling.js';

const operators: ReadonlyMap<string, Operator> = new Map<string, Operator>([
  ['Conv', layers.conv],
  ['BatchNormalization', layers.batchNormalization],
  ['Gemm', layers.gemm],
  ['MatMul', layers.matMul],
  ['Relu', activations.relu],
  ['LeakyRelu', activations.leakyRelu],
  ['PRelu', activations.pRelu],
  ['Clip', activations.clip],
  ['Sigmoid', activations.sigmoid],
  ['HardSigmoid', activations.sigmoid],
  ['Softmax', activations.softmax],
  ['LogSoftmax', activations.softmax],
  ...['HardSwish', 'Elu', 'Selu', 'Celu', 'Gelu', 'Mish', 'Softplus', 'Softsign', 'Tanh', 'ThresholdedRelu'].map(
    (name): [string, Operator] => [name, activations.replaceable],
  ),
  ['Add', arithmetic.add],
  ['Sum', arithmetic.sum],
  ['Sub', arithmetic.sub],
  ['Mul', arithmetic.mul],
  ['Div', arithmetic.div],
  ['MaxPool', pooling.maxPool],
  ['AveragePool', pooling.averagePool],
  ['GlobalAveragePool', pooling.globalAveragePool],
  ['GlobalMaxPool', pooling.globalMaxPool],
  ['ReduceMean', pooling.reduceMean],
  ['Concat', layout.concat],
  ['Flatten', layout.flatten],
  ['Reshape', layout.reshape],
  ['Squeeze', layout.squeeze],
  ['Transpose', layout.transpose],
  ['Pad', layout.pad],
  ['Resize', layout.resize],
  ['Identity', layout.identity],
  ['Dropout', layout.dropout],
  ['Cast', layout.cast],
  ['Shape', layout.shape],
]);

/** What to do about operators that relent does not have. */
const hints: readonly (readonly [RegExp, string])[] = [
  [/Quantize|Integer|^QLinear/, 'import the float network and quantise it with "relent quantize"'],
  [/^(LSTM|GRU|RNN|Attention|LayerNormalization)$/, 'relent runs convolutional networks'],
  [/Normalization$|^LRN$/, 'only batch norm has fixed statistics; train the network with that'],
  [/^ConvTranspose$|^Upsample$/, 'enlarge with interpolate(mode="bilinear", align_corners=False) by a power of two'],
  [/^(If|Loop|Scan)$/, 'export the network for one fixed input size, in evaluation mode'],
  [/^(Split|Slice|Gather|Expand|Tile)$/, 'relent has no operator that takes channels or pixels apart'],
  [/^ArgMax$|^TopK$/, 'export the network up to its logits'],
];

/**
 * Imports one node.
 * @throws FormatError naming the node, its operator and what to do, if relent has no such operator.
 */
export function importNode(state: ImportState, node: OnnxNode) {
  const operator = operators.get(node.op);
  if (operator) return operator(state, node);
  const hint =
    hints.find(([pattern]) => pattern.test(node.op))?.[1] ??
    'docs/onnx.md lists the operators; replace this one and export again';
  throw node.error('operator', 'one that relent imports', `${node.op.slice(0, 60)}; ${hint}`);
}
