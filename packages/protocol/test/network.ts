/** Small random networks with every kind of linear layer, and every form of gate map. */
import {
  bitset,
  blockGates,
  calibrate,
  channelGates,
  compileGates,
  type FloatTensor,
  type GateMap,
  GraphBuilder,
  type IntegerModel,
  layerGates,
  linearGates,
  type Model,
  maskGates,
  patchGates,
  plainGates,
  polynomialGates,
  quantize,
  weightShapes,
  withAffine,
} from '@relent/graph';

/** A seeded stream of numbers in [-1, 1). */
export function numbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state ^ (state >>> 13)) / 2 ** 31 - 1;
  };
}

/** Names of the gate-map variants of {@link tinyModel}. */
export const gateForms = [
  'plain',
  'patch',
  'channel',
  'block',
  'mask',
  'linear',
  'cross-site',
  'affine',
  'polynomial',
] as const;
export type GateForm = (typeof gateForms)[number];

function graphOf(side: number) {
  const build = new GraphBuilder();
  const image = build.input([2, side, side]);
  const stem = build.relu(build.conv(image, 4, { id: 'stem', bias: true }), { id: 'stem.relu' });
  const inner = build.relu(build.conv(stem, 4, { id: 'block.conv1', groups: 2 }), { id: 'block.relu1' });
  const branch = build.conv(inner, 4, { id: 'block.conv2' });
  const joined = build.relu(build.add(branch, stem, { id: 'block.add' }), { id: 'block.relu2' });
  const wide = build.concat([joined, inner], { id: 'concat' });
  const strided = build.conv(wide, 4, { id: 'down', stride: 2, bias: true });
  const last = build.relu(strided, { id: 'down.relu' });
  const pooled = build.averagePool(last, Math.ceil(side / 2), { id: 'pool' });
  build.linear(build.flatten(pooled, { id: 'flatten' }), 5, { id: 'fc' });
  return build.finish('fc');
}

const shape = [4, 6, 6] as const;
const small = [4, 3, 3] as const;

function mapsOf(form: GateForm): Map<string, GateMap> {
  switch (form) {
    case 'plain':
      return new Map();
    case 'patch':
      return new Map([
        ['stem.relu', patchGates(shape, [2, 4])],
        ['block.relu2', patchGates(shape, [[1, 1], [3, 3], 'linear', [6, 6]])],
      ]);
    case 'channel':
      return new Map([
        ['block.relu1', channelGates(shape, { group: [0, 1, 0, 1], prototypes: [0, 1] })],
        ['block.relu2', channelGates(shape, { group: [0, 0, 0, 0], weights: Float32Array.of(0.5, -1, 2, 0.25) })],
      ]);
    case 'block':
      return new Map([
        ['stem.relu', blockGates(shape, [2, 2], 2)],
        ['block.relu2', blockGates(shape, [3, 3], 4)],
      ]);
    case 'mask': {
      const keep = bitset(144, (index) => index % 3 !== 1);
      return new Map([
        ['stem.relu', maskGates(plainGates(shape), keep)],
        ['block.relu1', maskGates(blockGates(shape, [2, 2], 2), keep)],
      ]);
    }
    case 'linear':
      return new Map([
        ['stem.relu', linearGates(shape)],
        ['block.relu1', linearGates(shape)],
        ['block.relu2', linearGates(shape)],
        ['down.relu', linearGates(small)],
      ]);
    case 'cross-site':
      return new Map([
        ['stem.relu', blockGates(shape, [1, 1], 2)],
        ['block.relu1', layerGates(shape, 'stem.relu', [1, 1, 0, 0])],
        ['block.relu2', layerGates(shape, 'stem.relu', [0, 1, 0, 1])],
      ]);
    case 'affine':
      return new Map([
        ['stem.relu', withAffine(plainGates(shape), Float32Array.of(0.9, 1, -0.5, 0.3), 0.125)],
        ['block.relu2', withAffine(patchGates(shape, [2, 2]), 1.25, Float32Array.of(0, -0.25, 0.5, 0))],
      ]);
    case 'polynomial': {
      const keep = bitset(144, (index) => index % 3 === 1);
      const quadratics = {
        c2: Float32Array.of(0.1, 0, -0.2, 0.5),
        c1: Float32Array.of(0.5, 1, 0, -0.25),
        c0: Float32Array.of(0.05, 0, -1, 0),
      };
      return new Map([
        ['stem.relu', polynomialGates(shape, quadratics)],
        ['block.relu2', maskGates(plainGates(shape), keep, { ...quadratics, c1: Float32Array.of(1, 0, -1, 2) })],
      ]);
    }
    default:
      return form satisfies never;
  }
}

/** A random image of the network. */
export function randomImage(random: () => number, side = 6): Float32Array {
  return Float32Array.from({ length: 2 * side * side }, random);
}

/**
 * The integer network of one gate form with random weights, and images inside its calibrated range.
 * @param options.side - of the image; only `plain` has gate maps for others than 6.
 */
export function tinyModel(
  form: GateForm,
  options: { readonly seed?: number; readonly ringBits?: number; readonly side?: number } = {},
): { readonly integer: IntegerModel; readonly images: readonly Float32Array[] } {
  const random = numbers(options.seed ?? 1);
  const side = options.side ?? 6;
  const graph = graphOf(side);
  const weights = new Map<string, FloatTensor>();
  for (const [name, dims] of weightShapes(graph)) {
    const count = dims.reduce((product, length) => product * length, 1);
    weights.set(name, { shape: dims, data: Float32Array.from({ length: count }, () => random() / 2) });
  }
  const model: Model = { graph, weights, gateMaps: mapsOf(form), info: { name: 'tiny' } };
  compileGates(graph, model.gateMaps);
  const images = Array.from({ length: 3 }, () => randomImage(random, side));
  const integer = quantize(model, calibrate(model, images), { ringBits: options.ringBits ?? 32 });
  return { integer, images };
}
