/**
 * The server's side of a session.
 * @module
 */
import { ProtocolError, type SingleUse } from '@relent/crypto';
import { encodeIntegerGraph, type IntegerGraph, type IntegerModel, type ModelInfo, publicHash } from '@relent/graph';
import type { ServerMaterial } from './material.js';
import { checkAccept, decodeHello, decodeRequest, encodeWelcome, nonceBytes } from './messages.js';
import { stepNames } from './observe.js';
import { offlineServer, type PartyTools } from './offline.js';
import { onlineServer } from './online.js';
import { type Answer, type Plan, plan, planImages } from './plan.js';
import { allowsExact } from './plan-check.js';
import { choiceOf, type PlanDemand, writeChoice } from './plan-choice.js';
import { planCost } from './plan-cost.js';
import { choosePlan, type PlannerOptions } from './planner.js';
import { profiles } from './profiles.js';
import { type RlweCorrelations, sharedRlwe } from './rlwe-correlations.js';
import { runProtocol } from './run.js';
import { guarded, openSession, type SessionOptions, type SessionParts } from './session.js';
import { setUpTransfer } from './transfer.js';
import type { Channel } from './transport/types.js';

/** A model to serve. Keep one object for many sessions: what is derived from it is derived once. */
export interface ServedModel {
  readonly integer: IntegerModel;
  readonly info: ModelInfo;
}

/** Options of {@link serveSession}. */
export interface ServeOptions extends SessionOptions {
  /** How long a client may leave the session idle between requests, milliseconds; default 600,000. */
  readonly idleTimeoutMs?: number;
  /** Images whose offline phases a client may have waiting; default 64. No more run at once. */
  readonly maxPrepared?: number;
  /** The engine of the linear layers; give all sessions one, they share its transformed weights. Default: one a process. */
  readonly linear?: RlweCorrelations;
  /** Chooses the plan for a network, or as demanded; default: `plan(graph)`, unless the client demands something else. */
  readonly planning?: Partial<Pick<PlannerOptions, 'profile' | 'mode' | 'compare' | 'exact' | 'offlineWeight'>>;
  /** What clients learn of their images; default `logits`. */
  readonly answer?: Answer;
}

/** What a session did. */
export interface SessionSummary {
  /** Offline phases and online phases that were run. */
  readonly prepared: number;
  readonly inferences: number;
  /** Images that the online phases answered. */
  readonly images: number;
}

interface Derived {
  /** By answer, demand and network. */
  readonly plans: Map<string, Plan>;
  readonly bytes: Uint8Array;
  readonly hash: string;
}

const derivedOf = new WeakMap<IntegerModel, Derived>();

function derive(model: IntegerModel): Derived {
  let derived = derivedOf.get(model);
  if (derived === undefined) {
    const { graph } = model;
    derived = { plans: new Map(), bytes: encodeIntegerGraph(graph), hash: publicHash(graph) };
    derivedOf.set(model, derived);
  }
  return derived;
}

/** What the client demands, where this leaves the server's own demand intact and the network allows it. */
function jointDemand(graph: IntegerGraph, client: PlanDemand, server: PlanDemand): PlanDemand {
  const { mode = client.mode, compare = client.compare, exact = client.exact && allowsExact(graph) } = server;
  return mode === 'b' && (compare === 'tree' || exact) ? server : { mode, compare, exact };
}

/** The plan of a session: chosen once for each demand. */
function planFor(model: IntegerModel, { plans }: Derived, client: PlanDemand, options: ServeOptions): Plan {
  const { planning, linear = sharedRlwe, answer = 'logits' } = options;
  const { mode, compare, exact = false } = jointDemand(model.graph, client, planning ?? {});
  const free = planning === undefined && mode === undefined && compare === undefined;
  const key = JSON.stringify([answer, free, mode, compare, exact, planning?.profile, planning?.offlineWeight]);
  let chosen = plans.get(key);
  if (chosen === undefined) {
    const { graph } = model;
    chosen = free
      ? plan(graph, { answer, exact })
      : choosePlan(graph, { profile: profiles.lan, ...planning, mode, compare, exact, linear, answer });
    plans.set(key, chosen);
  }
  return chosen;
}

