/**
 * Correlations of linear layers: the client holds x and gets z = W · x − s; the server holds W and gets s, uniform.
 *
 * A wave is a list of layers whose x the client knows: it sends the ciphertexts of each layer, then reads the response
 * of each. One wave costs one round trip, however many layers it has. The key is sent once, before the first wave.
 *
 * Security: semi-honest, see rlwe/server.ts and docs/rlwe.md.
 * @module
 */
import { type Kernels, polyBytes, polyWords, responseBytes } from '@relent/kernels';
import type { MessageCost } from '../cost.js';
import { ProtocolError } from '../errors.js';
import { type Protocol, receive, send } from '../protocol.js';
import type { RandomSource } from '../random.js';
import { RlweClient } from '../rlwe/client.js';
import { SEED_BYTES } from '../rlwe/parameters.js';
import { RlweServer } from '../rlwe/server.js';
import { packInputs, partsOf, type ResponsePlaces, responsePlaces, responsesOf } from './pack.js';
import type { ConvolutionPlan } from './plan.js';
import { checkWeights, type LayerWeights, type WeightTransforms } from './transforms.js';

const KEY_STEP = 'rlwe key';

/** The key message. */
export const linearKeyCost: readonly MessageCost[] = [{ direction: 'up', bits: 8 * (SEED_BYTES + polyBytes) }];

/** The messages of one wave: requests of all layers, then their responses. */
export function linearWaveCost(wave: readonly ConvolutionPlan[]): MessageCost[] {
  return [
    ...wave.map((plan): MessageCost => ({ direction: 'up', bits: 8 * plan.bytesUp })),
    ...wave.map((plan): MessageCost => ({ direction: 'down', bits: 8 * plan.bytesDown })),
  ];
}

/** A layer of a wave as the client sees it. */
export interface ClientLayer {
  readonly plan: ConvolutionPlan;
  /** [inChannels, inHeight, inWidth] of Z_2^l. */
  readonly x: Int32Array;
}

function outputCount(plan: ConvolutionPlan): number {
  return plan.geometry.outChannels * plan.layout.rows.outputs * plan.layout.columns.outputs;
}

function encryptLayer(client: RlweClient, { plan, x }: ClientLayer): Uint8Array {
  const { inChannels, inHeight, inWidth } = plan.geometry;
  if (x.length !== inChannels * inHeight * inWidth) {
    throw new RangeError(`"x" of "${plan.name}" expected length ${inChannels * inHeight * inWidth}, got ${x.length}`);
  }
  const bytes = new Uint8Array(plan.bytesUp);
  for (const [index, part] of partsOf(plan).entries()) {
    const message = client.request(packInputs(plan, part, x), plan.ringBits);
    bytes.set(message, index * message.length);
  }
  return bytes;
}

function openLayer(client: RlweClient, plan: ConvolutionPlan, message: Uint8Array): Int32Array {
  if (message.length !== plan.bytesDown) {
    throw new ProtocolError(
      'malformed',
      plan.name,
      `"responses" expected ${plan.bytesDown} bytes, got ${message.length}`,
    );
  }
  const z = new Int32Array(outputCount(plan));
  let at = 0;
  for (const { part, block } of responsesOf(plan)) {
    const { spec, outputs } = responsePlaces(plan, part, block);
    const length = responseBytes(spec);
    const values = client.open(message.subarray(at, at + length), spec, plan.name);
    for (let i = 0; i < outputs.length; i++) z[outputs[i] ?? 0] = values[i] ?? 0;
    at += length;
  }
  return z;
}

/**
 * Sends the client's key.
 *
 * Cost: {@link linearKeyCost}.
 * @param random - secrets of the client.
 */
export function* linearClient(kernels: Kernels, random: RandomSource): Protocol<RlweClient> {
  const client = new RlweClient(kernels, random);
  yield* send(client.hello());
  return client;
}

/**
 * Receives the client's key.
 * @param random - secrets of the server.
 * @throws ProtocolError `malformed` if it has a wrong length or holds no residues.
 */
export function* linearServer(kernels: Kernels, random: RandomSource): Protocol<RlweServer> {
  return new RlweServer(kernels, random, yield* receive(), KEY_STEP);
}

/**
 * The client's side of one wave.
 *
 * Cost: {@link linearWaveCost}.
 * @returns z of every layer, [outChannels, outHeight, outWidth] of Z_2^l.
 * @throws ProtocolError `malformed` if a response has a wrong length or padding.
 */
export function* linearWaveClient(client: RlweClient, wave: readonly ClientLayer[]): Protocol<Int32Array[]> {
  for (const layer of wave) yield* send(encryptLayer(client, layer));
  const results: Int32Array[] = [];
  for (const { plan } of wave) results.push(openLayer(client, plan, yield* receive()));
  return results;
}

function answerLayer(
  server: RlweServer,
  layer: LayerWeights,
  request: Uint8Array,
  transforms: WeightTransforms,
): { readonly message: Uint8Array; readonly masks: Int32Array } {
  const { plan } = layer;
  const ciphertexts = server.read(request, plan.requests, plan.name);
  const partWords = plan.inputBlocks * 2 * polyWords;
  const message = new Uint8Array(plan.bytesDown);
  const masks = new Int32Array(outputCount(plan));
  let at = 0;
  // Sets and tiles come outermost, so that the ciphertexts of a tile meet all weights at once.
  const blocks = new Map<number, (ResponsePlaces & { readonly at: number })[]>();
  for (const { part, index, block } of responsesOf(plan)) {
    const places = responsePlaces(plan, part, block);
    const own = blocks.get(index) ?? [];
    own.push({ ...places, at });
    blocks.set(index, own);
    at += responseBytes(places.spec);
  }
  for (const [index, part] of partsOf(plan).entries()) {
    const own = ciphertexts.subarray(index * partWords, (index + 1) * partWords);
    const sums = transforms.multiply(layer, part.set, own);
    for (const [block, { spec, outputs, at: start }] of (blocks.get(index) ?? []).entries()) {
      const sum = sums.subarray(2 * block * polyWords, 2 * (block + 1) * polyWords);
      const response = server.respond(sum, spec, plan.floodBits);
      message.set(response.message, start);
      for (let i = 0; i < outputs.length; i++) masks[outputs[i] ?? 0] = response.masks[i] ?? 0;
    }
  }
  return { message, masks };
}

/**
 * The server's side of one wave.
 *
 * @param transforms - kept from run to run, so that weights are transformed once.
 * @returns s of every layer, [outChannels, outHeight, outWidth] of Z_2^l.
 * @throws ProtocolError `malformed` if a request has a wrong length or holds no residues.
 * @throws RangeError naming the layer if weights break their plan's promise.
 */
export function* linearWaveServer(
  server: RlweServer,
  wave: readonly LayerWeights[],
  transforms: WeightTransforms,
): Protocol<Int32Array[]> {
  for (const layer of wave) checkWeights(layer);
  const requests: Uint8Array[] = [];
  for (const { plan } of wave) {
    const request = yield* receive();
    if (request.length !== plan.bytesUp) {
      throw new ProtocolError(
        'malformed',
        plan.name,
        `"requests" expected ${plan.bytesUp} bytes, got ${request.length}`,
      );
    }
    requests.push(request);
  }
  const results: Int32Array[] = [];
  for (const [index, layer] of wave.entries()) {
    const { message, masks } = answerLayer(server, layer, requests[index] ?? new Uint8Array(0), transforms);
    results.push(masks);
    yield* send(message);
  }
  return results;
}
