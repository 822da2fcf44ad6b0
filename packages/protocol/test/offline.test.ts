import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ProtocolError, seededRandom, simulate, sodiumGroup } from '@relent/crypto';
import { interpretInteger, quantizeImage } from '@relent/graph';
import { loadKernels } from '@relent/kernels';
import {
  offlineClient,
  offlineServer,
  onlineClient,
  onlineServer,
  type PartyTools,
  plan,
  type Role,
  type StepObserver,
} from '@relent/protocol';
import sodium from 'libsodium-wrappers-sumo';
import { setUpTransfer } from '../dist/transfer.js';
import { insecureDealer } from './insecure-dealer.js';
import { tinyModel } from './network.js';

await sodium.ready;
const kernels = loadKernels();
const group = sodiumGroup(sodium);
const { integer, images } = tinyModel('patch');
const image = quantizeImage(integer.graph, images[0] as Float32Array);
const observer: StepObserver = { enter: () => undefined, attribute: () => undefined };
const nonces = [new Uint8Array(16), new Uint8Array(16).fill(1)] as const;
const randomOf = {
  client: seededRandom(kernels, new Uint8Array(32)),
  server: seededRandom(kernels, new Uint8Array(32).fill(1)),
};

const transfer = simulate(
  setUpTransfer('client', { kernels, group }, randomOf.client, nonces, plan(integer.graph).transfer),
  setUpTransfer('server', { kernels, group }, randomOf.server, nonces, plan(integer.graph).transfer),
);

function toolsOf(role: Role): PartyTools {
  return { kernels, linear: insecureDealer, ot: transfer[role], random: randomOf[role], observer };
}

function runOffline(batchRots: number) {
  const steps = plan(integer.graph, { batchRots });
  const run = simulate(
    offlineClient(steps, toolsOf('client'), { keepShares: true }),
    offlineServer(steps, toolsOf('server'), integer.weights),
  );
  return { ...run, steps };
}

test('smaller batches cost rounds, not correctness', () => {
  const merged = runOffline(2 ** 22);
  const single = runOffline(1);
  assert.equal(single.steps.batches.length, 4);
  assert.ok(single.meter.rounds > merged.meter.rounds);
  for (const { client, server, steps } of [merged, single]) {
    const { client: online } = simulate(
      onlineClient(steps, client, image, kernels, observer),
      onlineServer(steps, server, integer.weights, kernels, observer),
    );
    const clientShares = (site: string) => online.siteShares?.get(site) as Int32Array;
    assert.deepEqual(online.answer, interpretInteger(integer, image, { mode: 'shares', clientShares }).output);
  }
});

test('correlations serve one online phase', () => {
  const { client, server, steps } = runOffline(2 ** 22);
  const online = () =>
    simulate(
      onlineClient(steps, client, image, kernels, observer),
      onlineServer(steps, server, integer.weights, kernels, observer),
    );
  online();
  assert.throws(online, (error) => error instanceof ProtocolError && error.code === 'reused');
  const again = onlineServer(steps, server, integer.weights, kernels, observer);
  assert.throws(
    () => again.next(new Uint8Array(0)),
    (error) => error instanceof ProtocolError && error.code === 'reused',
  );
});

test('two inferences of one image share no client share', () => {
  const [first, second] = [runOffline(2 ** 22), runOffline(2 ** 22)].map(({ client }) => client.take().siteShares);
  for (const [site, share] of first ?? []) {
    const equal = share.filter((value, i) => value === second?.get(site)?.[i]).length;
    assert.ok(equal < share.length / 8, `${site}: ${equal} of ${share.length} equal`);
  }
});
