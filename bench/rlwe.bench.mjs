/**
 * Correlations of all linear layers of a network on 32 × 32 images, both parties in this thread:
 * `npm run bench -- rlwe [resnet18|resnet32] [ring bits] [MiB of weight transforms]`.
 *
 * Bytes are exact and must equal the plan; CPU seconds are of this process, by party, first with weights untransformed,
 * then once more with what the limit let the server keep.
 */
import {
  linearClient,
  linearKeyCost,
  linearServer,
  linearWaveClient,
  linearWaveServer,
  planConvolution,
  seededRandom,
  simulate,
  WeightTransforms,
} from '../packages/crypto/dist/index.js';
import { loadKernels } from '../packages/kernels/dist/index.js';

const [network = 'resnet18', ringText = '32', limitText = '2048'] = process.argv.slice(2);
const ringBits = Number(ringText);
const shapes = {
  resnet18: { widths: [64, 128, 256, 512], blocks: 2, classes: 100 },
  resnet32: { widths: [16, 32, 64], blocks: 5, classes: 10 },
};
if (!Object.hasOwn(shapes, network)) throw new RangeError(`"network" expected resnet18 or resnet32, got "${network}"`);

function layersOf({ widths, blocks, classes }) {
  const layers = [];
  const add = (inChannels, size, kernel, stride, outChannels) =>
    layers.push({
      inChannels,
      inHeight: size,
      inWidth: size,
      outChannels,
      kernel: [kernel, kernel],
      stride: [stride, stride],
      padding: [kernel >> 1, kernel >> 1],
      dilation: [1, 1],
      groups: 1,
    });
  let size = 32;
  let channels = widths[0];
  add(3, size, 3, 1, channels);
  for (const [stage, width] of widths.entries()) {
    for (let block = 0; block < blocks; block++) {
      const stride = stage > 0 && block === 0 ? 2 : 1;
      add(channels, size, 3, stride, width);
      if (stride === 2) add(channels, size, 1, 2, width);
      size /= stride;
      add(width, size, 3, 1, width);
      channels = width;
    }
  }
  add(channels, 1, 1, 1, classes);
  return layers;
}

const kernels = loadKernels();
const randomOf = (value) => seededRandom(kernels, new Uint8Array(32).fill(value));
const plans = layersOf(shapes[network]).map((geometry, i) =>
  planConvolution(geometry, ringBits, 2 ** 13, `layer ${i}`),
);
const weights = plans.map(({ geometry: g }, i) => {
  const count = g.outChannels * g.inChannels * g.kernel[0] * g.kernel[1];
  return new Int32Array(randomOf(i).bytes(4 * count).buffer).map((word) => word >> 25);
});
const inputs = plans.map(
  ({ geometry: g }, i) => new Int32Array(randomOf(64 + i).bytes(4 * g.inChannels * g.inHeight * g.inWidth).buffer),
);

const cpuSeconds = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};
/** Counts the CPU time of a party's steps. */
function* timed(protocol, party, spent) {
  let value;
  for (;;) {
    const started = cpuSeconds();
    const next = protocol.next(value ?? new Uint8Array(0));
    spent[party] += cpuSeconds() - started;
    if (next.done) return next.value;
    value = yield next.value;
  }
}
function* client() {
  const key = yield* linearClient(kernels, randomOf(200));
  return yield* linearWaveClient(
    key,
    plans.map((plan, i) => ({ plan, x: inputs[i] })),
  );
}
const transforms = new WeightTransforms(kernels, Number(limitText) * 2 ** 20);
function* server() {
  const key = yield* linearServer(kernels, randomOf(201));
  return yield* linearWaveServer(
    key,
    plans.map((plan, i) => ({ plan, weight: weights[i] })),
    transforms,
  );
}

const sum = (name) => plans.reduce((total, plan) => total + plan[name], 0);
console.log(
  `${network}, l = ${ringBits}: ${sum('requests')} requests, ${sum('responses')} responses, ${sum('products')} products`,
);
for (const state of ['weights untransformed', 'weights kept']) {
  const spent = { client: 0, server: 0 };
  const run = simulate(timed(client(), 'client', spent), timed(server(), 'server', spent));
  const up = sum('bytesUp') + linearKeyCost[0].bits / 8;
  if (run.meter.bytesUp !== up || run.meter.bytesDown !== sum('bytesDown'))
    throw new Error('metered bytes differ from the plan');
  const last = plans.length - 1;
  const product = kernels.convolve(inputs[last], weights[last], null, plans[last].geometry);
  const right = product.every(
    (value, i) => (run.client[last][i] + run.server[last][i] - value) << (32 - ringBits) === 0,
  );
  if (!right) throw new Error('the shares of the last layer do not sum to the product');
  console.log(
    `${state.padEnd(22)} up ${(up / 1e6).toFixed(2)} MB, down ${(run.meter.bytesDown / 1e6).toFixed(2)} MB, ` +
      `client ${spent.client.toFixed(2)} s, server ${spent.server.toFixed(2)} s of CPU, ` +
      `${(transforms.bytes / 2 ** 20).toFixed(0)} MiB kept`,
  );
}
