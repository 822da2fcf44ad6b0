/** A small network with overlapping max pools before and after activations, and one with a plane of classes. */
import {
  calibrate,
  type FloatTensor,
  type GateMap,
  type Graph,
  GraphBuilder,
  type IntegerModel,
  quantize,
  weightShapes,
} from '@relent/graph';
import { numbers } from './network.js';

/** Max pools of a ReLU, of a convolution, and of a sum. */
export function pooledGraph(): Graph {
  const b = new GraphBuilder();
  let x = b.input([2, 7, 6]);
  x = b.relu(b.conv(x, 4, { id: 'conv1' }), { id: 'relu1' });
  const left = b.maxPool(x, 3, { id: 'pool1', stride: 2, padding: 1 });
  const right = b.maxPool(b.conv(x, 4, { id: 'conv2', stride: 2 }), 2, { id: 'pool2', stride: 1, padding: 1 });
  const same = b.averagePool(right, 2, { id: 'pool3', stride: 1 });
  x = b.maxPool(b.add(left, same, { id: 'sum' }), 2, { id: 'pool4' });
  return b.finish(b.linear(b.flatten(b.relu(x, { id: 'relu2' })), 5, { id: 'fc' }));
}

/** A plane of classes, enlarged as in a segmentation network. */
export function planeGraph(): Graph {
  const b = new GraphBuilder();
  const x = b.relu(b.conv(b.input([2, 8, 8]), 4, { id: 'stem', stride: 2 }), { id: 'relu' });
  const wide = b.relu(b.conv(x, 4, { id: 'atrous', dilation: 2 }), { id: 'relu2' });
  return b.finish(b.resize(b.conv(b.concat([x, wide]), 3, { id: 'classifier', kernel: 1 }), 2, { id: 'enlarge' }));
}

/** Random weights, and images inside the calibrated range. */
export function randomInteger(
  graph: Graph,
  seed = 1,
  gateMaps: ReadonlyMap<string, GateMap> = new Map(),
): { readonly integer: IntegerModel; readonly images: readonly Float32Array[] } {
  const random = numbers(seed);
  const draw = (count: number, largest = 0.5) => Float32Array.from({ length: count }, () => largest * random());
  const weights = new Map<string, FloatTensor>();
  for (const [name, shape] of weightShapes(graph)) {
    const fanIn = shape.slice(1).reduce((product, length) => product * length, 1);
    const values = draw(shape[0]! * fanIn, shape.length > 1 ? Math.sqrt(3 / fanIn) : 0.5);
    weights.set(name, { shape, data: name.endsWith('variance') ? values.map((value) => 1 + value ** 2) : values });
  }
  const model = { graph, weights, gateMaps, info: { name: 'random' } };
  const [input] = graph.nodes;
  const size = input?.op === 'input' ? input.shape.reduce((product, length) => product * length, 1) : 0;
  const images = Array.from({ length: 3 }, () => draw(size));
  return { integer: quantize(model, calibrate(model, images)), images };
}
