import assert from 'node:assert/strict';
import { test } from 'node:test';
import { siteCost } from '@relent/crypto';
import { narrowWindows } from '@relent/graph';
import {
  choiceOf,
  choosePlan,
  type NetworkProfile,
  type Plan,
  planAlternatives,
  planCost,
  planTime,
  profiles,
} from '@relent/protocol';
import { tinyModel } from './network.js';

const { graph } = tinyModel('plain', { ringBits: 24 }).integer;
const narrow = narrowWindows(tinyModel('plain', { ringBits: 24 }).integer, 12).graph;

const formsOf = (steps: Plan): Set<string> =>
  new Set([...choiceOf(steps).sites.values()].map(({ mode, compare }) => `${mode} ${compare}`));

const network = (bitsPerSecond: number, roundTripMs: number): NetworkProfile => ({
  name: 'custom',
  bitsPerSecond,
  roundTripMs,
});

test('a slow link takes mode a, a distant one mode b', () => {
  assert.deepEqual(formsOf(choosePlan(graph, { profile: network(1e5, 0) })), new Set(['a tree']));
  assert.deepEqual(formsOf(choosePlan(graph, { profile: network(1e10, 100) })), new Set(['b flat']));
  const near = choosePlan(narrow, { profile: network(1e6, 1) });
  const far = choosePlan(narrow, { profile: network(1e6, 1000) });
  assert.ok(planCost(far).online.rounds < planCost(near).online.rounds);
});

test('the free choice is the fastest of all alternatives, and a demand is obeyed', () => {
  for (const profile of [profiles.lan, profiles.wan, profiles.mobile, network(1e7, 5)]) {
    const [free, ...demanded] = planAlternatives(narrow, { profile });
    const total = ({ onlineMs, offlineMs }: { onlineMs: number; offlineMs: number }) => onlineMs + offlineMs;
    for (const alternative of demanded) {
      const { mode, compare } = alternative.demand;
      assert.deepEqual(formsOf(alternative.plan), new Set([`${mode} ${compare}`]));
      assert.ok(total(free!) <= total(alternative) + 1e-9, profile.name);
      assert.deepEqual(alternative.cost, planCost(alternative.plan));
      assert.deepEqual(planTime(alternative.plan, profile).onlineMs, alternative.onlineMs);
    }
  }
});

test('exact plans take mode a, on distant links too', () => {
  const options = { profile: network(1e10, 100), exact: true };
  const steps = choosePlan(graph, options);
  assert.ok(steps.exact && [...choiceOf(steps).sites.values()].every(({ mode }) => mode === 'a'));
  assert.deepEqual(
    planAlternatives(graph, options).map(({ demand }) => demand.mode ?? 'any'),
    ['any', 'a', 'a'],
  );
});

test('where the offline phase counts nothing, online bits decide; where computation counts, fewer random OTs', () => {
  const onlineBits = (steps: Plan) => planCost(steps).online.bytesUp + planCost(steps).online.bytesDown;
  const profile = network(1e6, 0);
  const ahead = choosePlan(graph, { profile, offlineWeight: 0 });
  assert.ok(onlineBits(ahead) < onlineBits(choosePlan(graph, { profile })));
  const rots = (steps: Plan) =>
    steps.steps.reduce((sum, step) => sum + (step.kind === 'site' ? siteCost(step.site).offline.rots.client : 0), 0);
  const fast = network(1e12, 0);
  const slow = { ...fast, compute: { rotNs: 1e9, bitNs: 0 } };
  assert.ok(rots(choosePlan(graph, { profile: slow })) < rots(choosePlan(graph, { profile: network(1e5, 0) })));
});

test('contradictions are refused', () => {
  const { lan } = profiles;
  assert.throws(() => choosePlan(graph, { profile: lan, mode: 'b', compare: 'tree' }), /"compare" expected flat/);
  assert.throws(() => choosePlan(graph, { profile: lan, mode: 'b', exact: true }), /"mode" expected a with exact/);
  assert.throws(() => choosePlan(graph, { profile: lan, offlineWeight: -1 }), /"offlineWeight"/);
});
