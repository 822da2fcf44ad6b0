/**
 * Private inference between two processes over loopback TCP:
 * `npm run bench -- private [--network NAME] [--scenario NAME] [--bits L] [--repeats N] [--threads N] [--quick] [--profile FOLDER]
 * [--record FILE]`. `--record` keeps the figures for docs/costs.md.
 *
 * Bytes and rounds are exact and must equal the prediction; the first inference is checked against the integer interpreter bit
 * for bit. CPU seconds are of each party's process with all its threads: other load on the machine disturbs them little, wall times much.
 * The weights are random, at scales that keep the variance: costs depend on geometry, gate map, ranges and norms only.
 */
import { fork } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import * as graph from '../packages/graph/dist/index.js';
import { networkMs, profiles } from '../packages/protocol/dist/index.js';
import { bars } from './private/bars.mjs';
import { networks, randomImage, randomModel, scenarioGates, scenarioModel, scenarios } from './private/models.mjs';

const { values: options } = parseArgs({
  options: {
    network: { type: 'string', multiple: true },
    scenario: { type: 'string', multiple: true },
    bits: { type: 'string', default: '32' },
    repeats: { type: 'string', default: '3' },
    'weight-memory': { type: 'string', default: '2048' },
    threads: { type: 'string', default: '1' },
    quick: { type: 'boolean', default: false },
    profile: { type: 'string' },
    record: { type: 'string' },
  },
});

const ringBits = Number(options.bits);
const threads = Number(options.threads);
const repeats = options.quick ? 1 : Number(options.repeats);
const chosenNetworks = options.network ?? (options.quick ? ['resnet20'] : Object.keys(networks));
const chosenScenarios = options.scenario ?? (options.quick ? ['shared'] : Object.keys(scenarios));
for (const [name, list, known] of [
  ['network', chosenNetworks, networks],
  ['scenario', chosenScenarios, scenarios],
]) {
  for (const each of list) {
    if (!Object.hasOwn(known, each)) {
      throw new RangeError(`"${name}" expected ${Object.keys(known).join(', ')}, got "${each}"`);
    }
  }
}

/** A party's process, with a queue of what it says. */
function newParty() {
  const child = fork(fileURLToPath(new URL('./private/party.mjs', import.meta.url)), { serialization: 'advanced' });
  const heard = [];
  let wake = () => {};
  let ended = null;
  child.on('message', (message) => {
    heard.push(message);
    wake();
  });
  child.on('exit', (code) => {
    ended = code;
    wake();
  });
  return {
    send: (message) => child.send(message),
    /** The next message of a kind; messages of other kinds stay. */
    async hear(kind) {
      for (;;) {
        const at = heard.findIndex((message) => (message.kind ?? 'run') === kind);
        if (at >= 0) return heard.splice(at, 1)[0];
        if (ended !== null) throw new Error(`"party" expected a message "${kind}", got its end (code ${ended})`);
        await new Promise((resolve) => {
          wake = resolve;
        });
      }
    },
    async ended() {
      while (ended === null) {
        await new Promise((resolve) => {
          wake = resolve;
        });
      }
    },
    kill: () => child.kill(),
  };
}

/** Runs a session and joins what both parties say of its phases. */
async function runSession(server, client, request) {
  server.send({ kind: 'shape', network: request.network });
  await server.hear('done');
  client.send({ kind: 'run', ...request });
  const { phases, check } = await client.hear('run');
  for (const phase of phases) {
    const { cpuSeconds, peakBytes } = await server.hear('phase');
    phase.server = { cpuSeconds, peakBytes };
  }
  return { phases, check };
}

const median = (list) => [...list].sort((a, b) => a - b)[list.length >> 1];

/** The medians of a phase's runs; its bytes and rounds are those of the last. */
function summarise(phases, name) {
  const runs = phases.filter(({ phase }) => phase === name);
  const last = runs.at(-1);
  const client = median(runs.map((run) => run.cpuSeconds));
  const server = median(runs.map((run) => run.server.cpuSeconds));
  return {
    bytesUp: last.bytesUp,
    bytesDown: last.bytesDown,
    bytes: last.bytesUp + last.bytesDown,
    rounds: last.rounds,
    client,
    server,
    cpuSeconds: median(runs.map((run) => run.cpuSeconds + run.server.cpuSeconds)),
    ms: median(runs.map((run) => run.ms)),
  };
}

const mb = (bytes) => (bytes / 1e6).toFixed(2);
function printPhase(label, { bytesUp, bytesDown, rounds, client, server, ms }) {
  console.log(
    `  ${label.padEnd(16)} up ${mb(bytesUp)} MB, down ${mb(bytesDown)} MB, ${rounds / 2} round trips, CPU s: client ` +
      `${client.toFixed(2)}, server ${server.toFixed(2)}, sum ${(client + server).toFixed(2)}; wall ${ms.toFixed(0)} ms`,
  );
}

