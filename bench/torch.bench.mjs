/**
 * Training throughput of @relent/torch against a C++ loop of the same operators on the same libtorch, A, B, A, B … in one
 * run, and resident memory over many steps: `npm run bench -- torch [--quick] [--threads N] [--device cuda]`.
 * Exit code 1 if a bar is missed. The ratio of CPU times is printed too: on a busy machine it is the steadier one.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import * as torch from '../packages/torch/dist/index.js';
import { compileFlags, findLibtorch, linkFlags, run } from '../packages/torch/scripts/build.mjs';

const ratioBar = 0.95;
const memoryBarMiB = 64;
const batch = 128;
const quick = process.argv.includes('--quick');
const option = (name, fallback) => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? fallback : process.argv[at + 1];
};
const device = option('device', 'cpu');
const threads = Number(option('threads', availableParallelism()));
const folder = dirname(fileURLToPath(import.meta.url));

const networks = {
  resnet20: { widths: [16, 32, 64], blocks: 3, rounds: quick ? 5 : 15, steps: quick ? 3 : 10 },
  resnet18: { widths: [64, 128, 256, 512], blocks: 2, rounds: quick ? 3 : 9, steps: quick ? 1 : 2 },
};

/** Compiles the C++ loop, unless this very source has been. */
async function buildNative() {
  const source = join(folder, 'torch-native.cc');
  const libtorch = findLibtorch();
  const parameters = [...compileFlags(libtorch), source];
  const digest = createHash('sha256').update(readFileSync(source)).update(parameters.join('\0')).digest('hex');
  const output = join(folder, 'build', `torch-native-${digest.slice(0, 12)}`);
  if (existsSync(output)) return output;
  console.log('compiling the C++ loop …');
  mkdirSync(dirname(output), { recursive: true });
  await run(process.env.CXX ?? 'g++', [
    '-o',
    output,
    ...parameters,
    ...linkFlags(libtorch),
    '-Wl,--allow-shlib-undefined',
  ]);
  return output;
}

/** The same network, in the same order of creation as the C++ one, so that equal seeds give equal losses. */
function createNetwork({ widths, blocks }) {
  const parameters = [];
  const layers = [];
  const parameter = (value) => {
    parameters.push(value.requiresGrad_());
    return value;
  };
  const convolution = (from, to, kernel) => {
    const weight = parameter(
      torch.randn([to, from, kernel, kernel], { device }).mul_(Math.sqrt(2 / (to * kernel * kernel))),
    );
    const [scale, bias] = [parameter(torch.ones([to], { device })), parameter(torch.zeros([to], { device }))];
    const statistics = [torch.zeros([to], { device }), torch.ones([to], { device })];
    layers.push((x, stride) => {
      const y = torch.conv2d(x, weight, null, { stride, padding: kernel >> 1 });
      return torch.batchNorm(y, scale, bias, ...statistics, { training: true });
    });
  };
  convolution(3, widths[0], 3);
  let width = widths[0];
  for (const next of widths)
    for (let block = 0; block < blocks; block++) {
      convolution(width, next, 3);
      convolution(next, next, 3);
      if (width !== next) convolution(width, next, 1);
      width = next;
    }
  const classifier = parameter(torch.randn([10, width], { device }).mul_(0.01));
  const bias = parameter(torch.zeros([10], { device }));
  const momenta = parameters.map((each) => torch.zeros(each.shape, { device }));

  const forward = (x) => {
    let index = 0;
    let y = layers[index++](x, 1).relu();
    let from = widths[0];
    widths.forEach((to, stage) => {
      for (let block = 0; block < blocks; block++) {
        const stride = stage > 0 && block === 0 ? 2 : 1;
        const input = y;
        const [first, second] = [layers[index++], layers[index++]];
        const projection = from === to ? null : layers[index++];
        // A scope a block frees early what only the block needs, as the C++ variables do.
        y = torch.scope(() => {
          const z = second(first(input, stride).relu(), 1);
          return z.add(projection ? projection(input, stride) : input).relu();
        });
        from = to;
      }
    });
    return torch.linear(torch.adaptiveAvgPool2d(y, 1).flatten(1), classifier, bias);
  };
  return {
    step: (x, target) =>
      torch.scope(() => {
        const loss = torch.crossEntropy(forward(x), target);
        loss.backward();
        torch.noGrad(() => {
          const gradients = torch.gradients(parameters);
          torch.foreachAdd_(gradients, parameters, 5e-4);
          torch.foreachMul_(momenta, 0.9);
          torch.foreachAdd_(momenta, gradients);
          torch.foreachAdd_(parameters, momenta, -0.01);
        });
        torch.zeroGrad(parameters);
        return loss.item();
      }),
  };
}

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];
const rate = (steps, seconds) => `${((steps * batch) / seconds).toFixed(0).padStart(5)} images/s`;