async function shakeHands(parts: SessionParts, model: ServedModel, derived: Derived, options: ServeOptions) {
  const { link, random } = parts;
  const { nonce: theirs, demand } = decodeHello(await link.receive('hello'));
  const chosen = planFor(model.integer, derived, demand, options);
  // Before the welcome, since a client's first long message may follow its short answer at once.
  link.limitMessages(planCost(chosen, options.linear ?? sharedRlwe).maxMessageBytes);
  const nonce = random.bytes(nonceBytes);
  const description = { hash: derived.hash, info: model.info, plan: writeChoice(choiceOf(chosen)) };
  await link.send('welcome', encodeWelcome(nonce, description, derived.bytes));
  checkAccept(await link.receive('accept'), derived.hash);
  return { nonces: [theirs, nonce], plan: chosen } as const;
}

async function serveRequests(
  parts: SessionParts,
  model: ServedModel,
  single: Plan,
  tools: PartyTools,
  options: ServeOptions,
): Promise<SessionSummary> {
  const { link, meter, emit } = parts;
  const waiting = new Map<number, { readonly images: number; readonly material: SingleUse<ServerMaterial> }>();
  let imagesWaiting = 0;
  const maxPrepared = options.maxPrepared ?? 64;
  const { weights } = model.integer;
  let prepared = 0;
  let inferences = 0;
  let answered = 0;
  for (;;) {
    meter.begin(stepNames.request);
    const request = decodeRequest(await link.receive('request', options.idleTimeoutMs ?? 600_000));
    meter.startClock();
    const { index, images } = request;
    switch (request.kind) {
      case 'end':
        link.close();
        return { prepared, inferences, images: answered };
      case 'offline': {
        // Indices count up, so that no index ever names two sets of correlations.
        if (index !== prepared) {
          throw new ProtocolError('reused', stepNames.request, `"index" expected ${prepared}, got ${index}`);
        }
        if (imagesWaiting + images > maxPrepared) {
          throw new ProtocolError('parameters', stepNames.request, `"prepare" expected at most ${maxPrepared} waiting`);
        }
        prepared++;
        imagesWaiting += images;
        const steps = planImages(single, images);
        link.raiseLimit(planCost(steps, tools.linear).maxMessageBytes);
        waiting.set(index, { images, material: await runProtocol(offlineServer(steps, tools, weights), link) });
        break;
      }
      case 'online': {
        const found = waiting.get(index);
        if (found?.images !== images) {
          throw new ProtocolError(
            'reused',
            stepNames.request,
            '"index" expected fresh correlations, got used or unknown',
          );
        }
        waiting.delete(index);
        imagesWaiting -= images;
        await runProtocol(
          onlineServer(planImages(single, images), found.material, weights, tools.kernels, meter),
          link,
        );
        inferences++;
        answered += images;
        break;
      }
      default:
        request.kind satisfies never;
    }
    emit({ kind: 'phase', phase: request.kind, index, traffic: meter.total() });
  }
}

/**
 * Serves one client until it ends the session.
 *
 * Security: semi-honest. The server learns nothing but sizes and times; a malicious client can extract weights.
 * @throws RangeError if the private engine cannot run the model; ProtocolError if the client misbehaves;
 *         TransportError if the wire breaks or a deadline passes.
 */
export async function serveSession(
  model: ServedModel,
  channel: Channel,
  options: ServeOptions,
): Promise<SessionSummary> {
  const parts = openSession('server', channel, options);
  const { link, meter, random, emit } = parts;
  return guarded(link, async () => {
    const derived = derive(model.integer);
    const linear = options.linear ?? sharedRlwe;
    const { nonces, plan: steps } = await shakeHands(parts, model, derived, options);
    meter.enter(stepNames.transfer);
    const ot = await runProtocol(setUpTransfer('server', options, random, nonces, steps.transfer), link);
    emit({ kind: 'phase', phase: 'setup', index: 0, traffic: meter.total() });
    const tools: PartyTools = { kernels: options.kernels, linear, ot, random, observer: meter };
    return serveRequests(parts, model, steps, tools, options);
  });
}
