/**
 * What a server does at a client's requests, one session's state.
 * @module
 */
import { type OtPair, ProtocolError, type SingleUse } from '@relent/crypto';
import { bundleIdBytes, bundleIdOf, decodeBundleIds } from './bundle/bundle-id.js';
import type { ServerShelf } from './bundle/server-shelf.js';
import type { BundleStatus } from './bundle/store.js';
import type { WeightMap } from './linear-correlations.js';
import type { ServerMaterial } from './material.js';
import { maxBundlesNamed, type SessionRequest } from './messages.js';
import { stepNames } from './observe.js';
import { offlineServer, type PartyTools } from './offline.js';
import { onlineServer } from './online.js';
import { type Plan, planImages } from './plan.js';
import { planCost } from './plan-cost.js';
import { runProtocol } from './run.js';
import type { SessionParts } from './session.js';
import { sessionIdOf, setUpTransfer } from './transfer.js';

/** What a session did. */
export interface SessionSummary {
  /** Sets of correlations that it made or took out of the store, and online phases that were run. */
  readonly prepared: number;
  readonly inferences: number;
  /** Images that the online phases answered. */
  readonly images: number;
  /** Sets of correlations that it stored. */
  readonly stocked: number;
}

/** What requests work on. */
export interface RequestContext {
  readonly parts: SessionParts;
  /** Of one image. */
  readonly plan: Plan;
  readonly weights: WeightMap;
  readonly tools: Omit<PartyTools, 'ot'> & Parameters<typeof setUpTransfer>[1];
  readonly nonces: readonly [Uint8Array, Uint8Array];
  /** Null if the server keeps no bundles. */
  readonly shelf: ServerShelf | null;
  /** Images. */
  readonly maxPrepared: number;
  readonly maxStored: number;
}

/** How the inventory answers. AGREEMENT. */
const statusBytes: Readonly<Record<BundleStatus, number>> = { fresh: 0, used: 1, unknown: 2 };

function refused(code: 'reused' | 'malformed' | 'parameters', text: string): ProtocolError {
  return new ProtocolError(code, stepNames.request, text);
}

/** Serves the requests of one session. */
export class ServerRequests {
  readonly #context: RequestContext;
  readonly #waiting = new Map<number, { readonly images: number; readonly material: SingleUse<ServerMaterial> }>();
  #imagesWaiting = 0;
  #ot: OtPair | null = null;
  #prepared = 0;
  #inferences = 0;
  #images = 0;
  #stocked = 0;

  constructor(context: RequestContext) {
    this.#context = context;
  }

  /** What was done so far. */
  get summary(): SessionSummary {
    return {
      prepared: this.#prepared,
      inferences: this.#inferences,
      images: this.#images,
      stocked: this.#stocked,
    };
  }

  /**
   * Carries out a request.
   * @throws ProtocolError if it cannot be granted or the client misbehaves; TransportError if the wire breaks.
   */
  async serve(request: SessionRequest & { readonly kind: Exclude<SessionRequest['kind'], 'end'> }): Promise<void> {
    const { kind, index, images } = request;
    switch (kind) {
      case 'transfer':
        return this.#setUp();
      case 'offline':
        return this.#offline(index, images);
      case 'online':
        return this.#online(index, images);
      case 'stock':
        return this.#stock(index, images);
      case 'inventory':
        return this.#inventory(index);
      case 'claim':
        return this.#claim(index, images);
      default:
        kind satisfies never;
    }
  }

  async #setUp(): Promise<void> {
    const { parts, tools, nonces, plan } = this.#context;
    if (this.#ot !== null) throw refused('malformed', '"transfer" expected once a session, got it again');
    parts.meter.enter(stepNames.transfer);
    this.#ot = await runProtocol(setUpTransfer('server', tools, tools.random, nonces, plan.transfer), parts.link);
  }

