import type { OpName } from '@relent/graph';
import { batchNormLayer } from './batch-norm.js';
import { convLayer } from './conv.js';
import type { Layer } from './layer.js';
import { linearLayer } from './linear.js';
import { averagePoolLayer, globalAveragePoolLayer, maxPoolLayer } from './pool.js';
import { resizeLayer } from './resize.js';
import { gateLayer, polynomialLayer, reluLayer } from './site.js';
import { addLayer, concatLayer, flattenLayer, inputLayer } from './structure.js';

const LAYERS = {
  input: inputLayer,
  conv: convLayer,
  'batch-norm': batchNormLayer,
  linear: linearLayer,
  add: addLayer,
  concat: concatLayer,
  'average-pool': averagePoolLayer,
  'max-pool': maxPoolLayer,
  'global-average-pool': globalAveragePoolLayer,
  resize: resizeLayer,
  flatten: flattenLayer,
  relu: reluLayer,
  gate: gateLayer,
  polynomial: polynomialLayer,
} satisfies { readonly [K in OpName]: Layer<K> };

/** The layer of an operator. Its node argument is the caller's to match: nodes of that `op` only. */
export function layerOf<K extends OpName>(op: K): Layer<K> {
  return LAYERS[op] as unknown as Layer<K>;
}
