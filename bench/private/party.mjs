/**
 * One party of `npm run bench -- private`: a process of its own, told by its parent what to do.
 *
 * `server` builds the model and serves sessions over loopback TCP; `client` runs them. Both report the CPU seconds (all threads) of
 * every phase, and their peak memory.
 */
import { writeFileSync } from 'node:fs';
import { Session as Inspector } from 'node:inspector';
import { join } from 'node:path';
import sodium from 'libsodium-wrappers-sumo';
import { sodiumGroup } from '../../packages/crypto/dist/index.js';
import * as graph from '../../packages/graph/dist/index.js';
import { loadKernels } from '../../packages/kernels/dist/index.js';
import {
  connectSession,
  planCost,
  profiles,
  rlweCorrelations,
  serveSession,
  shapedChannel,
} from '../../packages/protocol/dist/index.js';
import {
  connectTcp,
  freshSeed,
  listen,
  nodeClock,
  nodeThreads,
} from '../../packages/protocol/dist/transport/node/index.js';
import { randomImage, randomModel, scenarioModel } from './models.mjs';

await sodium.ready;
/** Set by the first message, before any session. */
let kernels = null;
const tools = () => ({ kernels, group: sodiumGroup(sodium), clock: nodeClock, seed: freshSeed(), timeoutMs: 600_000 });

const cpuSeconds = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};
const peakBytes = () => process.resourceUsage().maxRSS * 1024;
const shaped = (channel, network) =>
  network === 'loopback' ? channel : shapedChannel(channel, profiles[network], nodeClock);

/** Records a CPU profile of each phase, where the parent asked for profiles. */
function newProfiler(folder, role) {
  if (!folder) return { start() {}, stop() {} };
  const inspector = new Inspector();
  inspector.connect();
  inspector.post('Profiler.enable');
  inspector.post('Profiler.setSamplingInterval', { interval: 500 });
  return {
    start: () => inspector.post('Profiler.start'),
    stop: (phase) =>
      inspector.post('Profiler.stop', (error, result) => {
        if (error) throw error;
        writeFileSync(join(folder, `${role}-${phase}.cpuprofile`), JSON.stringify(result.profile));
      }),
  };
}

async function serve({ network, scenario, ringBits, ranges, transformMiB, profileFolder }) {
  const integer = graph.quantize(scenarioModel(randomModel(network), scenario), new Map(ranges), { ringBits });
  const linear = rlweCorrelations({ transformBytes: transformMiB * 2 ** 20 });
  const profiler = newProfiler(profileFolder, 'server');
  // One plan for all sessions, the one of docs/costs.md.
  const planning = { profile: profiles.lan };
  let shape = 'loopback';
  let shares = null;
  const listener = await listen({
    port: 0,
    async onSession(channel) {
      let last = cpuSeconds();
      profiler.start();
      const onEvent = ({ phase }) => {
        profiler.stop(phase);
        profiler.start();
        const now = cpuSeconds();
        process.send({ kind: 'phase', phase, cpuSeconds: now - last, peakBytes: peakBytes() });
        last = now;
      };
      const model = { integer, info: { name: network } };
      await serveSession(model, shaped(channel, shape), { ...tools(), linear, planning, onEvent });
      profiler.stop('end');
    },
    onSessionError: (error) => {
      throw error;
    },
  });
  process.on('message', async (message) => {
    switch (message.kind) {
      case 'shape':
        shape = message.network;
        break;
      case 'check': {
        shares = new Map(message.shares);
        const image = graph.quantizeImage(integer.graph, randomImage());
        const options = { mode: 'shares', clientShares: (site) => shares.get(site), convolve: kernels.convolve };
        const { output } = graph.interpretInteger(integer, image, options);
        shares = null;
        const equal = message.logits.every((value, i) => value === output[i]);
        process.send({ kind: 'checked', equal });
        return;
      }
      case 'end':
        await listener.close();
        process.disconnect();
        return;
    }
    process.send({ kind: 'done' });
  });
  process.send({ kind: 'listening', port: listener.port });
}

/** Runs one session of the parent's choice: `count` inferences, each phase metered. */
async function runSession(port, { network, count, keepShares, profileFolder }) {
  const profiler = newProfiler(profileFolder, 'client');
  const channel = await connectTcp({ port, host: '127.0.0.1' });
  const image = randomImage();
  let last = cpuSeconds();
  const spent = () => {
    const now = cpuSeconds();
    const seconds = now - last;
    last = now;
    return seconds;
  };
  const session = await connectSession(shaped(channel, network), { ...tools(), keepShares });
  const phases = [];
  const add = (phase, traffic, cost, cpu) => {
    const { bytesUp, bytesDown, rounds, ms, steps } = traffic;
    const predicted =
      cost === null || (cost.bytesUp === bytesUp && cost.bytesDown === bytesDown && cost.rounds === rounds);
    phases.push({ phase, bytesUp, bytesDown, rounds, ms, steps, predicted, cpuSeconds: cpu, peakBytes: peakBytes() });
  };
  add('setup', session.setup, null, spent());
  let check = null;
  for (let i = 0; i < count; i++) {
    const cost = planCost(session.plan, undefined, i);
    profiler.start();
    spent();
    await session.prepare(1);
    const offlineSeconds = spent();
    profiler.stop('offline');
    profiler.start();
    spent();
    const result = await session.infer(image);
    const onlineSeconds = spent();
    profiler.stop('online');
    add('offline', result.offline, cost.offline, offlineSeconds);
    add('online', result.online, cost.online, onlineSeconds);
    if (keepShares) check = { logits: result.logits, shares: [...result.clientShares] };
  }
  await session.close();
  return { phases, check };
}

process.once('message', async (first) => {
  kernels = loadKernels({ threads: nodeThreads(first.threads) });
  if (first.kind === 'serve') {
    await serve(first);
    return;
  }
  process.on('message', async (message) => {
    if (message.kind === 'end') process.disconnect();
    else process.send(await runSession(first.port, message));
  });
  process.send({ kind: 'ready' });
});
