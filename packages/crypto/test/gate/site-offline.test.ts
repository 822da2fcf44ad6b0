import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  all,
  COMPARISONS_PER_CHUNK,
  evaluateCost,
  idealSite,
  type Meter,
  type OtPair,
  planSite,
  type SitePlan,
  simulate,
  siteCost,
  siteOfflineClient,
  siteOfflineServer,
  siteOnlineClient,
  siteOnlineServer,
  softspokenExtendCost,
  softspokenReceiver,
  softspokenSender,
} from '@relent/crypto';
import { referenceKernels } from '@relent/kernels';
import { sideOptions } from '../ot/softspoken/connect.js';
import { idealOtPairs, randomRing, testRandom } from './site-run.js';
import { comparisonsOnly, idealGates, randomInput, samplePlans, shapeOf } from './site-shapes.js';

/** Runs the offline phases of all plans in lock step, then each site online, and checks every output. */
function runMerged(plans: readonly SitePlan[], ot: { client: OtPair; server: OtPair }): Meter {
  const inputs = plans.map(({ shape }, i) => randomInput(shape, i));
  const masks = plans.map(({ shape }, i) => randomRing(shape.neurons, 32, testRandom(50 + i)));
  const random = testRandom(2);
  const offline = simulate(
    all(
      plans.map((plan, i) =>
        siteOfflineClient(plan, inputs[i]!.zClient, inputs[i]!.scoresClient, masks[i]!, ot.client, random),
      ),
    ),
    all(plans.map((plan) => siteOfflineServer(plan, ot.server))),
  );
  plans.forEach((plan, i) => {
    const { z, zClient, scores, scoresClient, given } = inputs[i]!;
    const subtract = (whole: Int32Array, part: Int32Array): Int32Array => whole.map((value, k) => value - part[k]!);
    const online = simulate(
      siteOnlineClient(plan, offline.client[i]!, given?.client, referenceKernels),
      siteOnlineServer(
        plan,
        offline.server[i]!,
        subtract(z, zClient),
        subtract(scores, scoresClient),
        given?.server,
        referenceKernels,
      ),
    );
    const y = online.server.y.map((value, k) => (value + masks[i]![k]!) | 0);
    const gates = idealGates(inputs[i]!, plan.shape.ringBits);
    const revealed = online.client.gates.map((bit, k) => bit ^ online.server.gates[k]!);
    assert.deepEqual(revealed, gates);
    assert.deepEqual(y, idealSite(plan.shape, z, zClient, gates, online.client.quadratics));
  });
  return offline.meter;
}

/** Both directions of SoftSpoken between a client and a server. */
function softspokenPairs(): { client: OtPair; server: OtPair } {
  const up = simulate(softspokenSender(sideOptions(1, 0)), softspokenReceiver(sideOptions(2, 0)));
  const down = simulate(softspokenReceiver(sideOptions(3, 1)), softspokenSender(sideOptions(4, 1)));
  return {
    client: { sender: up.client, receiver: down.client },
    server: { sender: down.server, receiver: up.server },
  };
}

const sample = samplePlans().map(([, plan]) => plan);
const direct = samplePlans(32, { mode: 'b' }).flatMap(([, plan]) => (plan.mode === 'b' ? [plan] : []));

test('the offline phases of all sites merge into one round trip over ideal OT', () => {
  assert.equal(runMerged([...sample, ...direct], idealOtPairs(testRandom(1))).rounds, 2);
});

test('over SoftSpoken OT: one more message, and each site’s extensions stay in step', () => {
  assert.equal(runMerged([...sample, ...direct], softspokenPairs()).rounds, 3);
});

test('over SoftSpoken OT the bytes are those of the gates plus those of the extensions', () => {
  const plan = planSite(
    shapeOf({ neurons: 50, gateCount: 20, gateOf: Int32Array.from({ length: 50 }, (_, i) => i % 20) }),
  );
  const { offline } = siteCost(plan);
  const parts = [
    offline,
    softspokenExtendCost(offline.rots.client, 'server'),
    softspokenExtendCost(offline.rots.server, 'client'),
  ].map(evaluateCost);
  const meter = runMerged([plan], softspokenPairs());
  assert.equal(
    meter.bytesUp,
    parts.reduce((sum, { bytesUp }) => sum + bytesUp, 0),
  );
  assert.equal(
    meter.bytesDown,
    parts.reduce((sum, { bytesDown }) => sum + bytesDown, 0),
  );
});

test('sites with chunks and sites without stay in step', () => {
  const chunked = comparisonsOnly(COMPARISONS_PER_CHUNK + 40, 8);
  runMerged([sample[0]!, chunked, sample[4]!, chunked, sample[1]!], softspokenPairs());
});
