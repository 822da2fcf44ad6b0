/**
 * What both sides of a session share: tools, options, events, and the wiring of a link.
 * @module
 */
import type { Group, RandomSource } from '@relent/crypto';
import { seededRandom } from '@relent/crypto';
import type { Kernels } from '@relent/kernels';
import type { Clock } from './clock.js';
import { Link } from './link.js';
import { handshakeLimits } from './messages.js';
import { type PhaseTraffic, type Role, TrafficMeter } from './meter.js';
import { stepNames } from './observe.js';
import type { Channel } from './transport/types.js';

/** Something a session tells its owner while it runs. */
export interface SessionEvent {
  readonly kind: 'phase';
  /** `stock` is an offline phase whose correlations both sides store; `inventory` and `claim` are about stored ones. */
  readonly phase: 'setup' | 'offline' | 'online' | 'stock' | 'inventory' | 'claim';
  /** Which inference; which of the session's stored ones; 0 for the set-up; how many bundles. */
  readonly index: number;
  readonly traffic: PhaseTraffic;
}

/** The phase that a request begins. */
export const phaseNames = {
  transfer: 'setup',
  offline: 'offline',
  online: 'online',
  stock: 'stock',
  inventory: 'inventory',
  claim: 'claim',
} as const;

/** What a session needs of its platform. */
export interface SessionTools {
  readonly kernels: Kernels;
  /** The group of the base oblivious transfers. */
  readonly group: Group;
  readonly clock: Clock;
  /** [32] fresh entropy of this session alone. Reusing a seed reveals images and weights. */
  readonly seed: Uint8Array;
}

/** Options that both sides have. */
export interface SessionOptions extends SessionTools {
  /** How long one message may take to come or to leave, milliseconds; default 120,000. */
  readonly timeoutMs?: number;
  readonly onEvent?: (event: SessionEvent) => void;
}

const defaultTimeoutMs = 120_000;

/** One side's running parts. */
export interface SessionParts {
  readonly link: Link;
  readonly meter: TrafficMeter;
  readonly random: RandomSource;
  readonly emit: (event: SessionEvent) => void;
}

/** Wires a channel for one side of a session. */
export function openSession(role: Role, channel: Channel, options: SessionOptions): SessionParts {
  const meter = new TrafficMeter(role, options.clock);
  meter.begin(stepNames.handshake);
  const link = new Link(channel, {
    clock: options.clock,
    meter,
    timeoutMs: options.timeoutMs ?? defaultTimeoutMs,
    maxMessageBytes: role === 'client' ? handshakeLimits.welcomeBytes : handshakeLimits.helloBytes,
  });
  const random = seededRandom(options.kernels, options.seed);
  return { link, meter, random, emit: (event) => options.onEvent?.(event) };
}

/** Runs one part of a session; an error ends the session on the one abort path. */
export async function guarded<T>(link: Link, part: () => Promise<T>): Promise<T> {
  try {
    return await part();
  } catch (error) {
    await link.fail(error);
    throw error;
  }
}
