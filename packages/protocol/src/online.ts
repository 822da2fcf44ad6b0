/**
 * The online phase of one inference.
 *
 * The client sends its masked image; linear layers cost nothing; every site is one exchange (see docs/protocols.md);
 * at last the server sends its share of the answer, logits or class, and only the client learns it.
 *
 * Cost: besides the sites, l bits for each input element up; for each output element down l bits, or the
 *       ceil(log2 classes) bits of a class.
 * Security: semi-honest; each message is masked by correlations used once.
 * @module
 */
import { done, type Protocol, receive, type SingleUse, send, siteOnlineClient, siteOnlineServer } from '@relent/crypto';
import { quadraticShareId, ringReduce } from '@relent/graph';
import type { Kernels } from '@relent/kernels';
import { eachImage } from './images.js';
import type { WeightMap } from './linear-correlations.js';
import type { ClientMaterial, ServerMaterial } from './material.js';
import { type StepObserver, stepNames } from './observe.js';
import { packRing, unpackRing } from './pack.js';
import type { Plan, SiteStep } from './plan.js';
import { evaluateScores, walkShares } from './shares.js';

/** The shares of the gates that a site takes from an earlier one. */
function givenGates(step: SiteStep, gates: ReadonlyMap<string, Uint8Array>): Uint8Array | undefined {
  const { source } = step.node.gates;
  return source === null ? undefined : gates.get(source);
}

/**
 * The client's online phase.
 * @param image - [input size] integers, see `quantizeImage`; several images one after the other.
 * @returns the answer: logits, sign-extended l-bit integers, or class indices; and the kept shares of the
 *          pre-activations, if any.
 * @throws ProtocolError `reused` if the correlations were used before.
 */
export function* onlineClient(
  plan: Plan,
  correlations: SingleUse<ClientMaterial>,
  image: Int32Array,
  kernels: Kernels,
  observer: StepObserver,
): Protocol<{ readonly answer: Int32Array; readonly siteShares: ReadonlyMap<string, Int32Array> | null }> {
  const { input, output, ringBits } = plan;
  if (image.length !== input.size) throw new RangeError(`"image" expected ${input.size} values, got ${image.length}`);
  const material = correlations.take();
  observer.enter(input.id);
  const masked = image.map((value, i) => value - (material.inputMask[i] ?? 0));
  yield* send(packRing(masked, ringBits));

  const gates = new Map<string, Uint8Array>();
  const siteShares = material.siteShares && new Map(material.siteShares);
  for (const step of plan.steps) {
    if (step.kind !== 'site') continue;
    observer.enter(step.id);
    const correlation = material.sites.get(step.id);
    if (correlation === undefined) throw new RangeError(`"correlations" expected those of "${step.id}", got none`);
    const result = yield* siteOnlineClient(step.site, correlation, givenGates(step, gates), kernels);
    gates.set(step.id, result.gates);
    if (result.quadratics.length > 0) siteShares?.set(quadraticShareId(step.id), result.quadratics);
  }

  observer.enter(stepNames.output);
  const answer = unpackRing(yield* receive(), output.size, output.bits, stepNames.output);
  for (let i = 0; i < answer.length; i++) answer[i] = (answer[i] ?? 0) + (material.outputShare[i] ?? 0);
  ringReduce(answer, output.bits);
  // A class is a natural number below 2^bits.
  if (plan.answer === 'class')
    for (let i = 0; i < answer.length; i++) answer[i] = (answer[i] ?? 0) & (2 ** output.bits - 1);
  return { answer, siteShares };
}

/**
 * The server's online phase.
 * @throws ProtocolError `reused` if the correlations were used before, `malformed` if a message has a wrong size.
 */
export function* onlineServer(
  plan: Plan,
  correlations: SingleUse<ServerMaterial>,
  weights: WeightMap,
  kernels: Kernels,
  observer: StepObserver,
): Protocol<void> {
  const material = correlations.take();
  const gates = new Map<string, Uint8Array>();
  const share = yield* walkShares(plan, {
    role: 'server',
    *input(step) {
      observer.enter(step.id);
      return unpackRing(yield* receive(), step.size, plan.ringBits, step.id);
    },
    conv(step, x) {
      observer.enter(step.id);
      const layer = weights.get(step.id);
      const mask = material.convolutions.get(step.id);
      if (layer === undefined || mask === undefined) {
        throw new RangeError(`"weights" expected those of "${step.id}", got none`);
      }
      const z = eachImage(plan.images, [x], ([part]) =>
        kernels.convolve(part as Int32Array, layer.weight, layer.bias, step.geometry),
      );
      for (let i = 0; i < z.length; i++) z[i] = (z[i] ?? 0) + (mask[i] ?? 0);
      return done(ringReduce(z, plan.ringBits));
    },
    *site(step, z) {
      observer.enter(step.id);
      const correlation = material.sites.get(step.id);
      if (correlation === undefined) throw new RangeError(`"correlations" expected those of "${step.id}", got none`);
      const scores = evaluateScores(step, z, plan);
      const result = yield* siteOnlineServer(step.site, correlation, z, scores, givenGates(step, gates), kernels);
      gates.set(step.id, result.gates);
      return result.y;
    },
  });
  observer.enter(stepNames.output);
  yield* send(packRing(share, plan.output.bits));
}
