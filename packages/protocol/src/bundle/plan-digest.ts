/**
 * The digest of a plan: correlations serve the plan that they were made for, and no other.
 * @module
 */
import type { Group } from '@relent/crypto';
import { protocolVersion } from '../messages.js';
import type { Plan } from '../plan.js';

/** Parts of a plan that the model's hash covers. */
const coveredByModel: ReadonlySet<string> = new Set(['graph', 'node']);

/** How many bytes of digests are hashed at once. */
const digestBytes = 32;

const ascii = (text: string): Uint8Array => Uint8Array.from(text, (letter) => letter.charCodeAt(0));

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/**
 * A tree of hashes: every value's begins with its kind, so that values of different kinds never share one.
 * @param known - objects met before: a plan names its steps several times.
 */
function digestOf(value: unknown, hash: Group['hash'], known: Map<object, Uint8Array>): Uint8Array {
  if (typeof value !== 'object' || value === null) return digestAnew(value, hash, known);
  const digest = known.get(value) ?? digestAnew(value, hash, known);
  known.set(value, digest);
  return digest;
}

function digestAnew(value: unknown, hash: Group['hash'], known: Map<object, Uint8Array>): Uint8Array {
  const all = (values: readonly unknown[]): Uint8Array[] => values.map((entry) => digestOf(entry, hash, known));
  const tagged = (kind: string, parts: readonly Uint8Array[]): Uint8Array =>
    hash(joined([ascii(`relent plan ${kind} ${parts.length}\n`), ...parts]));
  if (ArrayBuffer.isView(value)) {
    const { buffer, byteOffset, byteLength } = value;
    return tagged('bytes', [new Uint8Array(buffer, byteOffset, byteLength)]);
  }
  if (Array.isArray(value)) return tagged('list', all(value));
  if (value instanceof Map) return tagged('map', all([...value]));
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value)
      .filter(([key, entry]) => !coveredByModel.has(key) && entry !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1));
    return tagged('object', all(entries));
  }
  return tagged(typeof value, [ascii(encodeURIComponent(String(value)))]);
}

const digests = new WeakMap<Plan, string>();

/**
 * The digest of everything public that shapes correlations: version, model, and each choice of the plan.
 * @param modelHash - `publicHash` of the plan's graph.
 * @returns 64 hexadecimal digits.
 */
export function planDigest(plan: Plan, modelHash: string, { hash }: Pick<Group, 'hash'>): string {
  const known = digests.get(plan);
  if (known !== undefined) return known;
  const digest = digestOf([protocolVersion, modelHash, plan], hash, new Map()).slice(0, digestBytes);
  const text = Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
  digests.set(plan, text);
  return text;
}
