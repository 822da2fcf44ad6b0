/**
 * The online phase of one inference.
 *
 * The client sends its masked image; linear layers cost nothing; every site is one exchange (see docs/protocols.md);
 * at last the server sends its share of the output, and only the client learns the logits.
 *
 * Cost: besides the sites, l bits for each input element up and l bits for each output element down.
 * Security: semi-honest; each message is masked by correlations used once.
 * @module
 */
import { done, type Protocol, receive, type SingleUse, send, siteOnlineClient, siteOnlineServer } from '@relent/crypto';
import { ringReduce, siteScores } from '@relent/graph';
import type { Kernels } from '@relent/kernels';
import type { WeightMap } from './linear-correlations.js';
import type { ClientMaterial, ServerMaterial } from './material.js';
import { type StepObserver, stepNames } from './observe.js';
import { packRing, unpackRing } from './pack.js';
import type { Plan, SiteStep } from './plan.js';
import { walkShares } from './shares.js';

/** The shares of the gates that a site takes from an earlier one. */
function givenGates(step: SiteStep, gates: ReadonlyMap<string, Uint8Array>): Uint8Array | undefined {
  const { source } = step.node.gates;
  return source === null ? undefined : gates.get(source);
}

/**
 * The client's online phase.
 * @param image - [input size] integers, see `quantizeImage`.
 * @returns the logits, sign-extended l-bit integers; and the kept shares of the pre-activations, if any.
 * @throws ProtocolError `reused` if the correlations were used before.
 */
export function* onlineClient(
  plan: Plan,
  correlations: SingleUse<ClientMaterial>,
  image: Int32Array,
  kernels: Kernels,
  observer: StepObserver,
): Protocol<{ readonly logits: Int32Array; readonly siteShares: ReadonlyMap<string, Int32Array> | null }> {
  const { input, output, ringBits } = plan;
  if (image.length !== input.size) throw new RangeError(`"image" expected ${input.size} values, got ${image.length}`);
  const material = correlations.take();
  observer.enter(input.id);
  const masked = image.map((value, i) => value - (material.inputMask[i] ?? 0));
  yield* send(packRing(masked, ringBits));

  const gates = new Map<string, Uint8Array>();
  for (const step of plan.steps) {
    if (step.kind !== 'site') continue;
    observer.enter(step.id);
    const correlation = material.sites.get(step.id);
    if (correlation === undefined) throw new RangeError(`"correlations" expected those of "${step.id}", got none`);
    const result = yield* siteOnlineClient(step.site, correlation, givenGates(step, gates), kernels);
    gates.set(step.id, result.gates);
  }

  observer.enter(stepNames.output);
  const logits = unpackRing(yield* receive(), output.size, ringBits, stepNames.output);
  for (let i = 0; i < logits.length; i++) logits[i] = (logits[i] ?? 0) + (material.outputShare[i] ?? 0);
  return { logits: ringReduce(logits, ringBits), siteShares: material.siteShares };
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
      const z = kernels.convolve(x, layer.weight, layer.bias, step.geometry);
      for (let i = 0; i < z.length; i++) z[i] = (z[i] ?? 0) + (mask[i] ?? 0);
      return done(ringReduce(z, plan.ringBits));
    },
    *site(step, z) {
      observer.enter(step.id);
      const correlation = material.sites.get(step.id);
      if (correlation === undefined) throw new RangeError(`"correlations" expected those of "${step.id}", got none`);
      const scores = siteScores(step.node.gates, z, plan.ringBits);
      const result = yield* siteOnlineServer(step.site, correlation, z, scores, givenGates(step, gates), kernels);
      gates.set(step.id, result.gates);
      return result.y;
    },
  });
  observer.enter(stepNames.output);
  yield* send(packRing(share, plan.ringBits));
}
