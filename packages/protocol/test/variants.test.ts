import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type IntegerModel, interpretInteger, narrowWindows, quantizeImage } from '@relent/graph';
import { type Inference, plan, planCost } from '@relent/protocol';
import { tinyModel } from './network.js';
import { type PairOptions, withSession } from './pair.js';

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
      assert.deepEqual(result.logits, interpretInteger(integer, image, { mode: 'shares', clientShares }).output);
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
