/**
 * One private inference in memory, both parties in this thread: `npm run bench -- protocol [network] [patch] [ring bits]`.
 *
 * The network is one of the zoo with random weights on CIFAR shapes; `patch` is the side of uniform patches that share
 * a gate (1: plain ReLU). Bytes and rounds are exact and must equal the prediction; times are of one run.
 */
import sodium from 'libsodium-wrappers-sumo';
import { compareBits, sodiumGroup } from '../packages/crypto/dist/index.js';
import * as graph from '../packages/graph/dist/index.js';
import { loadKernels } from '../packages/kernels/dist/index.js';
import {
  connectSession,
  memoryChannels,
  networkMs,
  planCost,
  profiles,
  serveSession,
} from '../packages/protocol/dist/index.js';
import { freshSeed, nodeClock } from '../packages/protocol/dist/transport/node/index.js';

const [network = 'resnet20', patchText = '1', ringText = '32'] = process.argv.slice(2);
const patch = Number(patchText);
await sodium.ready;
const kernels = loadKernels();

let state = 1;
const random = () => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return (state ^ (state >>> 13)) / 2 ** 31 - 1;
};

/** Random weights whose layers keep the variance, so that the calibrated ranges look like those of a trained network. */
function randomModel() {
  const net = graph.buildZoo(network, { inputShape: [3, 32, 32], classes: 10, pooling: 'average' });
  const weights = new Map();
  for (const [name, shape] of graph.weightShapes(net)) {
    const count = shape.reduce((product, length) => product * length, 1);
    const fanIn = shape.slice(1).reduce((product, length) => product * length, 1);
    const scale = shape.length > 1 ? Math.sqrt(6 / fanIn) : 0.1;
    const data = Float32Array.from({ length: count }, () => (name.endsWith('.variance') ? 1 : random() * scale));
    weights.set(name, { shape, data });
  }
  const gateMaps = new Map();
  const shapes = graph.inferShapes(net);
  if (patch > 1) {
    for (const node of net.nodes) {
      if (node.op === 'relu') gateMaps.set(node.id, graph.patchGates(shapes.get(node.id), [patch, patch]));
    }
  }
  return { graph: net, weights, gateMaps, info: { name: network } };
}

const model = randomModel();
const image = Float32Array.from({ length: 3 * 32 * 32 }, random);
const integer = graph.quantize(model, graph.calibrate(model, [image]), { ringBits: Number(ringText) });
const tools = () => ({ kernels, group: sodiumGroup(sodium), clock: nodeClock, seed: freshSeed() });
const [near, far] = memoryChannels();
const computing = { offline: 0, online: 0 };
const onEvent = (event) => {
  if (event.kind === 'phase' && event.phase !== 'setup') computing[event.phase] = event.traffic.ms;
};
const served = serveSession({ integer, info: model.info }, far, { ...tools(), onEvent });
const session = await connectSession(near, { ...tools(), keepShares: true });
const { comparisons, multiplications } = graph.gateCost(graph.foldBatchNorm(model).graph, model.gateMaps).total;
console.log(
  `${network}, patches ${patch}×${patch}, l = ${ringText}: ${comparisons} DReLUs, ${multiplications} products`,
);

for (const [inference, run] of ['warm-up', 'measured'].entries()) {
  const cost = planCost(session.plan, undefined, inference);
  const result = await session.infer(image);
  const clientShares = (site) => result.clientShares.get(site);
  const started = performance.now();
  const expected = graph.interpretInteger(integer, graph.quantizeImage(integer.graph, image), {
    mode: 'shares',
    clientShares,
    convolve: kernels.convolve,
  });
  const plain = performance.now() - started;
  const equal = result.logits.every((value, i) => value === expected.output[i]);
  console.log(`${run}: equal to the integer interpreter: ${equal} (interpreter ${plain.toFixed(0)} ms)`);
  for (const phase of ['offline', 'online']) {
    const { bytesUp, bytesDown, rounds, ms } = result[phase];
    const exact =
      cost[phase].bytesUp === bytesUp && cost[phase].bytesDown === bytesDown && cost[phase].rounds === rounds;
    const times = [profiles.lan, profiles.wan].map(
      (profile) => `${profile.name} ${networkMs(result[phase], profile).toFixed(0)}`,
    );
    console.log(
      `  ${phase.padEnd(7)} up ${bytesUp} B, down ${bytesDown} B, ${rounds} rounds, ${ms.toFixed(0)} ms here, ` +
        `network ms: ${times.join(', ')}; as predicted: ${exact}`,
    );
    console.log(
      `          ${((bytesUp + bytesDown) / comparisons).toFixed(1)} B and ${((ms * 1e3) / comparisons).toFixed(1)} µs a DReLU, everything counted`,
    );
    if (!exact || !equal) process.exitCode = 1;
  }
}
const [site] = session.plan.steps.filter((step) => step.kind === 'site');
const bits = compareBits(site.site.compare);
console.log(
  `comparison alone: ${bits.leafDown + bits.openingsUp + bits.openingsDown} bits online, ${bits.correctionsUp + bits.choicesDown} bits and ${bits.rots} random OTs offline`,
);
await session.close();
await served;
