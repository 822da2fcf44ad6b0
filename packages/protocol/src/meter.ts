/**
 * Counting what crosses the wire, per phase and per step.
 * @module
 */
import type { Clock } from './clock.js';

/** Who sends: the client up, the server down. */
export type Role = 'client' | 'server';

/** What one step sent; bytes include frame and message heads unless said otherwise. */
export interface StepTraffic {
  readonly step: string;
  readonly bytesUp: number;
  readonly bytesDown: number;
  readonly messages: number;
  /** Wall time between entering this step and the next one; 0 for steps that run merged into another. */
  readonly ms: number;
}

/** What one phase sent. */
export interface PhaseTraffic {
  readonly bytesUp: number;
  readonly bytesDown: number;
  readonly messages: number;
  /** The longest chain of dependent messages: a round trip is 2. */
  readonly rounds: number;
  readonly ms: number;
  readonly steps: readonly StepTraffic[];
}

type Mutable = { -readonly [K in keyof StepTraffic]: StepTraffic[K] };

/** Counts one side's messages. */
export class TrafficMeter {
  readonly #clock: Clock;
  readonly #role: Role;
  #steps = new Map<string, Mutable>();
  #current: Mutable | null = null;
  #since = 0;
  #begun = 0;
  #rounds = 0;
  #depth = 0;

  constructor(role: Role, clock: Clock) {
    this.#role = role;
    this.#clock = clock;
    this.begin('start');
  }

  /** The step that messages are counted to. */
  get step(): string {
    return this.#current?.step ?? '';
  }

  /** Starts a phase: counts and chain restart. */
  begin(step: string): void {
    this.#steps = new Map();
    this.#rounds = 0;
    this.#depth = 0;
    this.#begun = this.#clock.now();
    this.#since = this.#begun;
    this.#current = this.#at(step);
  }

  /** Restarts the phase's clock, leaving the counts: waiting for a request is no part of it. */
  startClock(): void {
    this.#begun = this.#clock.now();
    this.#since = this.#begun;
  }

  /** Counts the following messages to a step. */
  enter(step: string): void {
    const now = this.#clock.now();
    if (this.#current) this.#current.ms += now - this.#since;
    this.#since = now;
    this.#current = this.#at(step);
  }

  /** Counts a message that this side sends. @returns its place in the chain. */
  sent(bytes: number): number {
    this.#count(bytes, this.#role === 'client');
    this.#rounds = Math.max(this.#rounds, this.#depth + 1);
    return this.#depth + 1;
  }

  /** Counts a message of the peer, which says its own place in the chain. */
  received(bytes: number, depth: number): void {
    this.#count(bytes, this.#role !== 'client');
    this.#depth = Math.max(this.#depth, depth);
    this.#rounds = Math.max(this.#rounds, depth);
  }

  /** Counts bytes that travelled inside a merged message to the step they belong to, taking them off the current one. */
  attribute(step: string, bytes: number, direction: 'sent' | 'received'): void {
    const up = (direction === 'sent') === (this.#role === 'client');
    const target = this.#at(step);
    const source = this.#current;
    if (!source) return;
    if (up) {
      target.bytesUp += bytes;
      source.bytesUp -= bytes;
    } else {
      target.bytesDown += bytes;
      source.bytesDown -= bytes;
    }
  }

  /** The phase so far. */
  total(): PhaseTraffic {
    this.enter(this.step);
    const steps = [...this.#steps.values()].map((step) => ({ ...step }));
    const sum = (of: (step: StepTraffic) => number): number => steps.reduce((total, step) => total + of(step), 0);
    return {
      bytesUp: sum((step) => step.bytesUp),
      bytesDown: sum((step) => step.bytesDown),
      messages: sum((step) => step.messages),
      rounds: this.#rounds,
      ms: this.#clock.now() - this.#begun,
      steps,
    };
  }

  #at(step: string): Mutable {
    let entry = this.#steps.get(step);
    if (entry === undefined) {
      entry = { step, bytesUp: 0, bytesDown: 0, messages: 0, ms: 0 };
      this.#steps.set(step, entry);
    }
    return entry;
  }

  #count(bytes: number, up: boolean): void {
    if (!this.#current) return;
    this.#current.messages++;
    if (up) this.#current.bytesUp += bytes;
    else this.#current.bytesDown += bytes;
  }
}
