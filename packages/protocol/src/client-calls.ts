/**
 * What an open session does for its client, one call after the other.
 * @module
 */
import { type OtPair, ProtocolError, type SingleUse } from '@relent/crypto';
import { classesOf, type IntegerGraph, quantizeImage } from '@relent/graph';
import { bundleIdOf, encodeBundleIds } from './bundle/bundle-id.js';
import type { BundleEvent, ClientShelf } from './bundle/client-shelf.js';
import type { BundleHeader } from './bundle/store.js';
import type { ImageAnswer, Inference, InferenceBatch, InferenceStep, StockOptions } from './client-session.js';
import { imageOf, joinImages } from './images.js';
import type { ClientMaterial } from './material.js';
import { encodeRequest, maxBundlesNamed, type SessionRequest } from './messages.js';
import type { PhaseTraffic } from './meter.js';
import { stepNames } from './observe.js';
import { offlineClient, type PartyTools } from './offline.js';
import { onlineClient } from './online.js';
import { type Plan, planImages } from './plan.js';
import { planCost } from './plan-cost.js';
import { runProtocol } from './run.js';
import { guarded, phaseNames, type SessionParts } from './session.js';
import { sessionIdOf, setUpTransfer } from './transfer.js';

/** Correlations that wait for their image. */
interface Prepared {
  readonly index: number;
  readonly images: number;
  readonly material: SingleUse<ClientMaterial>;
  readonly traffic: PhaseTraffic;
  readonly preparedAtMs: number | null;
}

/** What the calls work on. */
export interface CallContext {
  readonly parts: SessionParts;
  /** Of one image. */
  readonly plan: Plan;
  readonly graph: IntegerGraph;
  readonly tools: Omit<PartyTools, 'ot'> & Parameters<typeof setUpTransfer>[1];
  readonly nonces: readonly [Uint8Array, Uint8Array];
  readonly keepShares: boolean;
  /** Null if the client has no vault. */
  readonly shelf: ClientShelf | null;
  /** Whether the server keeps bundles. */
  readonly serverStores: boolean;
  readonly onBundle: (event: BundleEvent) => void;
}

function checkCount(count: number): void {
  if (!Number.isInteger(count) || count < 0) throw new RangeError(`"count" expected a natural number, got ${count}`);
}

/** The calls of one session. */
export class ClientCalls {
  readonly #context: CallContext;
  readonly #ready: Prepared[] = [];
  #ot: OtPair | null = null;
  /** Stored bundles that both sides have, by images; of those counts that the server was asked about. */
  readonly #candidates = new Map<number, BundleHeader[]>();
  #nextIndex = 0;
  #stocked = 0;
  #tail: Promise<unknown> = Promise.resolve();

  constructor(context: CallContext) {
    this.#context = context;
  }

  /** Sets up oblivious transfer, in the phase that is under way. */
  async setUp(): Promise<OtPair> {
    const { parts, tools, nonces, plan } = this.#context;
    parts.meter.enter(stepNames.request);
    await parts.link.send('request', encodeRequest({ kind: 'transfer', index: 0, images: 0 }));
    parts.meter.enter(stepNames.transfer);
    const ot = await runProtocol(setUpTransfer('client', tools, tools.random, nonces, plan.transfer), parts.link);
    this.#ot = ot;
    return ot;
  }

  /** See `ClientSession.infer`. */
  async infer(image: Int32Array | Float32Array): Promise<Inference> {
    const integers = this.#integersOf(image);
    const { answers, ...traffic } = await this.#inTurn(() => this.#inferOnce(integers, 1));
    return { ...(answers[0] as ImageAnswer), ...traffic };
  }