function printBars(run, scenario) {
  for (const { name, limit, unit, of } of bars[scenario] ?? []) {
    const value = of(run);
    const verdict = value <= limit ? 'met' : 'missed';
    const used = ((100 * value) / limit).toFixed(0);
    console.log(`  bar ${verdict.padEnd(6)} ${name}: ${value.toFixed(2)} of ${limit.toFixed(2)} ${unit} (${used} %)`);
  }
}

async function benchScenario(network, scenario, ranges) {
  const server = newParty();
  const client = newParty();
  try {
    const profileFolder = options.profile ?? null;
    if (profileFolder) mkdirSync(profileFolder, { recursive: true });
    const transformMiB = Number(options['weight-memory']);
    server.send({ kind: 'serve', threads, network, scenario, ringBits, ranges, transformMiB, profileFolder });
    const { port } = await server.hear('listening');
    client.send({ kind: 'connect', threads, port });
    await client.hear('ready');

    const cold = await runSession(server, client, { network: 'loopback', count: 1, keepShares: true });
    server.send({ kind: 'check', ...cold.check });
    const { equal } = await server.hear('checked');
    const warm = await runSession(server, client, { network: 'loopback', count: repeats, profileFolder });
    const lan = await runSession(server, client, { network: 'lan', count: repeats });
    const wan = options.quick ? null : await runSession(server, client, { network: 'wan', count: 1 });

    const all = [cold, warm, lan, ...(wan ? [wan] : [])].flatMap(({ phases }) => phases);
    const predicted = all.every((phase) => phase.predicted);
    console.log(`  equal to the integer interpreter: ${equal}; bytes and rounds as predicted: ${predicted}`);
    if (!equal || !predicted) process.exitCode = 1;
    for (const phase of ['setup', 'offline', 'online']) printPhase(`${phase}, first`, summarise(cold.phases, phase));
    const [offline, online] = ['offline', 'online'].map((phase) => summarise(warm.phases, phase));
    printPhase('offline, later', offline);
    printPhase('online, later', online);
    for (const [name, session] of Object.entries({ lan, wan })) {
      if (!session) continue;
      const [off, on] = ['offline', 'online'].map((phase) => summarise(session.phases, phase).ms.toFixed(0));
      console.log(`  ${name.padEnd(16)} wall: offline ${off} ms, online ${on} ms`);
    }
    const peaks = [Math.max(...all.map((p) => p.peakBytes)), Math.max(...all.map((p) => p.server.peakBytes))];
    const [clientMiB, serverMiB] = peaks.map((bytes) => (bytes / 2 ** 20).toFixed(0));
    console.log(`  ${'peak memory'.padEnd(16)} client ${clientMiB} MiB, server ${serverMiB} MiB`);
    const lanOnlineMs = summarise(lan.phases, 'online').ms;
    // Without other load: the parties wait for each other, so their CPU times add up, and bytes and round trips come on top.
    const quietMs = 1e3 * online.cpuSeconds + networkMs(online, profiles.lan);
    const run = { offline, online, lanOnlineMs, quietMs, peakBytes: Math.max(...peaks) };
    const walls = (session) =>
      session && { offline: summarise(session.phases, 'offline').ms, online: summarise(session.phases, 'online').ms };
    const first = summarise(cold.phases, 'offline');
    const kept = { ranges, first, offline, online, quietMs, lan: walls(lan), wan: walls(wan), peakBytes: peaks };
    records[network] = { ...records[network], [scenario]: kept };
    if (network === 'resnet18' && ringBits === 32) printBars(run, scenario);
    client.send({ kind: 'end' });
    await client.ended();
    server.send({ kind: 'end' });
    await server.ended();
  } finally {
    server.kill();
    client.kill();
  }
}

const records = {};
for (const network of chosenNetworks) {
  const model = randomModel(network);
  for (const scenario of chosenScenarios) {
    const { comparisons, multiplications } = graph.gateCost(
      graph.foldBatchNorm(model).graph,
      scenarioGates(model.graph, scenario),
    ).total;
    console.log(
      `${network}, l = ${ringBits}: ${comparisons} ${scenarios[scenario].title}, ${multiplications} products`,
    );
    const ranges = graph.calibrate(scenarioModel(model, scenario), [randomImage()]);
    await benchScenario(network, scenario, [...ranges]);
  }
}

if (options.record) {
  const command = [
    'npm run bench -- private',
    ...process.argv.slice(2).filter((word) => word !== '--record' && word !== options.record),
  ];
  const [cpu] = cpus();
  const measured = {
    command: command.join(' '),
    machine: `${cpus().length} cores of ${cpu.model}`,
    node: process.versions.node,
    load: `other load running (load average ${loadavg()[0].toFixed(1)} at the end)`,
    runs: records,
  };
  mkdirSync(dirname(options.record), { recursive: true });
  writeFileSync(options.record, `${JSON.stringify(measured, null, 2)}\n`);
}
