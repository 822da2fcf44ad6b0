/**
 * The offline phase of one inference: everything that does not need the image.
 *
 * First the correlations of the linear layers, then those of the sites. A site's offline phase needs the client's share
 * of its pre-activation, which the linear correlations fix; no site waits for another, so the sites of a batch run
 * merged and cost the rounds of one.
 *
 * Security: semi-honest, under the assumptions of the OT extension and of the linear engine in use.
 * @module
 */
import {
  all,
  done,
  type OtExtensionReceiver,
  type OtExtensionSender,
  type Protocol,
  type RandomSource,
  SingleUse,
  type SiteClientCorrelation,
  type SiteServerCorrelation,
  siteOfflineClient,
  siteOfflineServer,
} from '@relent/crypto';
import type { Kernels } from '@relent/kernels';
import type { LinearCorrelations, WeightMap } from './linear-correlations.js';
import type { ClientMaterial, ServerMaterial } from './material.js';
import type { Role } from './meter.js';
import { attributed, type StepObserver, stepNames } from './observe.js';
import type { Plan, SiteStep } from './plan.js';
import { evaluateScores, maskWalk, stepRandomness, walkShares } from './shares.js';
import { batchDemand, preparedDirections } from './transfer-choice.js';

/** What a party brings to every phase: kernels, engines, and its connection to the meter. */
export interface PartyTools {
  readonly kernels: Kernels;
  readonly linear: LinearCorrelations;
  readonly ot: { readonly sender: OtExtensionSender; readonly receiver: OtExtensionReceiver };
  readonly random: RandomSource;
  readonly observer: StepObserver;
}

/** Makes the random OTs of a batch ahead, where its sites could not. */
function* prepareBatch(plan: Plan, batch: readonly SiteStep[], role: Role, ot: PartyTools['ot']): Protocol<void> {
  const demand = batchDemand(batch);
  yield* all<unknown[]>(
    preparedDirections(plan.transfer, batch).map((sender) =>
      (sender === role ? ot.sender : ot.receiver).prepare(demand[sender]),
    ),
  );
}

function* runBatches<T>(
  plan: Plan,
  role: Role,
  { observer, ot }: PartyTools,
  site: (step: SiteStep) => Protocol<T>,
): Protocol<Map<string, T>> {
  const results = new Map<string, T>();
  for (const [index, batch] of plan.batches.entries()) {
    observer.enter(stepNames.batch(index));
    yield* prepareBatch(plan, batch, role, ot);
    const parts = yield* all<T[]>(batch.map((step) => attributed(site(step), step.id, observer)));
    for (const [lane, step] of batch.entries()) results.set(step.id, parts[lane] as T);
  }
  return results;
}

/**
 * The client's offline phase.
 * @param options.keepShares - keeps the client's share of every pre-activation, for checking against the integer
 *        interpreter. They are secrets of the client.
 */
export function* offlineClient(
  plan: Plan,
  tools: PartyTools,
  options: { readonly keepShares?: boolean } = {},
): Protocol<SingleUse<ClientMaterial>> {
  const { kernels, random, ot, observer } = tools;
  const maskSeed = random.bytes(32);
  observer.enter(stepNames.linear);
  const convolutions = yield* tools.linear.client(plan, kernels, maskSeed, random);

  const masks = maskWalk(plan, kernels, maskSeed);
  const preactivations = new Map<string, Int32Array>();
  const outputShare = yield* walkShares(plan, {
    ...masks,
    conv(step) {
      const share = convolutions.get(step.id);
      if (share === undefined) throw new RangeError(`"correlations" expected those of "${step.id}", got none`);
      return done(share);
    },
    site(step, z) {
      preactivations.set(step.id, z);
      return masks.site(step, z);
    },
  });

  const sites: Map<string, SiteClientCorrelation> = yield* runBatches(plan, 'client', tools, (step) => {
    const z = preactivations.get(step.id) as Int32Array;
    const scores = evaluateScores(step, z, plan);
    const mask = stepRandomness(kernels, maskSeed, step.index, step.size, plan.ringBits);
    if (!options.keepShares) preactivations.delete(step.id);
    return siteOfflineClient(step.site, z, scores, mask, ot, random);
  });
  const material: ClientMaterial = {
    inputMask: stepRandomness(kernels, maskSeed, plan.input.index, plan.input.size, plan.ringBits),
    sites,
    outputShare,
    siteShares: options.keepShares ? preactivations : null,
  };
  return new SingleUse(material, 'online');
}

/** The server's offline phase. */
export function* offlineServer(plan: Plan, tools: PartyTools, weights: WeightMap): Protocol<SingleUse<ServerMaterial>> {
  const { kernels, ot, observer } = tools;
  observer.enter(stepNames.linear);
  const convolutions = yield* tools.linear.server(plan, kernels, weights, tools.random);
  const sites: Map<string, SiteServerCorrelation> = yield* runBatches(plan, 'server', tools, (step) =>
    siteOfflineServer(step.site, ot),
  );
  return new SingleUse({ convolutions, sites }, 'online');
}
