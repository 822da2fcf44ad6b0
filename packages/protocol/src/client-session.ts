/**
 * The client's side of a session: handshake, then any number of private inferences.
 * @module
 */
import { ProtocolError } from '@relent/crypto';
import { decodeIntegerGraph, type IntegerGraph, type ModelInfo, publicHash } from '@relent/graph';
import { type BundleEvent, ClientShelf } from './bundle/client-shelf.js';
import type { BundleVault } from './bundle/vault.js';
import { ClientCalls } from './client-calls.js';
import { decodeWelcome, encodeAccept, encodeHello, nonceBytes } from './messages.js';
import type { PhaseTraffic, StepTraffic } from './meter.js';
import { stepNames } from './observe.js';
import { type Plan, plan } from './plan.js';
import { expectDemand, type PlanChoice, type PlanDemand, readChoice } from './plan-choice.js';
import { planCost } from './plan-cost.js';
import { sharedRlwe } from './rlwe-correlations.js';
import { guarded, openSession, type SessionOptions, type SessionParts } from './session.js';
import type { Channel } from './transport/types.js';

/** Options of {@link connectSession}. */
export interface ConnectOptions extends SessionOptions {
  /** Refuses every other model than the one with this `publicHash`. */
  readonly expectedHash?: string;
  /** Keeps the client's shares of all pre-activations with each result, for checking; default false. */
  readonly keepShares?: boolean;
  /**
   * Bundles produced ahead: inferences take theirs from here, and oblivious transfer is set up when it is first needed.
   */
  readonly vault?: BundleVault;
  /** Told what becomes of stored bundles, and when an inference finds none. */
  readonly onBundle?: (event: BundleEvent) => void;
  /** How the sites must be built; the server is asked for it, and a session that differs is refused. */
  readonly demand?: PlanDemand;
}

/** One step of one phase. */
export interface InferenceStep extends StepTraffic {
  readonly phase: 'offline' | 'online';
}

/** What the client learns of one image. */
export interface ImageAnswer {
  /** [output size] integers of Z_2^l; `logitsToFloat` gives them their real scale. Null if the server tells classes only. */
  readonly logits: Int32Array | null;
  /** [H · W of the output, 1 for a vector] index of the largest logit, of equal ones the first. */
  readonly classes: Int32Array;
  /** The first of `classes`: the answer of a classifier. */
  readonly prediction: number;
  /**
   * The client's shares by site, if `keepShares` was set: of every site's pre-activation, and of what quadratics truncate, as
   * mode `shares` of the integer interpreter reads them. Secrets of the client.
   */
  readonly clientShares: ReadonlyMap<string, Int32Array> | null;
}

/** What private inferences took. */
interface Traffic {
  /** When the offline phase was run, if its correlations came from the store: milliseconds since 1970; else null. */
  readonly preparedAtMs: number | null;
  readonly offline: PhaseTraffic;
  readonly online: PhaseTraffic;
  /** The steps of both phases. */
  readonly steps: readonly InferenceStep[];
}

/** The answer of one private inference, and what it took. */
export interface Inference extends ImageAnswer, Traffic {}

/** The answers to images that ran at once, and what they took together. */
export interface InferenceBatch extends Traffic {
  readonly answers: readonly ImageAnswer[];
}

/** Options of {@link ClientSession.stock}. */
export interface StockOptions {
  /** How many images each bundle is for; default 1. */
  readonly images?: number;
  /** Called after each, when it will survive a crash of either side. */
  readonly onStocked?: (traffic: PhaseTraffic) => void;
}

/** An open session, as the client sees it. Calls queue up: one runs at a time. */
export interface ClientSession {
  readonly info: ModelInfo;
  readonly graph: IntegerGraph;
  readonly hash: string;
  readonly plan: Plan;
  /** What the handshake took, and the set-up of oblivious transfer unless the session has a vault. */
  readonly setup: PhaseTraffic;
  /** Whether the server keeps bundles. */
  readonly stores: boolean;
  /**
   * Classifies one image privately; takes a stored bundle or runs the offline phase first unless one was prepared.
   * @param image - [C, H, W] of the model's input: integers as `quantizeImage` makes them, or normalised floats.
   * @throws RangeError if the image has another size; ProtocolError, TransportError if the session failed.
   */
  infer(image: Int32Array | Float32Array): Promise<Inference>;
  /**
   * Classifies several images at once, in the rounds of one; uses an offline phase that was prepared for as many images.
   * @param images - at least one, each as for {@link ClientSession.infer}.
   * @throws RangeError if an image has another size; ProtocolError, TransportError if the session failed.
   */
  inferBatch(images: readonly (Int32Array | Float32Array)[]): Promise<InferenceBatch>;
  /**
   * Runs `count` offline phases ahead of their images.
   * @param images - how many images each is for; default 1.
   */
  prepare(count: number, images?: number): Promise<void>;
  /**
   * Runs `count` offline phases whose correlations both sides store.
   * @throws RangeError if the session has no vault or the server stores nothing; here and below.
   */
  stock(count: number, options?: StockOptions): Promise<void>;
  /**
   * How many stored bundles both sides have for this session's plan, by the server's word.
   * @param images - how many images each is for; default 1, here and below.
   */
  stored(images?: number): Promise<number>;
  /**
   * Takes up to `count` (at most 256) bundles out of both stores for the next inferences, with one round trip for all;
   * an inference that finds nothing ready does so for one. What the session does not use is lost with it.
   * @returns how many there were.
   * @throws ProtocolError `aborted` if the server refuses one: it is used there, or was never stored.
   */
  reserve(count: number, images?: number): Promise<number>;
  /** Ends the session in peace. */
  close(): Promise<void>;
}

