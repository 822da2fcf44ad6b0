/**
 * What a client's bundle holds: what producing it took, and the correlations.
 *
 *     text length u32 | text | correlations
 *
 * The text is JSON in ASCII, the traffic of the offline phase; it says nothing that the wire did not.
 * @module
 */
import type { SingleUse } from '@relent/crypto';
import * as z from 'zod';
import type { ClientMaterial } from '../material.js';
import type { PhaseTraffic } from '../meter.js';
import type { Plan } from '../plan.js';
import { decodeClientMaterial, encodeClientMaterial } from './material-bytes.js';
import { BundleError } from './store.js';

const counts = { bytesUp: z.number(), bytesDown: z.number(), messages: z.number(), ms: z.number() };
const schema = z.object({
  ...counts,
  rounds: z.number(),
  steps: z.array(z.object({ step: z.string(), ...counts })),
});

/** A client's bundle, opened. */
export interface ClientContent {
  readonly traffic: PhaseTraffic;
  readonly material: SingleUse<ClientMaterial>;
}

/** The content's bytes; the correlations in memory are used up. */
export function encodeClientContent(plan: Plan, { traffic, material }: ClientContent): Uint8Array {
  const text = JSON.stringify(traffic).replace(
    /[\u0080-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  const body = encodeClientMaterial(plan, material);
  const bytes = new Uint8Array(4 + text.length + body.length);
  new DataView(bytes.buffer).setUint32(0, text.length, true);
  bytes.set(
    Uint8Array.from(text, (letter) => letter.charCodeAt(0)),
    4,
  );
  bytes.set(body, 4 + text.length);
  body.fill(0);
  return bytes;
}

/** @throws BundleError `damaged` if the bytes are not a content of this plan. */
export function decodeClientContent(plan: Plan, bytes: Uint8Array, keepsShares: boolean): ClientContent {
  const damaged = (cause?: unknown): BundleError =>
    new BundleError('damaged', '"content" expected that of a client, got other bytes', { cause });
  if (bytes.length < 4) throw damaged();
  const end = 4 + new DataView(bytes.buffer, bytes.byteOffset, bytes.length).getUint32(0, true);
  if (end > bytes.length) throw damaged();
  let text = '';
  for (const byte of bytes.subarray(4, end)) text += String.fromCharCode(byte);
  let traffic: PhaseTraffic;
  try {
    traffic = schema.parse(JSON.parse(text));
  } catch (cause) {
    throw damaged(cause);
  }
  return { traffic, material: decodeClientMaterial(plan, bytes.subarray(end), keepsShares) };
}
