/**
 * The server's side of a session.
 * @module
 */
import { encodeIntegerGraph, type IntegerGraph, type IntegerModel, type ModelInfo, publicHash } from '@relent/graph';
import { ServerShelf } from './bundle/server-shelf.js';
import type { BundleVault } from './bundle/vault.js';
import { checkAccept, decodeHello, decodeRequest, encodeWelcome, nonceBytes } from './messages.js';
import { stepNames } from './observe.js';
import { type Answer, type Plan, plan } from './plan.js';
import { allowsExact } from './plan-check.js';
import { choiceOf, type PlanDemand, writeChoice } from './plan-choice.js';
import { planCost } from './plan-cost.js';
import { choosePlan, type PlannerOptions } from './planner.js';
import { profiles } from './profiles.js';
import { type RlweCorrelations, sharedRlwe } from './rlwe-correlations.js';
import { ServerRequests, type SessionSummary } from './server-requests.js';
import { guarded, openSession, phaseNames, type SessionOptions, type SessionParts } from './session.js';
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
  /** Keeps what clients prepare ahead of a session; without it they can prepare within a session alone. */
  readonly vault?: BundleVault;
  /** Bundles that may wait in the vault, of all clients; default 1,000. */
  readonly maxStored?: number;
  /** The engine of the linear layers; give all sessions one, they share its transformed weights. Default: one a process. */
  readonly linear?: RlweCorrelations;
  /** Chooses the plan for a network, or as demanded; default: `plan(graph)`, unless the client demands something else. */
  readonly planning?: Partial<Pick<PlannerOptions, 'profile' | 'mode' | 'compare' | 'exact' | 'offlineWeight'>>;
  /** What clients learn of their images; default `logits`. */
  readonly answer?: Answer;
}

const defaultMaxPrepared = 64;
const defaultMaxStored = 1000;
const defaultIdleTimeoutMs = 600_000;

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
  const bundles = options.vault !== undefined;
  const description = { hash: derived.hash, info: model.info, plan: writeChoice(choiceOf(chosen)), bundles };
  await link.send('welcome', encodeWelcome(nonce, description, derived.bytes));
  checkAccept(await link.receive('accept'), derived.hash);
  return { nonces: [theirs, nonce], plan: chosen } as const;
}

/** Serves requests until the client ends the session. */
async function serveRequests(
  { link, meter, emit }: SessionParts,
  requests: ServerRequests,
  idleTimeoutMs: number,
): Promise<SessionSummary> {
  for (;;) {
    meter.begin(stepNames.request);
    const { kind, index, images } = decodeRequest(await link.receive('request', idleTimeoutMs));
    meter.startClock();
    if (kind === 'end') {
      link.close();
      return requests.summary;
    }
    await requests.serve({ kind, index, images });
    emit({ kind: 'phase', phase: phaseNames[kind], index, traffic: meter.total() });
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
  const { link, meter, random } = parts;
  return guarded(link, async () => {
    const derived = derive(model.integer);
    const linear = options.linear ?? sharedRlwe;
    const { nonces, plan: steps } = await shakeHands(parts, model, derived, options);
    const { vault, group } = options;
    const requests = new ServerRequests({
      parts,
      plan: steps,
      weights: model.integer.weights,
      tools: { kernels: options.kernels, group, linear, random, observer: meter },
      nonces,
      shelf: vault === undefined ? null : new ServerShelf(vault, derived.hash, group),
      maxPrepared: options.maxPrepared ?? defaultMaxPrepared,
      maxStored: options.maxStored ?? defaultMaxStored,
    });
    return serveRequests(parts, requests, options.idleTimeoutMs ?? defaultIdleTimeoutMs);
  });
}
