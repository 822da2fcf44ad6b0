/**
 * Independent sub-protocols in lock step.
 *
 * Wire format of a merged message: for each sub-protocol in list order its parts of this step, each a 4-byte
 * little-endian header followed by the part's bytes. A header holds the length in its low 31 bits; its top bit says that
 * another part of the same sub-protocol follows. The header 0xffffffff stands for "no part in this step". So a merged
 * message costs its parts plus 4 bytes for each sub-protocol that sends at most one part.
 * @module
 */
import { ProtocolError } from './errors.js';
import type { Protocol } from './protocol.js';

const HEADER_BYTES = 4;
const MORE = 0x80000000;
const NOTHING = 0xffffffff;

/** One sub-protocol, its unread parts and what it wants to send in this step. */
interface Lane {
  readonly protocol: Protocol<unknown>;
  readonly inbox: Uint8Array[];
  outbox: Uint8Array[];
  state: 'start' | 'waiting' | 'finished';
  result: unknown;
}

/** Runs a lane until it needs a message that has not come. */
function advance(lane: Lane): void {
  while (lane.state !== 'finished') {
    let next: ReturnType<Lane['protocol']['next']>;
    if (lane.state === 'start') {
      next = lane.protocol.next(new Uint8Array(0));
    } else {
      const message = lane.inbox.shift();
      if (message === undefined) return;
      next = lane.protocol.next(message);
    }
    while (!next.done && next.value.kind === 'send') {
      lane.outbox.push(next.value.bytes);
      next = lane.protocol.next(new Uint8Array(0));
    }
    lane.state = next.done ? 'finished' : 'waiting';
    if (next.done) lane.result = next.value;
  }
}

/** Merges the outboxes of one step; null if no lane sends. */
function merge(lanes: readonly Lane[]): Uint8Array | null {
  let length = 0;
  for (const { outbox } of lanes) {
    length += HEADER_BYTES * Math.max(outbox.length, 1);
    for (const part of outbox) length += part.length;
  }
  if (lanes.every((lane) => lane.outbox.length === 0)) return null;
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const lane of lanes) {
    if (lane.outbox.length === 0) {
      view.setUint32(at, NOTHING, true);
      at += HEADER_BYTES;
    }
    lane.outbox.forEach((part, index) => {
      const more = index + 1 < lane.outbox.length ? MORE : 0;
      view.setUint32(at, (part.length | more) >>> 0, true);
      bytes.set(part, at + HEADER_BYTES);
      at += HEADER_BYTES + part.length;
    });
    lane.outbox = [];
  }
  return bytes;
}

/** Appends the parts of a merged message to the inboxes. */
function split(bytes: Uint8Array, lanes: readonly Lane[]): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const malformed = (): ProtocolError =>
    new ProtocolError('malformed', 'all', `"message" expected parts of ${lanes.length} protocols, got another framing`);
  let at = 0;
  for (const lane of lanes) {
    for (let more = true; more; ) {
      if (at + HEADER_BYTES > bytes.length) throw malformed();
      const header = view.getUint32(at, true);
      at += HEADER_BYTES;
      if (header === NOTHING) break;
      const length = header & 0x7fffffff;
      if (at + length > bytes.length || lane.state === 'finished') throw malformed();
      lane.inbox.push(bytes.subarray(at, at + length));
      at += length;
      more = header >= MORE;
    }
  }
  if (at !== bytes.length) throw malformed();
}

/**
 * Runs independent sub-protocols in lock step and merges their messages, so that rounds become a maximum, not a sum.
 * Both parties must list corresponding protocols in the same order. A list of one protocol adds no framing.
 *
 * Cost: the largest number of rounds among the parts; per merged message 4 bytes for each protocol of the list (and 4
 *       more for each further part that one protocol sends in one step).
 * @returns the results in the order of the list.
 * @throws ProtocolError `malformed` if a merged message does not split into parts, or a part is never read.
 */
export function* all<T extends readonly unknown[]>(
  protocols: {
    readonly [K in keyof T]: Protocol<T[K]>;
  },
): Protocol<T> {
  const list = protocols as unknown as readonly Protocol<unknown>[];
  const [only] = list;
  if (only !== undefined && list.length === 1) return [yield* only] as unknown as T;
  const lanes = list.map((protocol): Lane => ({ protocol, inbox: [], outbox: [], state: 'start', result: undefined }));
  try {
    for (;;) {
      for (const lane of lanes) advance(lane);
      const merged = merge(lanes);
      if (merged !== null) yield { kind: 'send', bytes: merged };
      if (lanes.every((lane) => lane.state === 'finished')) break;
      split(yield { kind: 'receive' }, lanes);
    }
  } finally {
    for (const lane of lanes) lane.protocol.return(undefined);
  }
  if (lanes.some((lane) => lane.inbox.length > 0)) {
    throw new ProtocolError('malformed', 'all', '"message" expected no unread parts, got some');
  }
  return lanes.map((lane) => lane.result) as unknown as T;
}
