import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { planSite, type SitePlan, siteCost } from '@relent/crypto';
import { runSite, type SiteInput } from './site-run.js';
import { quadraticShape, randomInput, samplePlans, shapeOf } from './site-shapes.js';

const RUNS = 600;

/** How often each bit of each message was one over seeded runs on one fixed input. */
function bitCounts(plan: SitePlan, input: SiteInput, runs: number, firstSeed: number): number[] {
  const cost = siteCost(plan);
  const counts: number[] = [];
  for (let run = 0; run < runs; run++) {
    const { transcripts } = runSite(plan, input, firstSeed + 1000 * run, {
      offline: { record: true },
      online: { record: true },
    });
    let at = 0;
    [cost.offline, cost.online].forEach(({ messages }, phase) => {
      const next = { up: 0, down: 0 };
      for (const { direction, bits } of messages) {
        const bytes = transcripts[phase]![direction][next[direction]++]!;
        for (let bit = 0; bit < bits; bit++, at++)
          counts[at] = (counts[at] ?? 0) + ((bytes[bit >> 3]! >> (bit & 7)) & 1);
      }
    });
  }
  return counts;
}

/** χ² of independent fair bits, in standard deviations of its distribution. */
function chiSquareDeviations(counts: readonly number[], runs: number): number {
  const sum = counts.reduce((total, count) => total + (count - runs / 2) ** 2 / (runs / 4), 0);
  return (sum - counts.length) / Math.sqrt(2 * counts.length);
}

/** Two secrets that differ in every sign. */
function secrets(plan: SitePlan): [SiteInput, SiteInput] {
  const input = randomInput(plan.shape, 5);
  const negated = (values: Int32Array): Int32Array => values.map((value) => -value);
  return [input, { ...input, z: negated(input.z), scores: negated(input.scores) }];
}

const plans: [string, SitePlan][] = [
  ['compare', planSite(shapeOf({ neurons: 4, gateCount: 3, gateOf: Int32Array.of(0, 1, 1, -1), truncationBits: 10 }))],
  [
    'compare in mode b',
    planSite(
      shapeOf({ neurons: 4, gateCount: 3, gateOf: Int32Array.of(0, 1, 1, -1), truncationBits: 4, ringBits: 14 }),
      { mode: 'b' },
    ),
  ],
  ['reuse', planSite(shapeOf({ neurons: 4, gateCount: 2, gateOf: Int32Array.of(0, 1, 1, -1), source: 'given' }))],
  [
    'exact truncation',
    planSite(shapeOf({ neurons: 3, gateCount: 2, gateOf: Int32Array.of(0, 1, -1), truncationBits: 6, ringBits: 12 }), {
      exact: true,
    }),
  ],
  ['linear', planSite(shapeOf({ neurons: 4 }))],
  ['quadratics', planSite(quadraticShape(Int32Array.of(-1, -1), 20, { squareBits: 2, outerBits: 6 }))],
];

for (const [name, plan] of plans) {
  test(`every bit of every message is uniform, whatever the secret: ${name}`, () => {
    for (const input of secrets(plan)) {
      const counts = bitCounts(plan, input, RUNS, 7);
      assert.ok(Math.abs(chiSquareDeviations(counts, RUNS)) < 5);
      const worst = Math.max(...counts.map((count) => Math.abs(count - RUNS / 2)));
      assert.ok(worst < 6 * Math.sqrt(RUNS / 4), `worst bit is off by ${worst} of ${RUNS}`);
    }
  });
}

test('the check can fail: repeated randomness is not uniform', () => {
  const [name, plan] = plans[0]!;
  const [input] = secrets(plan);
  const once = bitCounts(plan, input, 1, 7);
  const repeated = once.map((bit) => bit * RUNS);
  assert.ok(chiSquareDeviations(repeated, RUNS) > 5, name);
});

/** SHA-256 of the messages of each direction of each phase. */
function digests(plan: SitePlan): Record<string, string> {
  const { transcripts } = runSite(plan, randomInput(plan.shape, 11), 13, {
    offline: { record: true },
    online: { record: true },
  });
  const entries = transcripts.flatMap((transcript, phase) =>
    (['up', 'down'] as const).map((direction) => {
      const hash = createHash('sha256');
      for (const message of transcript[direction]) hash.update(`${message.length}:`).update(message);
      return [`${phase === 0 ? 'offline' : 'online'} ${direction}`, hash.digest('hex').slice(0, 32)];
    }),
  );
  return Object.fromEntries(entries);
}

// The wire format of the gates is a public interface: a change of one bit shows here. To accept a new format, run once
// with RELENT_UPDATE_TRANSCRIPTS=1 and review the difference.
test('transcripts equal the baseline', () => {
  const file = new URL('../../test/transcripts-gates.json', import.meta.url);
  const actual: Record<string, Record<string, string>> = {};
  for (const ringBits of [20, 32]) {
    for (const [name, plan] of samplePlans(ringBits)) actual[`${name}, l = ${ringBits}`] = digests(plan);
    for (const [name, plan] of samplePlans(ringBits, { mode: 'b' })) {
      if (plan.mode === 'b') actual[`${name}, mode b, l = ${ringBits}`] = digests(plan);
    }
    for (const [name, plan] of samplePlans(ringBits, { exact: true })) {
      if (plan.carry !== null) actual[`${name}, exact, l = ${ringBits}`] = digests(plan);
    }
  }
  if (process.env.RELENT_UPDATE_TRANSCRIPTS === '1') writeFileSync(file, `${JSON.stringify(actual, null, 2)}\n`);
  assert.deepEqual(actual, JSON.parse(readFileSync(file, 'utf8')));
});
