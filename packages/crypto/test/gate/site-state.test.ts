import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  decodeState,
  encodeState,
  planSite,
  SingleUse,
  type SiteOptions,
  type SitePlan,
  type StateDescription,
  siteClientState,
  siteServerState,
  stateBytes,
} from '@relent/crypto';
import { runSite, type SiteHalves } from './site-run.js';
import { modes, randomInput, samplePlans } from './site-shapes.js';

function carried<T>(description: StateDescription<T>, correlation: SingleUse<T>): SingleUse<T> {
  const bytes = encodeState(description, correlation.take());
  assert.equal(bytes.length, stateBytes(description));
  const state = decodeState(description, bytes);
  assert.deepEqual(encodeState(description, state), bytes);
  if (bytes.length > 0)
    assert.throws(() => decodeState(description, bytes.slice(1)), /"state" expected \d+ bytes, got \d+/);
  assert.throws(() => decodeState(description, Uint8Array.of(...bytes, 0)), /"state" expected \d+ bytes, got \d+/);
  return new SingleUse(state, correlation.step);
}

const stored =
  (plan: SitePlan) =>
  ({ client, server }: SiteHalves): SiteHalves => ({
    client: carried(siteClientState(plan), client),
    server: carried(siteServerState(plan), server),
  });

const builds: readonly SiteOptions[] = [...modes.map((mode) => ({ mode })), { exact: true }];

for (const ringBits of [8, 13, 32]) {
  for (const build of builds) {
    const named = `l = ${ringBits}, ${JSON.stringify(build)}`;
    test(`correlations that were bytes in between cause the same messages: ${named}`, () => {
      for (const [name, plan] of samplePlans(ringBits, build)) {
        const input = randomInput(plan.shape, 1);
        const direct = runSite(plan, input, 2);
        const carriedRun = runSite(plan, input, 2, { between: stored(plan) });
        assert.deepEqual(carriedRun.transcripts, direct.transcripts, name);
        assert.deepEqual(carriedRun.y, direct.y, name);
        assert.deepEqual(carriedRun.gates, direct.gates, name);
      }
    });
  }
}

test('digits of every size', () => {
  const { shape } = samplePlans(32)[1]![1];
  for (const digitBits of [2, 4, 5, 6]) {
    const plan = planSite(shape, { digitBits });
    const input = randomInput(plan.shape, 3);
    const run = runSite(plan, input, 4, { between: stored(plan) });
    assert.deepEqual(run.y, runSite(plan, input, 4).y);
  }
});

test('a state of another shape is refused', () => {
  const [small, large] = [samplePlans(32)[0]![1], samplePlans(24)[1]![1]];
  let halves: SiteHalves | null = null;
  runSite(small, randomInput(small.shape, 5), 6, {
    between: (both) => {
      const state = both.client.take();
      halves = { ...both, client: new SingleUse(state, 'copy') };
      return { ...both, client: new SingleUse(state, 'site-client') };
    },
  });
  const state = (halves as SiteHalves | null)!.client.take();
  assert.throws(() => encodeState(siteClientState(large), state), /"state" expected \d+ values, got \d+/);
});