  /** See `ClientSession.inferBatch`. */
  async inferBatch(images: readonly (Int32Array | Float32Array)[]): Promise<InferenceBatch> {
    planImages(this.#context.plan, images.length);
    const integers = joinImages(images.map((image) => this.#integersOf(image)));
    return this.#inTurn(() => this.#inferOnce(integers, images.length));
  }

  /** See `ClientSession.prepare`. */
  async prepare(count: number, images = 1): Promise<void> {
    checkCount(count);
    planImages(this.#context.plan, images);
    for (let i = 0; i < count; i++) {
      await this.#inTurn(async () => {
        this.#ready.push(await this.#prepareOne(images));
      });
    }
  }

  /** See `ClientSession.stock`. */
  async stock(count: number, { images = 1, onStocked = () => undefined }: StockOptions = {}): Promise<void> {
    checkCount(count);
    planImages(this.#context.plan, images);
    const shelf = this.#openShelf();
    for (let i = 0; i < count; i++) onStocked(await this.#inTurn(() => this.#stockOne(shelf, images)));
  }

  /** See `ClientSession.stored`. */
  async stored(images = 1): Promise<number> {
    const shelf = this.#openShelf();
    planImages(this.#context.plan, images);
    return this.#inTurn(async () => (await this.#inventory(shelf, images)).length);
  }

  /** See `ClientSession.reserve`. */
  async reserve(count: number, images = 1): Promise<number> {
    checkCount(count);
    planImages(this.#context.plan, images);
    const shelf = this.#openShelf();
    return this.#inTurn(() => this.#claim(shelf, count, images));
  }

  /** See `ClientSession.close`. */
  close(): Promise<void> {
    const { link } = this.#context.parts;
    return this.#inTurn(async () => {
      await this.#request('end', 0, 0);
      link.close();
    });
  }

  #inTurn<T>(part: () => Promise<T>): Promise<T> {
    const result = this.#tail.then(() => guarded(this.#context.parts.link, part));
    this.#tail = result.catch(() => undefined);
    return result;
  }

  async #request(kind: SessionRequest['kind'], index: number, images: number): Promise<void> {
    const { link, meter } = this.#context.parts;
    meter.begin(stepNames.request);
    await link.send('request', encodeRequest({ kind, index, images }));
  }

  /** Ends a phase. */
  #finish(kind: keyof typeof phaseNames, index: number): PhaseTraffic {
    const { meter, emit } = this.#context.parts;
    const traffic = meter.total();
    emit({ kind: 'phase', phase: phaseNames[kind], index, traffic });
    return traffic;
  }

  #openShelf(): ClientShelf {
    const { shelf, serverStores } = this.#context;
    if (shelf === null) throw new RangeError('"vault" expected one at the opening of the session, got none');
    if (!serverStores) throw new RangeError('"server" expected one that stores bundles, got one that does not');
    return shelf;
  }

