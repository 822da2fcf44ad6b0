import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ProtocolError } from '@relent/crypto';
import { classesOf, type IntegerModel, interpretInteger, narrowWindows, quantizeImage } from '@relent/graph';
import { choiceOf, defaultSiteChoice, type Inference, plan, planCost, type SiteChoice } from '@relent/protocol';
import { readChoice, writeChoice } from '../dist/plan-choice.js';
import { gateForms, tinyModel } from './network.js';
import { type PairOptions, startPair, withSession } from './pair.js';

/** The steps of a phase without times, as the prediction lists them. */
function traffic({ steps, ...phase }: Inference['offline']) {
  const { bytesUp, bytesDown, messages, rounds } = phase;
  return { bytesUp, bytesDown, messages, rounds, steps: steps.map(({ ms: _, ...step }) => step) };
}

/** One private image: equal to the interpreter bit for bit, and as predicted to the byte. */
async function checkOne(integer: IntegerModel, pixels: Float32Array, options: PairOptions = {}): Promise<Inference> {
  return withSession(
    integer,
    async (session) => {
      const image = quantizeImage(integer.graph, pixels);
      const result = await session.infer(image);
      const clientShares = (site: string) => result.clientShares?.get(site) as Int32Array;
      const mode = session.plan.exact ? ({ mode: 'floor' } as const) : ({ mode: 'shares', clientShares } as const);
      assert.deepEqual(result.logits, interpretInteger(integer, image, mode).output);
      const cost = planCost(session.plan);
      assert.deepEqual(traffic(result.offline), cost.offline);
      assert.deepEqual(traffic(result.online), cost.online);
      return result;
    },
    { ...options, client: { keepShares: true, ...options.client } },
  );
}

for (const form of ['plain', 'block', 'cross-site'] as const) {
  test(`comparisons of 10 bits: ${form}`, async () => {
    const { integer, images } = tinyModel(form);
    const exact = planCost(plan(integer.graph)).online;
    const narrow = await checkOne(narrowWindows(integer, 10), images[0]!);
    assert.ok(narrow.online.bytesUp + narrow.online.bytesDown < exact.bytesUp + exact.bytesDown);
  });
}

for (const form of ['plain', 'mask', 'cross-site', 'affine'] as const) {
  test(`mode b: one round trip a site with comparisons, ${form}`, async () => {
    const { integer, images } = tinyModel(form, { ringBits: 24 });
    const other = await checkOne(integer, images[0]!);
    const direct = await checkOne(integer, images[0]!, { client: { demand: { mode: 'b' } } });
    const own = [...choiceOf(plan(integer.graph)).sites].length;
    assert.equal(direct.online.rounds, other.online.rounds - 2 * own);
  });
}

for (const form of gateForms.filter((each) => each !== 'polynomial')) {
  test(`exact: the interpreter's mode floor, whatever the client's shares: ${form}`, async () => {
    const { integer, images } = tinyModel(form, { ringBits: 26 });
    const model = form === 'block' ? narrowWindows(integer, 9) : integer;
    const { online } = await checkOne(model, images[0]!, { client: { demand: { exact: true } } });
    const own = planCost(plan(model.graph)).online;
    assert.ok(online.bytesUp + online.bytesDown > own.bytesUp + own.bytesDown);
    if (form === 'plain') assert.equal(online.rounds, own.rounds);
  });
}

test('exact: class answers and batches; no quadratics', async () => {
  const { integer, images } = tinyModel('block');
  const options = { server: { planning: { exact: true }, answer: 'class' } } as const;
  await withSession(
    integer,
    async (session) => {
      const together = images.slice(0, 2).map((image) => quantizeImage(integer.graph, image));
      const { answers } = await session.inferBatch(together);
      const expected = together.map((image) => classesOf(integer.graph, interpretInteger(integer, image).output));
      assert.deepEqual(
        answers.map(({ classes }) => classes),
        expected,
      );
    },
    options,
  );
  const { integer: quadratic } = tinyModel('polynomial');
  assert.throws(() => plan(quadratic.graph, { exact: true }), /"exact" expected a network without quadratics/);
  const { connected, served } = startPair(quadratic, { client: { demand: { exact: true } } });
  await assert.rejects(connected, /"plan" expected exact truncation, got another/);
  assert.ok((await served) instanceof ProtocolError);
});

test('flat comparisons in mode a, and each site with a form of its own', async () => {
  const { integer, images } = tinyModel('block');
  await checkOne(integer, images[0]!, { client: { demand: { compare: 'flat' } } });
  const { graph } = narrowWindows(integer, 9);
  const ids = [...choiceOf(plan(graph)).sites.keys()];
  const forms: SiteChoice[] = [
    { mode: 'b', compare: 'flat', digitBits: 2 },
    { mode: 'a', compare: 'tree', digitBits: 3 },
    { mode: 'a', compare: 'flat', digitBits: 8 },
    { mode: 'b', compare: 'flat', digitBits: 5 },
  ];
  const sites = new Map(ids.map((id, i) => [id, forms[i % forms.length]!]));
  const steps = plan(graph, { sites });
  assert.deepEqual(choiceOf(steps).sites, sites);
  assert.deepEqual(plan(graph, readChoice(writeChoice(choiceOf(steps)))), steps);
});

test('the server obeys itself first, and the client refuses what it did not ask for', async () => {
  const { integer } = tinyModel('block');
  const refused = startPair(integer, { client: { demand: { mode: 'b' } }, server: { planning: { mode: 'a' } } });
  await assert.rejects(refused.connected, (error) => {
    assert.ok(error instanceof ProtocolError && error.code === 'parameters');
    return /expected mode b, compare any, got mode a/.test(error.message);
  });
  assert.ok((await refused.served) instanceof ProtocolError);
  const modes = await withSession(
    integer,
    async (session) => [...choiceOf(session.plan).sites.values()].map(({ mode, compare }) => mode + compare),
    { client: { demand: { compare: 'flat' } }, server: { planning: { mode: 'b' } } },
  );
  assert.deepEqual(new Set(modes), new Set(['bflat']));
});

test('choices that do not fit the network are refused', () => {
  const { graph } = tinyModel('block').integer;
  const { sites } = choiceOf(plan(graph));
  const [first] = sites.keys();
  const without = new Map([...sites].filter(([id]) => id !== first));
  assert.throws(() => plan(graph, { sites: without }), /"sites" expected a choice for/);
  const more = new Map([...sites, ['fc', defaultSiteChoice]]);
  assert.throws(() => plan(graph, { sites: more }), /"sites" expected the \d sites with comparisons/);
});
