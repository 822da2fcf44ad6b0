import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  FERRET_SMALL,
  type FerretParameters,
  netRows,
  type Party,
  seededRandom,
  simulate,
  sodiumGroup,
} from '@relent/crypto';
import { interpretInteger, quantizeImage } from '@relent/graph';
import { loadKernels } from '@relent/kernels';
import {
  offlineClient,
  offlineServer,
  onlineClient,
  onlineServer,
  type PartyTools,
  type PlanOptions,
  plan,
  planCost,
  stepNames,
  TrafficMeter,
  type TransferChoice,
} from '@relent/protocol';
import { nodeClock } from '@relent/protocol/node';
import sodium from 'libsodium-wrappers-sumo';
import { messageWireBytes } from '../dist/link.js';
import { requestBytes } from '../dist/messages.js';
import { setUpTransfer } from '../dist/transfer.js';
import { batchDemand, chooseTransfer } from '../dist/transfer-choice.js';
import { insecureDealer } from './insecure-dealer.js';
import { tinyModel } from './network.js';
import { withSession } from './pair.js';

await sodium.ready;
const kernels = loadKernels();
const group = sodiumGroup(sodium);
/** Far too small for security: 4,584 instances an iteration. */
const insecureTiny: FerretParameters = { name: 'insecure-tiny', trees: 40, depth: 7, tableRows: 256 };

test('few random OTs are made by SoftSpoken, many by Ferret, each direction on its own', () => {
  assert.deepEqual(plan(tinyModel('plain').integer.graph).transfer, { client: 'softspoken', server: 'softspoken' });
  const { batches, transfer } = plan(tinyModel('plain', { side: 13 }).integer.graph);
  assert.deepEqual(transfer, { client: FERRET_SMALL, server: 'softspoken' });
  const demand = batches.map(batchDemand).reduce((sum, { client }) => sum + client, 0);
  // About where 31 bits an instance pass Ferret's set-up and one iteration.
  assert.ok(demand > 110_000 && demand < netRows(FERRET_SMALL), `${demand}`);
  assert.deepEqual(chooseTransfer([]), { client: 'softspoken', server: 'softspoken' });
});

test('the choice moves the fewest bytes', () => {
  const { graph } = tinyModel('plain', { side: 13 }).integer;
  const total = (options: PlanOptions): number => {
    const { setup, offline } = planCost(plan(graph, options));
    return setup.bytesUp + setup.bytesDown + offline.bytesUp + offline.bytesDown;
  };
  assert.ok(total({}) < total({ transfer: { client: 'softspoken', server: 'softspoken' } }));
  assert.ok(total({}) < total({ transfer: { client: FERRET_SMALL, server: FERRET_SMALL } }));
});

/** Both parties of a session in memory, with tiny Ferret where `ferret` says. */
function openPair(form: 'plain' | 'cross-site', ferret: readonly Party[], batchRots: number) {
  const { integer, images } = tinyModel(form);
  const choice = (sender: Party): TransferChoice => (ferret.includes(sender) ? insecureTiny : 'softspoken');
  const transfer = { client: choice('client'), server: choice('server') };
  const steps = plan(integer.graph, { batchRots, transfer });
  const randomOf = (seed: number) => seededRandom(kernels, new Uint8Array(32).fill(seed));
  const random = { client: randomOf(1), server: randomOf(2) };
  const nonces = [new Uint8Array(16), new Uint8Array(16).fill(1)] as const;
  const side = (party: Party) => setUpTransfer(party, { kernels, group }, random[party], nonces, transfer);
  const setup = simulate(side('client'), side('server'));
  const meters = { client: new TrafficMeter('client', nodeClock), server: new TrafficMeter('server', nodeClock) };
  const tools = (party: Party): PartyTools => {
    const ot = setup[party];
    return { kernels, linear: insecureDealer, ot, random: random[party], observer: meters[party] };
  };
  return { integer, image: images[0] as Float32Array, steps, setup, tools };
}

const cases: readonly (readonly [readonly Party[], number])[] = [
  [['client'], 2 ** 22],
  [['server'], 2 ** 22],
  [['client', 'server'], 2 ** 22],
  [['client', 'server'], 10_000],
  [['client'], 1],
];

for (const [ferret, batchRots] of cases) {
  test(`Ferret for ${ferret.join(' and ')}, batches of ${batchRots}: right, and as predicted, inference by inference`, () => {
    const { integer, image, steps, setup, tools } = openPair('plain', ferret, batchRots);
    const observer = { enter: () => undefined, attribute: () => undefined };
    const integers = quantizeImage(integer.graph, image);
    for (let inference = 0; inference < 3; inference++) {
      const cost = planCost(steps, insecureDealer, inference);
      const run = simulate(
        offlineClient(steps, tools('client'), { keepShares: true }),
        offlineServer(steps, tools('server'), integer.weights),
      );
      // The prediction counts the request and the heads of messages; the simulation has neither.
      const heads = messageWireBytes(0) * (cost.offline.messages - 1);
      const predicted = cost.offline.bytesUp + cost.offline.bytesDown - messageWireBytes(requestBytes) - heads;
      assert.equal(run.meter.bytesUp + run.meter.bytesDown, predicted);
      assert.equal(run.meter.messages, cost.offline.messages - 1);
      const online = simulate(
        onlineClient(steps, run.client, integers, kernels, observer),
        onlineServer(steps, run.server, integer.weights, kernels, observer),
      );
      const clientShares = (site: string) => online.client.siteShares?.get(site) as Int32Array;
      const expected = interpretInteger(integer, integers, { mode: 'shares', clientShares });
      assert.deepEqual(online.client.answer, expected.output);
    }
    const { setup: predicted } = planCost(steps);
    const heads = messageWireBytes(0) * predicted.messages;
    assert.equal(setup.meter.bytesUp + setup.meter.bytesDown, predicted.bytesUp + predicted.bytesDown - heads);
  });
}

test('leftovers make later inferences cheaper, and the largest message bounds them all', () => {
  const { graph } = tinyModel('plain').integer;
  const steps = plan(graph, { transfer: { client: insecureTiny, server: insecureTiny } });
  const costs = Array.from({ length: 12 }, (_, inference) => planCost(steps, insecureDealer, inference));
  const downs = new Set(costs.map(({ offline }) => offline.bytesUp));
  assert.ok(downs.size > 1);
  for (const { maxMessageBytes } of costs) assert.ok(maxMessageBytes <= (costs[0]?.maxMessageBytes ?? 0));
  assert.throws(() => planCost(steps, insecureDealer, -1), RangeError);
});

test('a session that needs many random OTs runs on Ferret, as predicted', async () => {
  const { integer, images } = tinyModel('plain', { side: 13 });
  await withSession(
    integer,
    async (session) => {
      for (const [inference, image] of images.slice(0, 2).entries()) {
        const result = await session.infer(image);
        const clientShares = (site: string) => result.clientShares?.get(site) as Int32Array;
        const expected = interpretInteger(integer, quantizeImage(integer.graph, image), {
          mode: 'shares',
          clientShares,
        });
        assert.deepEqual(result.logits, expected.output);
        const { offline } = planCost(session.plan, undefined, inference);
        const { ms: _, steps, ...total } = result.offline;
        assert.deepEqual({ ...total, steps: steps.map(({ ms: __, ...step }) => step) }, offline);
      }
      const { setup } = planCost(session.plan);
      const row = session.setup.steps.find(({ step }) => step === stepNames.transfer);
      assert.deepEqual({ ...row, ms: 0 }, { ...setup.steps[0], ms: 0 });
    },
    { client: { keepShares: true } },
  );
});
