/**
 * Throughput of the WebAssembly kernels, one thread: `npm run bench -- kernels [seconds per case]`.
 *
 * Each case is warmed up, then repeated; the best and the median rate are printed, since other load only slows, and the
 * median per second of CPU time, which other load disturbs less.
 */
import sodium from 'libsodium-wrappers-sumo';
import {
  FERRET_SETS,
  ferretReceiver,
  ferretSender,
  netRows,
  seededRandom,
  simulate,
  sodiumGroup,
  softspokenReceiver,
  softspokenSender,
} from '../packages/crypto/dist/index.js';
import { loadKernels } from '../packages/kernels/dist/index.js';

const seconds = Number(process.argv[2] ?? 1);
const kernels = loadKernels();

/** Runs `body` for a while; `units` is the work of one call. */
function measure(name, unit, units, body) {
  body();
  const rates = [];
  const cpuRates = [];
  const end = performance.now() + 1000 * seconds;
  while (performance.now() < end || rates.length < 3) {
    const started = performance.now();
    const used = process.cpuUsage();
    body();
    const { user, system } = process.cpuUsage(used);
    rates.push(units / (performance.now() - started) / 1e3);
    cpuRates.push(units / Math.max(1, user + system));
  }
  const sorted = (list) => list.sort((a, b) => a - b);
  const show = (rate) => rate.toPrecision(3).padStart(7);
  const middle = rates.length >> 1;
  const wall = `best ${show(sorted(rates).at(-1))}  median ${show(rates[middle])}`;
  const cpu = show(sorted(cpuRates)[middle]);
  console.log(`${name.padEnd(44)} ${wall}  per CPU second ${cpu} ${unit} (n=${rates.length})`);
}

const words = (n) => Int32Array.from({ length: n }, (_, i) => Math.imul(i + 1, 0x9e3779b1));
const bytes = (n) => new Uint8Array(words(Math.ceil(n / 4)).buffer, 0, n);

function benchConvolution(name, inChannels, outChannels, size, kernel, stride, groups) {
  const geometry = {
    inChannels,
    inHeight: size,
    inWidth: size,
    outChannels,
    kernel: [kernel, kernel],
    stride: [stride, stride],
    padding: [kernel >> 1, kernel >> 1],
    dilation: [1, 1],
    groups,
  };
  const input = words(inChannels * size * size);
  const weight = words((outChannels * inChannels * kernel * kernel) / groups);
  const macs = (weight.length * size * size) / (stride * stride);
  measure(`conv ${name}`, 'M MAC/s', macs, () => kernels.convolve(input, weight, null, geometry));
}

benchConvolution('16→16 32×32 3×3', 16, 16, 32, 3, 1, 1);
benchConvolution('16→32 32×32 3×3 stride 2', 16, 32, 32, 3, 2, 1);
benchConvolution('64→64 8×8 3×3', 64, 64, 8, 3, 1, 1);
benchConvolution('64→64 32×32 3×3', 64, 64, 32, 3, 1, 1);
benchConvolution('512→512 4×4 3×3', 512, 512, 4, 3, 1, 1);
benchConvolution('256→256 16×16 1×1', 256, 256, 16, 1, 1, 1);
benchConvolution('128 16×16 3×3 depthwise', 128, 128, 16, 3, 1, 128);

const key = bytes(32);
const domain = bytes(16);
const rowCount = 1 << 18;
const rows = bytes(16 * rowCount);
measure('keystream', 'MB/s', 1 << 24, () => kernels.keystream(key, 0, 1 << 24));
measure('expandSeeds, 32 bytes a seed', 'M seeds/s', 1 << 18, () => kernels.expandSeeds(rows, domain, 0, 32));
for (const length of [1, 4, 16, 64, 256]) {
  const count = length > 64 ? rowCount >> 2 : rowCount;
  const name = `hashRows, ${length} bytes a row`;
  measure(name, 'M rows/s', count, () => kernels.hashRows(rows.subarray(0, 16 * count), domain, domain, 0, length));
}
measure('transpose128', 'M rows/s', rowCount, () => kernels.transpose128(rows, rowCount));

const leaves = bytes(32 * 16 * 16);
const corrections = bytes((31 * rowCount) / 8);
measure('softspokenReceiver', 'M rows/s', rowCount, () => kernels.softspokenReceiver(leaves, domain, 0, rowCount));
measure('softspokenSender', 'M rows/s', rowCount, () =>
  kernels.softspokenSender(leaves, domain, 0, rowCount, domain, corrections),
);

await sodium.ready;
const group = sodiumGroup(sodium);
const side = (seed) => ({
  kernels,
  group,
  random: seededRandom(kernels, new Uint8Array(32).fill(seed)),
  context: { sessionId: bytes(16), instance: 0 },
});
const setUp = () => simulate(softspokenReceiver(side(1)), softspokenSender(side(2)));
measure('SoftSpoken set-up, both sides', 'set-ups/s', 1e6, setUp);
const halves = setUp();
const instances = 1 << 20;
/** Extension and 1-byte pads of both sides, one after the other in this thread. */
measure('SoftSpoken random OTs, both sides', 'M OT/s', instances, () => {
  const { client, server } = simulate(halves.client.extend(instances), halves.server.extend(instances));
  client.expand(1);
  server.expand(1);
});

/** Ferret: the kernels of an iteration, each side alone, then whole extensions of both sides; instances net of upkeep. */
for (const parameters of FERRET_SETS) {
  const { name, trees, depth, tableRows } = parameters;
  const shape = { depth, first: 0, domain };
  const code = { key, table: kernels.keystream(key, 0, 16 * tableRows) };
  const delta = bytes(16).map((byte, i) => (i === 0 ? byte | 1 : byte));
  const roots = kernels.keystream(key, 1, 16 * trees);
  const sums = kernels.keystream(key, 2, 16 * trees * depth);
  const paths = Uint32Array.from({ length: trees }, (_, t) => t % 2 ** depth);
  const net = netRows(parameters);
  measure(`${name} sender kernels`, 'M COT/s', net, () => kernels.ferretSender(roots, delta, shape, code));
  measure(`${name} receiver kernels`, 'M COT/s', net, () => kernels.ferretReceiver(paths, sums, shape, code));
}
for (const parameters of FERRET_SETS) {
  const both = () => simulate(ferretReceiver({ ...side(1), parameters }), ferretSender({ ...side(2), parameters }));
  measure(`${parameters.name} set-up, both sides`, 'set-ups/s', 1e6, both);
  const { client, server } = both();
  const net = netRows(parameters);
  measure(`${parameters.name} COT, both sides`, 'M COT/s', net, () => {
    simulate(client.extend(net), server.extend(net));
  });
}
