/**
 * Which messages a plan will cause, without running it: the programs of both parties as lists of sizes.
 *
 * A program is a list of stages. A sequential stage is one protocol; a merged stage runs its lanes as `all` does. The
 * two parties are then played against each other, which gives every message its wire size and its place in the longest
 * chain of dependent messages.
 * @module
 */
import { type MessageCost, messageBytes } from '@relent/crypto';

/** Messages of one sub-protocol, counted to a step. */
export interface Lane {
  readonly step: string;
  readonly messages: readonly MessageCost[];
}

/** A part of a phase: messages of `step` itself, or lanes merged into messages of `step`. */
export type Stage = Lane | { readonly step: string; readonly lanes: readonly Lane[] };

/** A message of a schedule. */
export interface ScheduledMessage {
  readonly step: string;
  readonly direction: 'up' | 'down';
  /** Without message and frame heads. */
  readonly payloadBytes: number;
  readonly depth: number;
}

/** A message under way: its size, and how many parts of each lane it carries. */
interface Shadow {
  readonly step: string;
  readonly bytes: number;
  readonly parts: readonly number[];
}

type Effect = { readonly send: Shadow } | 'receive';
type Program = Generator<Effect, void, Shadow | undefined>;
type Direction = MessageCost['direction'];

const partHeadBytes = 4;

function* sequential({ step, messages }: Lane, mine: Direction): Program {
  for (const { direction, bits } of messages) {
    if (direction === mine) yield { send: { step, bytes: messageBytes(bits), parts: [] } };
    else yield 'receive';
  }
}

/** Mirrors `all` of the crypto package. */
function* merged(step: string, lanes: readonly Lane[], mine: Direction): Program {
  const next = lanes.map(() => 0);
  const inbox = lanes.map(() => 0);
  const unfinished = (): boolean => lanes.some((lane, index) => (next[index] ?? 0) < lane.messages.length);
  for (;;) {
    let bytes = 0;
    let sends = false;
    const parts = lanes.map((lane, index) => {
      let count = 0;
      for (;;) {
        const message = lane.messages[next[index] ?? 0];
        if (message === undefined) break;
        if (message.direction === mine) {
          count++;
          bytes += messageBytes(message.bits);
        } else if ((inbox[index] ?? 0) > 0) inbox[index] = (inbox[index] ?? 0) - 1;
        else break;
        next[index] = (next[index] ?? 0) + 1;
      }
      sends ||= count > 0;
      bytes += partHeadBytes * Math.max(1, count);
      return count;
    });
    if (sends) yield { send: { step, bytes, parts } };
    if (!unfinished()) return;
    const received = yield 'receive';
    received?.parts.forEach((count, index) => {
      inbox[index] = (inbox[index] ?? 0) + count;
    });
  }
}

function* program(stages: readonly Stage[], mine: Direction): Program {
  for (const stage of stages) {
    if ('messages' in stage) yield* sequential(stage, mine);
    else if (stage.lanes.length === 1) {
      for (const lane of stage.lanes) yield* sequential({ step: stage.step, messages: lane.messages }, mine);
    } else yield* merged(stage.step, stage.lanes, mine);
  }
}

interface Side {
  readonly program: Program;
  readonly direction: Direction;
  readonly inbox: { readonly shadow: Shadow; readonly depth: number }[];
  depth: number;
  waiting: boolean;
  finished: boolean;
}

function newSide(stages: readonly Stage[], direction: Direction): Side {
  return { program: program(stages, direction), direction, inbox: [], depth: 0, waiting: false, finished: false };
}

/** Runs a side until it waits for a message that is not there; returns whether it moved. */
function advance(side: Side, peer: Side, out: ScheduledMessage[]): boolean {
  let moved = false;
  while (!side.finished) {
    let shadow: Shadow | undefined;
    if (side.waiting) {
      const message = side.inbox.shift();
      if (message === undefined) return moved;
      side.depth = Math.max(side.depth, message.depth);
      shadow = message.shadow;
    }
    moved = true;
    const next = side.program.next(shadow);
    side.finished = next.done ?? false;
    side.waiting = next.value === 'receive';
    if (next.done || next.value === 'receive') continue;
    const depth = side.depth + 1;
    const { step, bytes } = next.value.send;
    peer.inbox.push({ shadow: next.value.send, depth });
    out.push({ step, direction: side.direction, payloadBytes: bytes, depth });
  }
  return moved;
}

/**
 * The messages of a phase.
 * @param stages - in the order in which both parties run them.
 * @throws RangeError if the parties would wait for each other forever.
 */
export function schedule(stages: readonly Stage[]): ScheduledMessage[] {
  const client = newSide(stages, 'up');
  const server = newSide(stages, 'down');
  const messages: ScheduledMessage[] = [];
  while (!client.finished || !server.finished) {
    const movedClient = advance(client, server, messages);
    const movedServer = advance(server, client, messages);
    if (!movedClient && !movedServer) {
      throw new RangeError('"stages" expected an order that both parties can run, got a deadlock');
    }
  }
  return messages;
}