torch.setThreads(threads);
const child = spawn(await buildNative(), [String(threads), device], { stdio: ['pipe', 'pipe', 'inherit'] });
const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
const nativeSteps = async (name, steps) => {
  child.stdin.write(`${name} ${steps}\n`);
  const [seconds, cpu, loss] = (await answers.next()).value.split(' ').map(Number);
  return { seconds, cpu, loss };
};

torch.manualSeed(1);
const x = torch.randn([batch, 3, 32, 32], { device });
const target = torch.tensor(
  Array.from({ length: batch }, (_, i) => i % 10),
  { dtype: 'int64', device },
);
let missed = false;
let small;
console.log(`libtorch ${torch.version()}, ${device}, ${threads} threads, batch ${batch}, Node ${process.version}`);
for (const [name, shape] of Object.entries(networks)) {
  torch.manualSeed(2);
  const network = createNetwork(shape);
  small ??= network;
  const ownSteps = (steps) => {
    const usage = process.cpuUsage();
    const start = performance.now();
    let loss = 0;
    for (let i = 0; i < steps; i++) loss = network.step(x, target);
    const seconds = (performance.now() - start) / 1000;
    const { user, system } = process.cpuUsage(usage);
    return { seconds, cpu: (user + system) / 1e6, loss };
  };
  // Warm-up, and the proof that both sides compute the same thing.
  const [first, theirs] = [ownSteps(2), await nativeSteps(name, 2)];
  if (Math.abs(first.loss - theirs.loss) > 1e-3) {
    console.log(`${name}: losses differ: ${first.loss} here, ${theirs.loss} in C++`);
    missed = true;
  }
  const ours = [];
  const native = [];
  for (let round = 0; round < shape.rounds; round++) {
    ours.push(ownSteps(shape.steps));
    native.push(await nativeSteps(name, shape.steps));
  }
  const seconds = (list) => list.map((each) => each.seconds);
  const cpu = (list) => list.map((each) => each.cpu);
  const ratio = median(seconds(native)) / median(seconds(ours));
  const best = Math.min(...seconds(native)) / Math.min(...seconds(ours));
  const cpuRatio = median(cpu(native)) / median(cpu(ours));
  const verdict = ratio >= ratioBar ? 'met' : 'MISSED';
  if (ratio < ratioBar) missed = true;
  console.log(
    `${name}: TypeScript ${rate(shape.steps, median(seconds(ours)))}, C++ ${rate(shape.steps, median(seconds(native)))} (medians, n=${shape.rounds}); ` +
      `ratio ${ratio.toFixed(3)}, of the best ${best.toFixed(3)}, of CPU time ${cpuRatio.toFixed(3)} — bar ${ratioBar} ${verdict}`,
  );
}
child.stdin.end();

const steps = quick ? 30 : 500;
const settle = Math.ceil(steps / 10);
for (let i = 0; i < settle; i++) small.step(x, target);
const [before, handles] = [process.memoryUsage().rss, torch.liveHandles()];
for (let i = settle; i < steps; i++) small.step(x, target);
const growth = (process.memoryUsage().rss - before) / 2 ** 20;
const flat = growth < memoryBarMiB && torch.liveHandles() === handles;
if (!flat) missed = true;
console.log(
  `resnet20, ${steps} steps: resident memory ${(before / 2 ** 20).toFixed(0)} MiB ${growth >= 0 ? '+' : ''}${growth.toFixed(1)} MiB, ` +
    `live handles ${handles} -> ${torch.liveHandles()} — ${flat ? 'flat' : 'NOT FLAT'}`,
);
process.exitCode = missed ? 1 : 0;
