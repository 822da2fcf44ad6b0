import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  idealCompare,
  idealSite,
  type Protocol,
  ProtocolError,
  type ProtocolErrorCode,
  planSite,
  type SiteOptions,
  simulate,
  siteOfflineClient,
  siteOfflineServer,
  siteOnlineClient,
  siteOnlineServer,
} from '@relent/crypto';
import { referenceKernels } from '@relent/kernels';
import fc from 'fast-check';
import { idealOtPairs, runSite, testRandom } from './site-run.js';
import { idealGates, modes, randomInput, samplePlans, shapeOf } from './site-shapes.js';

const cases = [8, 20, 24, 31, 32].flatMap((ringBits) => modes.map((mode) => ({ ringBits, mode })));

for (const { ringBits, mode } of cases) {
  test(`every pattern equals its ideal twin at l = ${ringBits}, mode ${mode}`, () => {
    for (const [name, plan] of samplePlans(ringBits, { mode })) {
      for (let seed = 0; seed < 5; seed++) {
        const input = randomInput(plan.shape, seed);
        const gates = idealGates(input, ringBits);
        const run = runSite(plan, input, seed);
        if (plan.shape.source === 'own') assert.deepEqual(run.gates, gates, name);
        assert.deepEqual(run.y, idealSite(plan.shape, input.z, input.zClient, gates, run.quadratics), name);
      }
    }
  });
}

test('random shapes equal their ideal twin', () => {
  const parameters = fc.record({
    ringBits: fc.integer({ min: 8, max: 32 }),
    truncation: fc.integer({ min: 0, max: 30 }),
    gates: fc.array(fc.integer({ min: -1, max: 5 }), { minLength: 1, maxLength: 40 }),
    source: fc.constantFrom('own' as const, 'given' as const),
    mode: fc.constantFrom(...modes),
    a: fc.integer({ min: -7, max: 7 }),
    b: fc.integer({ min: -7, max: 7 }),
    seed: fc.integer(),
  });
  fc.assert(
    fc.property(parameters, ({ ringBits, truncation, gates, source, mode, a, b, seed }) => {
      const plan = planSite(
        shapeOf({
          neurons: gates.length,
          gateOf: Int32Array.from(gates),
          gateCount: 6,
          truncationBits: Math.min(truncation, ringBits - 2),
          a: Int32Array.of(a),
          b: Int32Array.of(b),
          ringBits,
          source,
        }),
        { mode },
      );
      const input = randomInput(plan.shape, seed);
      const expected = idealSite(plan.shape, input.z, input.zClient, idealGates(input, ringBits));
      assert.deepEqual(runSite(plan, input, seed).y, expected);
    }),
  );
});

test('a later site reuses the gate shares of an earlier one', () => {
  const gateOf = Int32Array.from({ length: 40 }, (_, i) => i % 10);
  for (const mode of modes) {
    const first = planSite(shapeOf({ neurons: 40, gateCount: 10, gateOf }), { mode });
    const second = planSite(shapeOf({ neurons: 40, gateCount: 10, gateOf: gateOf.toReversed(), source: 'given' }));
    const input = randomInput(first.shape, 1);
    const run = runSite(first, input, 2);
    const later = { ...randomInput(second.shape, 3), given: run.gateShares };
    const { y } = runSite(second, later, 4);
    assert.deepEqual(y, idealSite(second.shape, later.z, later.zClient, idealCompare(input.scores, 32)));
  }
});

const hasCode = (code: ProtocolErrorCode) => (error: unknown) => error instanceof ProtocolError && error.code === code;

/** Runs every pattern once per message with that message changed; every run must end in `code`. */
function tamperAll(change: (bytes: Uint8Array) => Uint8Array | null, code: ProtocolErrorCode): number {
  let tried = 0;
  for (const [, plan] of [{ mode: 'a' }, { mode: 'b' }, { exact: true }].flatMap((each) =>
    samplePlans(32, each as SiteOptions),
  )) {
    const input = randomInput(plan.shape, 1);
    const messages = runSite(plan, input, 1);
    for (const phase of ['offline', 'online'] as const) {
      for (let index = 0; index < messages[phase].messages; index++) {
        const tamper = (bytes: Uint8Array, at: number): Uint8Array | null => (at === index ? change(bytes) : bytes);
        assert.throws(() => runSite(plan, input, 1, { [phase]: { tamper } }), hasCode(code));
        tried++;
      }
    }
  }
  return tried;
}

