/**
 * The networks that the integer tests run on.
 */
import {
  blockGates,
  channelGates,
  contiguousGroups,
  type GateMap,
  type Graph,
  GraphBuilder,
  inferShapes,
  layerGates,
  linearGates,
  maskGates,
  patchGates,
  plainGates,
  polynomialGates,
  siteShape,
  withAffine,
} from '@relent/graph';

/** A residual network with two stages on [3, 12, 12]. */
export function residualNet(): Graph {
  const b = new GraphBuilder();
  const block = (x: string, channels: number, stride: number, id: string): string => {
    let y = b.conv(x, channels, { id: `${id}.conv1`, stride });
    y = b.relu(b.batchNorm(y, { id: `${id}.bn1` }), { id: `${id}.relu1` });
    y = b.batchNorm(b.conv(y, channels, { id: `${id}.conv2` }), { id: `${id}.bn2` });
    if (stride > 1) x = b.conv(x, channels, { id: `${id}.shortcut`, kernel: 1, stride, bias: true });
    return b.relu(b.add(y, x, { id: `${id}.add` }), { id: `${id}.relu2` });
  };
  let x = b.input([3, 12, 12]);
  x = b.relu(b.batchNorm(b.conv(x, 8, { id: 'stem.conv' }), { id: 'stem.bn' }), { id: 'stem.relu' });
  x = block(x, 8, 1, 'block1');
  x = block(x, 16, 2, 'block2');
  x = b.flatten(b.globalAveragePool(x, { id: 'pool' }), { id: 'flatten' });
  return b.finish(b.linear(x, 5, { id: 'fc' }));
}

/** Concatenation of branches with unequal pools, max pooling, a grouped and a dilated convolution. */
export function branchNet(): Graph {
  const b = new GraphBuilder();
  let x = b.input([4, 12, 12]);
  x = b.relu(b.conv(x, 8, { id: 'conv', bias: true, groups: 2 }), { id: 'relu' });
  const left = b.averagePool(x, 3, { id: 'average', stride: 2, padding: 1 });
  const right = b.maxPool(x, 3, { id: 'max', stride: 2, padding: 1 });
  x = b.concat([left, right], { id: 'concat' });
  x = b.relu(b.conv(x, 8, { id: 'dilated', dilation: 2, bias: true }), { id: 'relu2' });
  x = b.flatten(b.averagePool(x, 2, { id: 'average2' }), { id: 'flatten' });
  x = b.relu(b.linear(x, 12, { id: 'fc1' }), { id: 'relu3' });
  return b.finish(b.linear(x, 5, { id: 'fc2' }));
}

/** Every form of gate map on the sites of {@link residualNet}; gate maps of one name are used together. */
export function gateForms(random: () => number): Record<string, (site: string, graph: Graph) => GateMap | null> {
  const shapeOf = (site: string, graph: Graph) => siteShape(inferShapes(graph).get(site)!);
  const quarter = (channels: number) => Array.from({ length: channels / 4 }, (_, g) => 4 * g + 1);
  const keep = (size: number) => Uint8Array.from({ length: Math.ceil(size / 8) }, () => Math.floor(256 * random()));
  const size = ([c, h, w]: readonly number[]) => c! * h! * w!;
  const affine = (map: GateMap) =>
    withAffine(
      map,
      Float32Array.from(map.a, () => 0.5 + random()),
      Float32Array.from(map.b, () => 0.4 * random() - 0.2),
    );
  const quadratics = (channels: number) => ({
    c2: new Float32Array(channels).map(() => 0.1 * random()),
    c1: new Float32Array(channels).map(() => 0.3 + 0.4 * random()),
    c0: new Float32Array(channels).map(() => 0.2 * random() - 0.1),
  });
  return {
    plain: () => null,
    linear: (site, graph) => (site === 'block1.relu1' ? linearGates(shapeOf(site, graph)) : null),
    patch: (site, graph) => patchGates(shapeOf(site, graph), [5, 4]),
    pixel: (site, graph) => patchGates(shapeOf(site, graph), [3, 3], { kind: 'pixel', row: 1, column: 1 }),
    channel: (site, graph) => {
      const shape = shapeOf(site, graph);
      return channelGates(shape, { group: contiguousGroups(shape[0], 4), prototypes: quarter(shape[0]) });
    },
    learned: (site, graph) => {
      const shape = shapeOf(site, graph);
      const weights = Float32Array.from({ length: shape[0] }, () => 0.1 + random());
      return channelGates(shape, { group: contiguousGroups(shape[0], 4), weights });
    },
    block: (site, graph) => blockGates(shapeOf(site, graph), [2, 3], 2),
    mask: (site, graph) => maskGates(patchGates(shapeOf(site, graph), [2, 2]), keep(size(shapeOf(site, graph)))),
    affine: (site, graph) => affine(patchGates(shapeOf(site, graph), [2, 2])),
    layer: (site, graph) => {
      const shape = shapeOf(site, graph);
      if (site !== 'block1.relu2' && site !== 'block2.relu2') return null;
      const source = site.replace('relu2', 'relu1');
      return affine(
        layerGates(
          shape,
          source,
          Int32Array.from({ length: shape[0] }, (_, c) => c),
        ),
      );
    },
    polynomial: (site, graph) => {
      const shape = shapeOf(site, graph);
      if (site === 'block1.relu1') return polynomialGates(shape, quadratics(shape[0]));
      return site === 'block2.relu1' ? maskGates(plainGates(shape), keep(size(shape)), quadratics(shape[0])) : null;
    },
  };
}