  #integersOf(image: Int32Array | Float32Array): Int32Array {
    const { plan, graph } = this.#context;
    const { size } = plan.input;
    if (image.length !== size) {
      const shape = plan.input.node.shape.join(', ');
      throw new RangeError(`"image" expected [${shape}], that is ${size} values, got ${image.length}`);
    }
    return image instanceof Float32Array ? quantizeImage(graph, image) : image.slice();
  }

  /** The plan for so many images; messages may be as long as it makes them. */
  #planFor(images: number): Plan {
    const { parts, tools, plan } = this.#context;
    const steps = planImages(plan, images);
    parts.link.raiseLimit(planCost(steps, tools.linear).maxMessageBytes);
    return steps;
  }

  async #offlinePhase(kind: 'offline' | 'stock', index: number, images: number): Promise<SingleUse<ClientMaterial>> {
    const { parts, tools, keepShares } = this.#context;
    const ot = await this.#transfer();
    const plan = this.#planFor(images);
    await this.#request(kind, index, images);
    return runProtocol(offlineClient(plan, { ...tools, ot }, { keepShares }), parts.link);
  }

  /** Both halves of oblivious transfer; a session that needs them late sets them up in a phase of its own. */
  async #transfer(): Promise<OtPair> {
    if (this.#ot !== null) return this.#ot;
    this.#context.parts.meter.begin(stepNames.request);
    const ot = await this.setUp();
    this.#finish('transfer', 0);
    return ot;
  }

  async #prepareOne(images: number): Promise<Prepared> {
    const index = this.#nextIndex++;
    const material = await this.#offlinePhase('offline', index, images);
    return { index, images, material, traffic: this.#finish('offline', index), preparedAtMs: null };
  }

  async #stockOne(shelf: ClientShelf, images: number): Promise<PhaseTraffic> {
    const { parts, tools, nonces } = this.#context;
    const index = this.#stocked++;
    const material = await this.#offlinePhase('stock', index, images);
    parts.meter.enter(stepNames.receipt);
    await this.#receipt();
    const traffic = this.#finish('stock', index);
    const id = bundleIdOf(tools.group, sessionIdOf(tools.group, nonces), index);
    const header = await shelf.put(planImages(this.#context.plan, images), id, { traffic, material });
    this.#candidates.get(images)?.push(header);
    return traffic;
  }

  /** The stored bundles that the server has too; asks once a session and count. */
  async #inventory(shelf: ClientShelf, images: number): Promise<BundleHeader[]> {
    const known = this.#candidates.get(images);
    if (known !== undefined) return known;
    const { parts, onBundle } = this.#context;
    const fitting = await shelf.fitting(planImages(this.#context.plan, images));
    const found: Record<'fresh' | 'used' | 'unknown', BundleHeader[]> = { fresh: [], used: [], unknown: [] };
    for (let first = 0; first < fitting.length; first += maxBundlesNamed) {
      const named = fitting.slice(first, first + maxBundlesNamed);
      await this.#request('inventory', named.length, 0);
      parts.meter.enter(stepNames.inventory);
      await parts.link.send('data', encodeBundleIds(named.map(({ id }) => id)));
      const statuses = await parts.link.receive('data');
      if (statuses.length !== named.length) {
        const text = `"statuses" expected ${named.length} bytes, got ${statuses.length}`;
        throw new ProtocolError('malformed', stepNames.inventory, text);
      }
      named.forEach((header, i) => {
        const status = (['fresh', 'used', 'unknown'] as const)[statuses[i] ?? 3];
        if (status === undefined) {
          throw new ProtocolError('malformed', stepNames.inventory, '"status" expected 0, 1 or 2, got another');
        }
        found[status].push(header);
      });
      this.#finish('inventory', named.length);
    }
    if (found.used.length > 0) {
      await shelf.destroy(found.used);
      onBundle({ kind: 'used', count: found.used.length });
    }
    if (found.unknown.length > 0) onBundle({ kind: 'lost', count: found.unknown.length });
    this.#candidates.set(images, found.fresh);
    return found.fresh;
  }

  async #claim(shelf: ClientShelf, count: number, images: number): Promise<number> {
    const { parts } = this.#context;
    const candidates = await this.#inventory(shelf, images);
    const bundles = await shelf.claim(this.#planFor(images), candidates, Math.min(count, maxBundlesNamed));
    if (bundles.length === 0) return 0;
    await this.#request('claim', bundles.length, images);
    parts.meter.enter(stepNames.claim);
    await parts.link.send('data', encodeBundleIds(bundles.map(({ id }) => id)));
    await this.#receipt();
    this.#finish('claim', bundles.length);
    for (const { material, traffic, createdAtMs } of bundles) {
      this.#ready.push({ index: this.#nextIndex++, images, material, traffic, preparedAtMs: createdAtMs });
    }
    return bundles.length;
  }

  async #receipt(): Promise<void> {
    const { link, meter } = this.#context.parts;
    const receipt = await link.receive('data');
    if (receipt.length !== 1 || receipt[0] !== 0) {
      throw new ProtocolError('malformed', meter.step, '"receipt" expected one zero byte, got other bytes');
    }
  }

  #takeReady(wanted: number): Prepared | undefined {
    const at = this.#ready.findIndex(({ images }) => images === wanted);
    return at < 0 ? undefined : this.#ready.splice(at, 1)[0];
  }

  /** What the next inference uses: what is ready, else a stored bundle, else a new offline phase. */
  async #next(images: number): Promise<Prepared> {
    const { shelf, serverStores, onBundle } = this.#context;
    const ready = this.#takeReady(images);
    if (ready !== undefined) return ready;
    if (shelf !== null) {
      if (serverStores) await this.#claim(shelf, 1, images);
      const stored = this.#takeReady(images);
      if (stored !== undefined) return stored;
      onBundle({ kind: 'none', count: 1 });
    }
    return this.#prepareOne(images);
  }

  async #inferOnce(pixels: Int32Array, images: number): Promise<InferenceBatch> {
    const { parts, graph, tools } = this.#context;
    const { index, material, traffic: offline, preparedAtMs } = await this.#next(images);
    const plan = planImages(this.#context.plan, images);
    await this.#request('online', index, images);
    const run = onlineClient(plan, material, pixels, tools.kernels, parts.meter);
    const { answer, siteShares } = await runProtocol(run, parts.link);
    const online = this.#finish('online', index);
    const label = (phase: InferenceStep['phase'], traffic: PhaseTraffic): InferenceStep[] =>
      traffic.steps.map((step) => ({ phase, ...step }));
    const answers = Array.from({ length: images }, (_, image): ImageAnswer => {
      const part = (values: Int32Array): Int32Array => imageOf(values, images, image).slice();
      const logits = plan.answer === 'logits' ? part(answer) : null;
      const classes = logits === null ? part(answer) : classesOf(graph, logits);
      const clientShares = siteShares && new Map([...siteShares].map(([id, shares]) => [id, part(shares)]));
      return { logits, classes, prediction: classes[0] ?? 0, clientShares };
    });
    const steps = [...label('offline', offline), ...label('online', online)];
    return { answers, preparedAtMs, offline, online, steps };
  }
}
