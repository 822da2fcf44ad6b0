/**
 * "The simplest protocol for oblivious transfer": random OTs from Diffie–Hellman.
 *
 * Security: semi-honest under CDH, with the hash as a random oracle. The receiver's choices are hidden perfectly: b·G
 *           and b·G + A are both uniform. Both branches of a choice are computed and one is selected by mask.
 * Cost:     2 rounds; 32 bytes from the sender, 32 bytes per OT from the receiver.
 * Source:   Chou, Orlandi, The simplest protocol for oblivious transfer, eprint 2015/267, figure 1.
 * Differs:  each hash also covers session, instance and index, so that no transcript can be replayed elsewhere.
 * @module
 */
import { ProtocolError } from '../../errors.js';
import { type Protocol, receive, send } from '../../protocol.js';
import type { RandomSource } from '../../random.js';
import { contextBytes, type OtContext } from '../domain.js';
import type { Group } from './group.js';

/** Bytes of a key: λ / 8. SECURITY. */
const KEY_BYTES = 16;
const STEP = 'base-ot';
const LABEL = 'relent base-ot';

/** What a run of the base OT needs. */
export interface BaseOtOptions {
  readonly group: Group;
  readonly random: RandomSource;
  readonly context: OtContext;
}

/** Both keys of every OT, [count × 16] each. */
export interface BaseOtKeys {
  readonly zero: Uint8Array;
  readonly one: Uint8Array;
}

const malformed = (what: string): ProtocolError => new ProtocolError('malformed', STEP, what);

function expectPoint(group: Group, name: string, point: Uint8Array): Uint8Array {
  if (!group.isValid(point)) throw malformed(`"${name}" expected a group element, got other bytes`);
  return point;
}

/** A product that is neutral only if the scalar is zero or the peer's point is bad. */
function expectProduct(point: Uint8Array | null): Uint8Array {
  if (point === null) throw malformed('"point" expected an element of full order, got another');
  return point;
}

/** H(context, i, A, B_i, point), cut to a key. */
function deriveKey(
  group: Group,
  prefix: Uint8Array,
  index: number,
  publicA: Uint8Array,
  publicB: Uint8Array,
  point: Uint8Array,
): Uint8Array {
  const size = group.pointBytes;
  const input = new Uint8Array(prefix.length + 4 + 3 * size);
  input.set(prefix);
  new DataView(input.buffer).setUint32(prefix.length, index, true);
  [publicA, publicB, point].forEach((part, place) => {
    input.set(part, prefix.length + 4 + place * size);
  });
  return group.hash(input).subarray(0, KEY_BYTES);
}

/**
 * The sender's side of `count` random OTs.
 * @throws ProtocolError `malformed` if a point of the peer is none.
 */
export function* simplestOtSender(count: number, { group, random, context }: BaseOtOptions): Protocol<BaseOtKeys> {
  const prefix = contextBytes(LABEL, context);
  const a = group.scalarFromUniform(random.bytes(group.uniformBytes));
  const publicA = expectProduct(group.baseMul(a));
  const aA = expectProduct(group.mul(a, publicA));
  yield* send(publicA);
  const points = yield* receive();
  const size = group.pointBytes;
  if (points.length !== count * size) {
    throw malformed(`"points" expected ${count * size} bytes, got ${points.length}`);
  }
  const keys = { zero: new Uint8Array(count * KEY_BYTES), one: new Uint8Array(count * KEY_BYTES) };
  for (let i = 0; i < count; i++) {
    const publicB = expectPoint(group, 'points', points.subarray(i * size, (i + 1) * size));
    const aB = expectProduct(group.mul(a, publicB));
    keys.zero.set(deriveKey(group, prefix, i, publicA, publicB, aB), i * KEY_BYTES);
    // a (B − A) = a B − a A saves a multiplication.
    keys.one.set(deriveKey(group, prefix, i, publicA, publicB, group.sub(aB, aA)), i * KEY_BYTES);
  }
  return keys;
}

/** zero if `choice` is 0, one if it is 1, without a branch. */
function select(choice: number, zero: Uint8Array, one: Uint8Array): Uint8Array {
  const mask = -choice;
  return zero.map((byte, i) => byte ^ ((byte ^ (one[i] ?? 0)) & mask));
}

/**
 * The receiver's side of random OTs.
 * @param choices - [count] bytes 0 or 1, secret.
 * @returns [count × 16] the chosen keys.
 * @throws ProtocolError `malformed` if the peer's point is none.
 */
export function* simplestOtReceiver(
  choices: Uint8Array,
  { group, random, context }: BaseOtOptions,
): Protocol<Uint8Array> {
  const prefix = contextBytes(LABEL, context);
  const publicA = expectPoint(group, 'point', (yield* receive()).slice());
  const size = group.pointBytes;
  const points = new Uint8Array(choices.length * size);
  const keys = new Uint8Array(choices.length * KEY_BYTES);
  choices.forEach((choice, i) => {
    const b = group.scalarFromUniform(random.bytes(group.uniformBytes));
    const bG = expectProduct(group.baseMul(b));
    const publicB = select(choice, bG, group.add(bG, publicA));
    points.set(publicB, i * size);
    const bA = expectProduct(group.mul(b, publicA));
    keys.set(deriveKey(group, prefix, i, publicA, publicB, bA), i * KEY_BYTES);
  });
  yield* send(points);
  return keys;
}
