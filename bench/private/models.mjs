/**
 * The networks and gate-map scenarios of `npm run bench -- private` and `npm run costs`: zoo networks with random weights
 * whose layers keep the variance, so that calibrated ranges, truncations and weight norms look like those of training.
 */
import * as graph from '../../packages/graph/dist/index.js';

/** Networks on 32 × 32 images, with the class counts of the literature's tables. */
export const networks = { resnet18: { classes: 100 }, resnet20: { classes: 10 }, resnet32: { classes: 10 } };

/** Comparisons of the reduced scenarios of a network: 30,000 of ResNet-18's 557,056, the others in proportion. */
const reducedShare = 30_000 / 557_056;

/** A deterministic generator of numbers in [-1, 1). */
export function newNoise(seed) {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return ((state ^ (state >>> 13)) >>> 0) / 2 ** 31 - 1;
  };
}

/** A zoo network with random weights and plain ReLUs. */
export function randomModel(network, seed = 1) {
  const random = newNoise(seed);
  const net = graph.buildZoo(network, {
    inputShape: [3, 32, 32],
    classes: networks[network].classes,
    pooling: 'average',
  });
  const weights = new Map();
  for (const [name, shape] of graph.weightShapes(net)) {
    const count = shape.reduce((product, length) => product * length, 1);
    const fanIn = shape.slice(1).reduce((product, length) => product * length, 1);
    const scale = shape.length > 1 ? Math.sqrt(6 / fanIn) : 0.1;
    // Batch norms near the identity: factors and variances around 1, offsets and means around 0.
    const middle = name.endsWith('.variance') || (shape.length === 1 && name.endsWith('.weight')) ? 1 : 0;
    const data = new Float32Array(count);
    for (let i = 0; i < count; i++) data[i] = middle + random() * scale;
    weights.set(name, { shape, data });
  }
  return { graph: net, weights, gateMaps: new Map(), info: { name: network } };
}

/** [3, 32, 32] of noise. */
export function randomImage(seed = 2) {
  return Float32Array.from({ length: 3 * 32 * 32 }, newNoise(seed));
}

function sitesOf(net) {
  const shapes = graph.inferShapes(net);
  return net.nodes.filter((node) => node.op === 'relu').map(({ id }) => [id, shapes.get(id)]);
}

/** Every 4 × 4 patch shares a gate; where that leaves too many, the largest sites take 8 × 4; then patches are halved. */
function sharedGates(sites, budget) {
  const sides = new Map(sites.map(([id]) => [id, [4, 4]]));
  const gatesOf = ([id, [channels, height, width]]) => {
    const [rows, columns] = sides.get(id);
    return channels * Math.ceil(height / rows) * Math.ceil(width / columns);
  };
  const total = () => sites.reduce((sum, site) => sum + gatesOf(site), 0);
  const bySize = [...sites].sort(([, a], [, b]) => b[0] * b[1] * b[2] - a[0] * a[1] * a[2]);
  for (const [id] of bySize) if (total() > budget) sides.set(id, [8, 4]);
  // Smaller sites cost less to refine, so they bring the total closest to the budget from above.
  for (const [id, [, height]] of bySize) {
    if (total() >= budget) break;
    if (height >= 4) sides.set(id, [sides.get(id)[0] / 2, 4]);
  }
  return new Map(sites.map(([id, shape]) => [id, graph.patchGates(shape, sides.get(id))]));
}

/** Keeps `budget` of all neurons' gates, drawn evenly, and leaves the other neurons linear. */
function keptGates(sites, budget) {
  const sizes = sites.map(([, [c, h, w]]) => c * h * w);
  const neurons = sizes.reduce((sum, size) => sum + size, 0);
  const random = newNoise(3);
  let left = budget;
  let room = neurons;
  return new Map(
    sites.map(([id, shape], site) => {
      const keep = graph.bitset(sizes[site], () => {
        const kept = ((random() + 1) / 2) * room-- < left;
        if (kept) left--;
        return kept;
      });
      return [id, graph.maskGates(graph.plainGates(shape), keep)];
    }),
  );
}

/** What each scenario does to the gates of a network. */
export const scenarios = {
  all: { short: 'all', title: 'comparisons, all of them', gates: () => new Map() },
  shared: { short: 'shared', title: 'comparisons shared over all activations (patches)', gates: sharedGates },
  kept: { short: 'kept', title: 'comparisons kept, the other neurons linear', gates: keptGates },
};

/** The gate maps of a scenario on a network, on the nodes of the unfolded graph. */
export function scenarioGates(net, scenario) {
  const sites = sitesOf(net);
  const neurons = sites.reduce((sum, [, [c, h, w]]) => sum + c * h * w, 0);
  return scenarios[scenario].gates(sites, Math.round(neurons * reducedShare));
}

/** A network with the gates of a scenario. */
export function scenarioModel(model, scenario) {
  return { ...model, gateMaps: scenarioGates(model.graph, scenario) };
}