test('short, long and empty messages are malformed', () => {
  const short = tamperAll((bytes) => bytes.subarray(1), 'malformed');
  assert.ok(short > 20);
  tamperAll((bytes) => Uint8Array.from([...bytes, 0]), 'malformed');
  tamperAll(() => new Uint8Array(0), 'malformed');
});

test('a lost message is a deadlock that the simulator names, not a hang', () => {
  tamperAll(() => null, 'aborted');
});

test('set padding bits are malformed', () => {
  const plan = planSite(shapeOf({ neurons: 4, gateCount: 3, gateOf: Int32Array.of(0, 1, 2, 0) }));
  for (let index = 0; index < 4; index++) {
    const tamper = (bytes: Uint8Array, at: number): Uint8Array =>
      at === index ? bytes.map((byte, i) => (i + 1 === bytes.length ? byte | 0x80 : byte)) : bytes;
    assert.throws(() => runSite(plan, randomInput(plan.shape, 1), 1, { online: { tamper } }), hasCode('malformed'));
  }
});

test('a correlation serves once', () => {
  for (const [, plan] of modes.flatMap((mode) => samplePlans(32, { mode }))) {
    const input = randomInput(plan.shape, 1);
    const ot = idealOtPairs(testRandom(1));
    const { client, server } = simulate(
      siteOfflineClient(
        plan,
        input.zClient,
        input.scoresClient,
        new Int32Array(plan.shape.neurons),
        ot.client,
        testRandom(2),
      ),
      siteOfflineServer(plan, ot.server),
    );
    const online = (): [Protocol<unknown>, Protocol<unknown>] => [
      siteOnlineClient(plan, client, input.given?.client, referenceKernels),
      siteOnlineServer(plan, server, input.z, input.scores, input.given?.server, referenceKernels),
    ];
    simulate(...online());
    const [again, peer] = online();
    assert.throws(() => again.next(), hasCode('reused'));
    assert.throws(() => peer.next(), hasCode('reused'));
    assert.match(`${client}`, /used/);
  }
});

test('mode b needs the hash, and correlations of its own', () => {
  const shape = shapeOf({ neurons: 4, gateCount: 2, gateOf: Int32Array.of(0, 0, 1, 1) });
  const plans = { a: planSite(shape), b: planSite(shape, { mode: 'b' }) };
  const make = (mode: 'a' | 'b') => {
    const ot = idealOtPairs(testRandom(1));
    const zero = new Int32Array(4);
    const client = siteOfflineClient(plans[mode], zero, new Int32Array(2), zero, ot.client, testRandom(2));
    return simulate(client, siteOfflineServer(plans[mode], ot.server));
  };
  assert.throws(() => siteOnlineClient(plans.b, make('b').client).next(), /"hash" expected the kernels/);
  const server = make('a').server;
  const start = siteOnlineServer(plans.b, server, new Int32Array(4), new Int32Array(2), undefined, referenceKernels);
  assert.throws(() => start.next(), /"correlation" expected one of mode b, got a/);
  assert.throws(
    () => siteOnlineClient(plans.a, make('b').client).next(),
    /"correlation" expected one of mode a, got b/,
  );
  assert.throws(() => planSite(shape, { mode: 'b', levels: 2 }), /"levels" expected 1 in mode b/);
});

test('wrong lengths and misplaced gate shares are contract errors', () => {
  const plan = planSite(shapeOf({ neurons: 4, gateCount: 2, gateOf: Int32Array.of(0, 0, 1, 1) }));
  const ot = idealOtPairs(testRandom(1));
  const four = new Int32Array(4);
  const two = new Int32Array(2);
  const offline = (z: Int32Array, scores: Int32Array, r: Int32Array) =>
    siteOfflineClient(plan, z, scores, r, ot.client, testRandom(1)).next();
  assert.throws(() => offline(two, two, four), RangeError);
  assert.throws(() => offline(four, four, four), RangeError);
  assert.throws(() => offline(four, two, two), RangeError);
  const input = randomInput(plan.shape, 1);
  const gates = new Uint8Array(2);
  assert.throws(() => runSite(plan, { ...input, given: { client: gates, server: gates } }, 1), RangeError);
  const reuse = planSite(shapeOf({ neurons: 4, gateCount: 2, gateOf: plan.shape.gateOf, source: 'given' }));
  const { given: _, ...without } = randomInput(reuse.shape, 1);
  assert.throws(() => runSite(reuse, without, 1), RangeError);
});
