import { type Graph, GraphBuilder } from '@relent/graph';

/** A residual network with three sites, two of equal size. */
export function tinyGraph(): Graph {
  const b = new GraphBuilder();
  const x = b.input([3, 8, 8]);
  const stem = b.relu(b.batchNorm(b.conv(x, 6, { id: 'stem' }), { id: 'stem.bn' }), { id: 'relu1' });
  const inner = b.batchNorm(b.conv(stem, 6, { id: 'conv2' }), { id: 'conv2.bn' });
  const sum = b.relu(b.add(inner, stem), { id: 'relu2' });
  const down = b.relu(b.batchNorm(b.conv(sum, 8, { id: 'conv3', stride: 2 }), { id: 'conv3.bn' }), { id: 'relu3' });
  return b.finish(b.linear(b.flatten(b.globalAveragePool(down)), 4, { id: 'fc' }));
}
