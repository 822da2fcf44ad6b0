/**
 * Two parties in one thread: runs both sides of a protocol in memory and meters it.
 * @module
 */
import { ProtocolError } from './errors.js';
import type { Protocol } from './protocol.js';

/** Who sends a message: the client sends up, the server down. */
export type Direction = 'up' | 'down';

/** What a run cost. */
export interface Meter {
  /** Bytes from the client to the server. */
  readonly bytesUp: number;
  /** Bytes from the server to the client. */
  readonly bytesDown: number;
  readonly messages: number;
  /**
   * The longest chain of messages in which each depends on the one before (one way each, so a round trip is 2).
   * Messages that a party sends one after the other without receiving in between share a place in the chain.
   */
  readonly rounds: number;
}

/** The messages of a run, in the order in which they were sent, by direction. */
export interface Transcript {
  readonly up: readonly Uint8Array[];
  readonly down: readonly Uint8Array[];
}

/** Options of {@link simulate}. */
export interface SimulateOptions {
  /** Keeps every message for {@link Simulation.transcript}. */
  readonly record?: boolean;
  /**
   * Stands for an attacker on the wire: gets each message with its index (0, 1, … over both directions) and returns
   * what is delivered instead, null to drop it.
   */
  readonly tamper?: (bytes: Uint8Array, index: number, direction: Direction) => Uint8Array | null;
}

/** Both results of a run and its cost. */
export interface Simulation<A, B> {
  readonly client: A;
  readonly server: B;
  readonly meter: Meter;
  /** Empty unless `record` was set. */
  readonly transcript: Transcript;
}

/** A message under way, with its place in the longest chain of dependent messages. */
interface Envelope {
  readonly bytes: Uint8Array;
  readonly depth: number;
}

/** One side of the simulation. */
interface Party {
  readonly protocol: Protocol<unknown>;
  readonly direction: Direction;
  readonly inbox: Envelope[];
  depth: number;
  state: 'start' | 'waiting' | 'finished';
  result: unknown;
}

const nothing = new Uint8Array(0);

function newParty(protocol: Protocol<unknown>, direction: Direction): Party {
  return { protocol, direction, inbox: [], depth: 0, state: 'start', result: undefined };
}

/**
 * Runs both sides of a protocol in memory until both end.
 *
 * @param client - the side whose messages count as up.
 * @param server - the side whose messages count as down.
 * @throws ProtocolError `aborted` on a deadlock and on messages that are never read; whatever a side throws.
 */
export function simulate<A, B>(
  client: Protocol<A>,
  server: Protocol<B>,
  options: SimulateOptions = {},
): Simulation<A, B> {
  const left = newParty(client, 'up');
  const right = newParty(server, 'down');
  const transcript: Record<Direction, Uint8Array[]> = { up: [], down: [] };
  const bytesBy: Record<Direction, number> = { up: 0, down: 0 };
  let messages = 0;
  let rounds = 0;

  const deliver = (from: Party, to: Party, sent: Uint8Array): void => {
    // A copy, as a wire makes it: no side may see later changes of the other's buffers.
    const bytes = sent.slice();
    const index = messages++;
    const depth = from.depth + 1;
    rounds = Math.max(rounds, depth);
    bytesBy[from.direction] += bytes.length;
    if (options.record) transcript[from.direction].push(bytes);
    const delivered = options.tamper ? options.tamper(bytes, index, from.direction) : bytes;
    if (delivered !== null) to.inbox.push({ bytes: delivered, depth });
  };

  /** Runs a party until it waits for a message that is not there; returns whether it moved at all. */
  const advance = (party: Party, peer: Party): boolean => {
    let moved = false;
    while (party.state !== 'finished') {
      let value: Uint8Array = nothing;
      if (party.state === 'waiting') {
        const envelope = party.inbox.shift();
        if (envelope === undefined) return moved;
        party.depth = Math.max(party.depth, envelope.depth);
        value = envelope.bytes;
      }
      moved = true;
      let next = party.protocol.next(value);
      while (!next.done && next.value.kind === 'send') {
        deliver(party, peer, next.value.bytes);
        next = party.protocol.next(nothing);
      }
      party.state = next.done ? 'finished' : 'waiting';
      if (next.done) party.result = next.value;
    }
    return moved;
  };

  try {
    while (left.state !== 'finished' || right.state !== 'finished') {
      const movedLeft = advance(left, right);
      const movedRight = advance(right, left);
      if (!movedLeft && !movedRight) {
        throw new ProtocolError('aborted', 'simulate', `deadlock: client ${left.state}, server ${right.state}`);
      }
    }
  } finally {
    client.return(undefined as A);
    server.return(undefined as B);
  }
  const unread = left.inbox.length + right.inbox.length;
  if (unread > 0) throw new ProtocolError('aborted', 'simulate', `"messages" expected all read, got ${unread} unread`);
  const meter: Meter = { bytesUp: bytesBy.up, bytesDown: bytesBy.down, messages, rounds };
  return { client: left.result as A, server: right.result as B, meter, transcript };
}