  /** The plan for so many images; messages may be as long as it makes them. */
  #planFor(images: number): Plan {
    const { parts, tools, plan } = this.#context;
    const steps = planImages(plan, images);
    parts.link.raiseLimit(planCost(steps, tools.linear).maxMessageBytes);
    return steps;
  }

  #offlinePhase(plan: Plan): Promise<SingleUse<ServerMaterial>> {
    const { parts, tools, weights } = this.#context;
    if (this.#ot === null) throw refused('malformed', '"request" expected the transfer set-up first, got none');
    return runProtocol(offlineServer(plan, { ...tools, ot: this.#ot }, weights), parts.link);
  }

  #keep(images: number, material: SingleUse<ServerMaterial>): void {
    this.#imagesWaiting += images;
    this.#waiting.set(this.#prepared++, { images, material });
  }

  #expectRoom(images: number): void {
    const { maxPrepared } = this.#context;
    if (this.#imagesWaiting + images > maxPrepared) {
      throw refused('parameters', `"prepare" expected at most ${maxPrepared} waiting`);
    }
  }

  async #offline(index: number, images: number): Promise<void> {
    // Indices count up, so that no index ever names two sets of correlations.
    if (index !== this.#prepared) throw refused('reused', `"index" expected ${this.#prepared}, got ${index}`);
    this.#expectRoom(images);
    this.#keep(images, await this.#offlinePhase(this.#planFor(images)));
  }

  async #online(index: number, images: number): Promise<void> {
    const { parts, tools, weights } = this.#context;
    const found = this.#waiting.get(index);
    if (found?.images !== images) {
      throw refused('reused', '"index" expected fresh correlations, got used or unknown');
    }
    this.#waiting.delete(index);
    this.#imagesWaiting -= images;
    const online = onlineServer(
      planImages(this.#context.plan, images),
      found.material,
      weights,
      tools.kernels,
      parts.meter,
    );
    await runProtocol(online, parts.link);
    this.#inferences++;
    this.#images += images;
  }

  #openShelf(): ServerShelf {
    const { shelf } = this.#context;
    if (shelf === null)
      throw refused('parameters', '"bundles" expected a server that stores them, got one that does not');
    return shelf;
  }

  async #stock(index: number, images: number): Promise<void> {
    const { parts, tools, nonces, maxStored } = this.#context;
    const shelf = this.#openShelf();
    if (index !== this.#stocked) throw refused('reused', `"index" expected ${this.#stocked}, got ${index}`);
    if ((await shelf.waiting()) >= maxStored)
      throw refused('parameters', `"stock" expected at most ${maxStored} stored`);
    const id = bundleIdOf(tools.group, sessionIdOf(tools.group, nonces), index);
    const plan = this.#planFor(images);
    await shelf.put(plan, id, await this.#offlinePhase(plan));
    this.#stocked++;
    // The client stores its half only after this: every half that a client has, the server had.
    parts.meter.enter(stepNames.receipt);
    await parts.link.send('data', new Uint8Array(1));
  }

  async #named(count: number): Promise<string[]> {
    const { link, meter } = this.#context.parts;
    if (count < 1 || count > maxBundlesNamed) {
      throw refused('malformed', `"bundles" expected 1..${maxBundlesNamed} of them, got ${count}`);
    }
    const bytes = await link.receive('data');
    if (bytes.length !== count * bundleIdBytes) {
      const step = meter.step;
      throw new ProtocolError('malformed', step, `"ids" expected ${count * bundleIdBytes} bytes, got ${bytes.length}`);
    }
    return decodeBundleIds(bytes);
  }

  async #inventory(count: number): Promise<void> {
    const { link, meter } = this.#context.parts;
    const shelf = this.#openShelf();
    meter.enter(stepNames.inventory);
    const statuses = await shelf.statuses(await this.#named(count));
    await link.send(
      'data',
      Uint8Array.from(statuses, (status) => statusBytes[status]),
    );
  }

  async #claim(count: number, images: number): Promise<void> {
    const { link, meter } = this.#context.parts;
    const shelf = this.#openShelf();
    this.#expectRoom(count * images);
    const plan = this.#planFor(images);
    meter.enter(stepNames.claim);
    for (const id of await this.#named(count)) this.#keep(images, await shelf.claim(plan, id));
    // The client sends no image before this: under a bundle that is used it would be the second one.
    await link.send('data', new Uint8Array(1));
  }
}
