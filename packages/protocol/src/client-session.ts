/**
 * The client's side of a session: handshake, then any number of private inferences.
 * @module
 */
import { ProtocolError, type SingleUse } from '@relent/crypto';
import {
  classesOf,
  decodeIntegerGraph,
  type IntegerGraph,
  type ModelInfo,
  publicHash,
  quantizeImage,
} from '@relent/graph';
import { imageOf, joinImages } from './images.js';
import type { ClientMaterial } from './material.js';
import { decodeWelcome, encodeAccept, encodeHello, encodeRequest, nonceBytes } from './messages.js';
import type { PhaseTraffic, StepTraffic } from './meter.js';
import { stepNames } from './observe.js';
import { offlineClient, type PartyTools } from './offline.js';
import { onlineClient } from './online.js';
import { type Plan, plan, planImages } from './plan.js';
import { expectDemand, type PlanChoice, type PlanDemand, readChoice } from './plan-choice.js';
import { planCost } from './plan-cost.js';
import { sharedRlwe } from './rlwe-correlations.js';
import { runProtocol } from './run.js';
import { guarded, openSession, type SessionOptions, type SessionParts } from './session.js';
import { setUpTransfer } from './transfer.js';
import type { Channel } from './transport/types.js';

/** Options of {@link connectSession}. */
export interface ConnectOptions extends SessionOptions {
  /** Refuses every other model than the one with this `publicHash`. */
  readonly expectedHash?: string;
  /** Keeps the client's shares of all pre-activations with each result, for checking; default false. */
  readonly keepShares?: boolean;
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

/** An open session, as the client sees it. Calls queue up: one runs at a time. */
export interface ClientSession {
  readonly info: ModelInfo;
  readonly graph: IntegerGraph;
  readonly hash: string;
  readonly plan: Plan;
  /** What handshake and oblivious-transfer set-up took. */
  readonly setup: PhaseTraffic;
  /**
   * Classifies one image privately; runs its offline phase first unless one was prepared.
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
  /** Ends the session in peace. */
  close(): Promise<void>;
}

interface Prepared {
  readonly index: number;
  readonly plan: Plan;
  readonly material: SingleUse<ClientMaterial>;
  readonly traffic: PhaseTraffic;
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
  return { ...model, info: description.info, nonces: [nonce, welcome.nonce] as const };
}

/** The calls of an open session, over its parts. */
function clientCalls(
  parts: SessionParts,
  tools: PartyTools,
  model: { plan: Plan; graph: IntegerGraph },
  keepShares: boolean,
) {
  const { link, meter, emit } = parts;
  const ready: Prepared[] = [];
  let nextIndex = 0;
  let tail: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(part: () => Promise<T>): Promise<T> => {
    const result = tail.then(() => guarded(link, part));
    tail = result.catch(() => undefined);
    return result;
  };

  const prepareOne = async (images: number): Promise<Prepared> => {
    const steps = planImages(model.plan, images);
    link.raiseLimit(planCost(steps, tools.linear).maxMessageBytes);
    const index = nextIndex++;
    meter.begin(stepNames.request);
    await link.send('request', encodeRequest({ kind: 'offline', index, images }));
    const material = await runProtocol(offlineClient(steps, tools, { keepShares }), link);
    const traffic = meter.total();
    emit({ kind: 'phase', phase: 'offline', index, traffic });
    return { index, plan: steps, material, traffic };
  };

  const takePrepared = (images: number): Prepared | undefined => {
    const at = ready.findIndex(({ plan: { images: count } }) => count === images);
    return at < 0 ? undefined : ready.splice(at, 1)[0];
  };

  const inferOnce = async (pixels: Int32Array, images: number): Promise<InferenceBatch> => {
    const { index, plan: steps, material, traffic: offline } = takePrepared(images) ?? (await prepareOne(images));
    meter.begin(stepNames.request);
    await link.send('request', encodeRequest({ kind: 'online', index, images }));
    const { answer, siteShares } = await runProtocol(onlineClient(steps, material, pixels, tools.kernels, meter), link);
    const online = meter.total();
    emit({ kind: 'phase', phase: 'online', index, traffic: online });
    const label = (phase: InferenceStep['phase'], traffic: PhaseTraffic): InferenceStep[] =>
      traffic.steps.map((step) => ({ phase, ...step }));
    const answers = Array.from({ length: images }, (_, image): ImageAnswer => {
      const part = (values: Int32Array): Int32Array => imageOf(values, images, image).slice();
      const logits = steps.answer === 'logits' ? part(answer) : null;
      const classes = logits === null ? part(answer) : classesOf(model.graph, logits);
      const clientShares = siteShares && new Map([...siteShares].map(([id, shares]) => [id, part(shares)]));
      return { logits, classes, prediction: classes[0] ?? 0, clientShares };
    });
    return { answers, offline, online, steps: [...label('offline', offline), ...label('online', online)] };
  };

  const integersOf = (image: Int32Array | Float32Array): Int32Array => {
    const { size } = model.plan.input;
    if (image.length !== size) {
      const shape = model.plan.input.node.shape.join(', ');
      throw new RangeError(`"image" expected [${shape}], that is ${size} values, got ${image.length}`);
    }
    return image instanceof Float32Array ? quantizeImage(model.graph, image) : image.slice();
  };

  return {
    async infer(image: Int32Array | Float32Array): Promise<Inference> {
      const integers = integersOf(image);
      const { answers, ...traffic } = await inTurn(() => inferOnce(integers, 1));
      return { ...(answers[0] as ImageAnswer), ...traffic };
    },
    async inferBatch(images: readonly (Int32Array | Float32Array)[]): Promise<InferenceBatch> {
      planImages(model.plan, images.length);
      const integers = joinImages(images.map(integersOf));
      return inTurn(() => inferOnce(integers, images.length));
    },
    async prepare(count: number, images = 1): Promise<void> {
      if (!Number.isInteger(count) || count < 0)
        throw new RangeError(`"count" expected a natural number, got ${count}`);
      planImages(model.plan, images);
      for (let i = 0; i < count; i++) {
        await inTurn(async () => {
          ready.push(await prepareOne(images));
        });
      }
    },
    close: (): Promise<void> =>
      inTurn(async () => {
        meter.begin(stepNames.request);
        await link.send('request', encodeRequest({ kind: 'end', index: 0, images: 0 }));
        link.close();
      }),
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
    const { graph, hash, info, nonces, plan: steps } = await shakeHands(parts, options);
    link.limitMessages(planCost(steps).maxMessageBytes);
    meter.enter(stepNames.transfer);
    const ot = await runProtocol(setUpTransfer('client', options, random, nonces, steps.transfer), link);
    const setup = meter.total();
    emit({ kind: 'phase', phase: 'setup', index: 0, traffic: setup });
    const tools: PartyTools = { kernels: options.kernels, linear: sharedRlwe, ot, random, observer: meter };
    const calls = clientCalls(parts, tools, { plan: steps, graph }, options.keepShares ?? false);
    return { info, graph, hash, plan: steps, setup, ...calls };
  });
}
