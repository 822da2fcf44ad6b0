import assert from 'node:assert/strict';
import { test } from 'node:test';
import { done, type Protocol, ProtocolError, seededRandom, send, simulate } from '@relent/crypto';
import { ringReduce } from '@relent/graph';
import { loadKernels } from '@relent/kernels';
import { plan } from '@relent/protocol';
import { maskWalk, walkShares } from '../dist/shares.js';
import { insecureDealer } from './insecure-dealer.js';
import { tinyModel } from './network.js';

const kernels = loadKernels();
const random = seededRandom(kernels, new Uint8Array(32));

test('the shares of both sides sum to W · x_c for the client’s share x_c of every input', () => {
  const { integer } = tinyModel('cross-site', { ringBits: 29 });
  const steps = plan(integer.graph);
  const seed = new Uint8Array(32).fill(5);
  const { client, server, meter } = simulate(
    insecureDealer.client(steps, kernels, seed, random),
    insecureDealer.server(steps, kernels, integer.weights, random),
  );
  assert.deepEqual(meter, { bytesUp: 32, bytesDown: 0, messages: 1, rounds: 1 });
  let layers = 0;
  const walk = walkShares(steps, {
    ...maskWalk(steps, kernels, seed),
    conv(step, x) {
      const share = client.get(step.id) as Int32Array;
      const sum = share.map((value, i) => value + (server.get(step.id)?.[i] ?? 0));
      const weight = integer.weights.get(step.id)?.weight as Int32Array;
      const product = kernels.convolve(x, weight, null, step.geometry);
      assert.deepEqual(ringReduce(sum, 29), ringReduce(product, 29));
      layers++;
      return done(share);
    },
  });
  assert.ok(walk.next(new Uint8Array(0)).done);
  assert.equal(layers, 5);
});

test('a seed of another length is malformed', () => {
  const { integer } = tinyModel('block');
  const server = insecureDealer.server(plan(integer.graph), kernels, integer.weights, random);
  const client: Protocol<void> = send(new Uint8Array(31));
  assert.throws(
    () => simulate(client, server),
    (error) => error instanceof ProtocolError && error.code === 'malformed',
  );
});