/** Reads the graph that the server sent; whatever is wrong with it is the server's fault. */
function readModel(
  bytes: Uint8Array,
  choice: PlanChoice,
): { readonly graph: IntegerGraph; readonly plan: Plan; readonly hash: string } {
  let graph: IntegerGraph;
  try {
    graph = decodeIntegerGraph(bytes);
  } catch {
    throw new ProtocolError('malformed', stepNames.handshake, '"graph" expected an integer graph, got other bytes');
  }
  try {
    return { graph, plan: plan(graph, choice), hash: publicHash(graph) };
  } catch (error) {
    // The reason names nodes by ids that the server chose, so it stays out of the message.
    const kind = error instanceof RangeError ? 'an inconsistent or unsupported one' : 'an unreadable one';
    throw new ProtocolError('model', stepNames.handshake, `"graph" expected one the private engine runs, got ${kind}`);
  }
}

async function shakeHands(parts: SessionParts, options: ConnectOptions) {
  const { link, random } = parts;
  const nonce = random.bytes(nonceBytes);
  await link.send('hello', encodeHello(nonce, options.demand));
  const welcome = decodeWelcome(await link.receive('welcome'));
  const { description } = welcome;
  const model = readModel(welcome.graph, readChoice(description.plan));
  if (description.hash !== model.hash || (options.expectedHash ?? model.hash) !== model.hash) {
    throw new ProtocolError('model', stepNames.handshake, '"hash" expected that of the agreed model, got another');
  }
  expectDemand(model.plan, options.demand ?? {});
  await link.send('accept', encodeAccept(model.hash));
  return {
    ...model,
    info: description.info,
    nonces: [nonce, welcome.nonce] as const,
    serverStores: description.bundles,
  };
}

/**
 * Opens a session with a server: agrees on version and model, sets up oblivious transfer.
 *
 * Security: semi-honest. The client learns the architecture, the gate map, scales and bounds, and the logits, or the
 * class alone where the server is set so.
 * @throws ProtocolError if the server misbehaves or disagrees; TransportError if the wire breaks or a deadline passes.
 */
export async function connectSession(channel: Channel, options: ConnectOptions): Promise<ClientSession> {
  const parts = openSession('client', channel, options);
  const { link, meter, random, emit } = parts;
  return guarded(link, async () => {
    const { graph, hash, info, nonces, serverStores, plan: steps } = await shakeHands(parts, options);
    link.limitMessages(planCost(steps).maxMessageBytes);
    const { vault, keepShares = false, onBundle = () => undefined, kernels, group } = options;
    const shelf = vault === undefined ? null : new ClientShelf({ vault, modelHash: hash, group, keepShares, onBundle });
    const tools = { kernels, group, linear: sharedRlwe, random, observer: meter };
    const calls = new ClientCalls({
      parts,
      plan: steps,
      graph,
      tools,
      nonces,
      keepShares,
      shelf,
      serverStores,
      onBundle,
    });
    if (vault === undefined) await calls.setUp();
    const setup = meter.total();
    emit({ kind: 'phase', phase: 'setup', index: 0, traffic: setup });
    return {
      info,
      graph,
      hash,
      plan: steps,
      setup,
      stores: serverStores,
      infer: (image) => calls.infer(image),
      inferBatch: (images) => calls.inferBatch(images),
      prepare: (count, images) => calls.prepare(count, images),
      stock: (count, given) => calls.stock(count, given),
      stored: (images) => calls.stored(images),
      reserve: (count, images) => calls.reserve(count, images),
      close: () => calls.close(),
    };
  });
}
