/**
 * The messages around the protocols: handshake and requests.
 *
 *     client → server   hello     "relent" | version u16 | nonce [16] | demand u8
 *     server → client   welcome   version u16 | nonce [16] | text length u32 | text | integer graph
 *     client → server   accept    hash of the graph, 64 hexadecimal digits
 *     client → server   request   kind u8 | index u32 | images u16
 *
 * Integers are little endian. The text is JSON in ASCII: {hash, info, plan, bundles}. Low two bits of a demand: mode
 * (0 any, 1 a, 2 b); next two: comparisons (0 any, 1 tree, 2 flat); next one: exact truncation.
 * @module
 */
import { ProtocolError } from '@relent/crypto';
import type { ModelInfo } from '@relent/graph';
import * as z from 'zod';
import { type PlanDemand, type PlanText, planTextSchema } from './plan-choice.js';

/** Version of everything on the wire. AGREEMENT. */
export const protocolVersion = 6;

/** Bytes of a handshake nonce. */
export const nonceBytes = 16;

/** Bounds of what either side takes before the plan is known. LOCAL. */
export const handshakeLimits = { welcomeBytes: 2 ** 28, helloBytes: 4096, textBytes: 2 ** 20 } as const;

const magic = Uint8Array.from('relent', (letter) => letter.charCodeAt(0));
const step = '(handshake)';

const textSchema = z.object({
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  info: z.object({
    name: z.string().max(256),
    dataset: z.string().max(256).optional(),
    classes: z.array(z.string().max(256)).max(100_000).optional(),
    mean: z.array(z.number()).max(1024).optional(),
    std: z.array(z.number().positive()).max(1024).optional(),
  }),
  plan: planTextSchema,
  bundles: z.boolean(),
});

/** What the server tells of its model besides the graph. */
export interface ModelDescription {
  /** Hash of the public half of the model. */
  readonly hash: string;
  readonly info: ModelInfo;
  /** How it is going to be run. */
  readonly plan: PlanText;
  /** Whether the server keeps bundles. */
  readonly bundles: boolean;
}

/**
 * What a client asks for.
 *
 * `offline` material under an index, or an `online` phase with it; the `end` of the session; the `transfer` set-up, which
 * precedes the first offline phase; `stock`: an offline phase whose material both store. Of stored bundles, `index` of them:
 * the `inventory` asks whether they are fresh, `claim` has the server take them out under the next indices.
 */
export interface SessionRequest {
  readonly kind: 'offline' | 'online' | 'end' | 'transfer' | 'stock' | 'inventory' | 'claim';
  readonly index: number;
  /** Images that run at once, at least 1; 0 where the request is about none. */
  readonly images: number;
}

const requestKinds: readonly SessionRequest['kind'][] = [
  'offline',
  'online',
  'end',
  'transfer',
  'stock',
  'inventory',
  'claim',
];

/** Requests that are about no images. */
const withoutImages: ReadonlySet<SessionRequest['kind']> = new Set(['end', 'transfer', 'inventory']);

/** Bundles that one request may name. AGREEMENT. */
export const maxBundlesNamed = 256;

function malformed(text: string): ProtocolError {
  return new ProtocolError('malformed', step, text);
}

function checkVersion(version: number): void {
  if (version !== protocolVersion) {
    throw new ProtocolError('version', step, `"version" expected ${protocolVersion}, got ${version}`);
  }
}

const demandedModes = [undefined, 'a', 'b'] as const;
const demandedVariants = [undefined, 'tree', 'flat'] as const;

const exactBit = 16;

/** The client's first message. */
export function encodeHello(nonce: Uint8Array, { mode, compare, exact }: PlanDemand = {}): Uint8Array {
  const bytes = new Uint8Array(magic.length + 2 + nonceBytes + 1);
  bytes.set(magic);
  new DataView(bytes.buffer).setUint16(magic.length, protocolVersion, true);
  bytes.set(nonce, magic.length + 2);
  bytes[bytes.length - 1] =
    demandedModes.indexOf(mode) | (demandedVariants.indexOf(compare) << 2) | (exact ? exactBit : 0);
  return bytes;
}

/**
 * @returns the client's nonce and demand.
 * @throws ProtocolError `malformed` if this is no hello, `version` if it is of another version.
 */
export function decodeHello(bytes: Uint8Array): { readonly nonce: Uint8Array; readonly demand: PlanDemand } {
  if (bytes.length < magic.length + 2 || !magic.every((byte, index) => bytes[index] === byte)) {
    throw malformed('"hello" expected the greeting of a relent client, got other bytes');
  }
  checkVersion(new DataView(bytes.buffer, bytes.byteOffset).getUint16(magic.length, true));
  const rest = bytes.slice(magic.length + 2);
  if (rest.length !== nonceBytes + 1)
    throw malformed(`"hello" expected ${nonceBytes + 1} bytes more, got ${rest.length}`);
  const code = rest[nonceBytes]!;
  const [mode, compare] = [code & 3, (code >>> 2) & 3];
  if (mode === 3 || compare === 3 || code >= 2 * exactBit)
    throw malformed('"demand" expected a known one, got another');
  const demand = { mode: demandedModes[mode], compare: demandedVariants[compare], exact: (code & exactBit) !== 0 };
  if (demand.mode === 'b' && (demand.compare === 'tree' || demand.exact))
    throw malformed('"demand" expected one that can be met');
  return { nonce: rest.slice(0, nonceBytes), demand };
}

/** JSON whose characters beyond ASCII are escaped. */
function encodeText(value: unknown): Uint8Array {
  const text = JSON.stringify(value).replace(
    /[\u0080-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}

function decodeText(bytes: Uint8Array): ModelDescription {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw malformed('"description" expected JSON, got other text');
  }
  const parsed = textSchema.safeParse(value);
  if (!parsed.success) throw malformed('"description" expected {hash, info, plan, bundles}, got another object');
  return parsed.data as ModelDescription;
}

/** The server's answer. */
export function encodeWelcome(nonce: Uint8Array, description: ModelDescription, graph: Uint8Array): Uint8Array {
  const text = encodeText(description);
  const bytes = new Uint8Array(2 + nonceBytes + 4 + text.length + graph.length);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, protocolVersion, true);
  bytes.set(nonce, 2);
  view.setUint32(2 + nonceBytes, text.length, true);
  bytes.set(text, 6 + nonceBytes);
  bytes.set(graph, 6 + nonceBytes + text.length);
  return bytes;
}

/**
 * @returns the parts of the server's answer; the graph is still bytes.
 * @throws ProtocolError `malformed` or `version`.
 */
export function decodeWelcome(bytes: Uint8Array): {
  readonly nonce: Uint8Array;
  readonly description: ModelDescription;
  readonly graph: Uint8Array;
} {
  const head = 6 + nonceBytes;
  if (bytes.length < 2) throw malformed('"welcome" expected a version, got nothing');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  checkVersion(view.getUint16(0, true));
  if (bytes.length < head) throw malformed(`"welcome" expected at least ${head} bytes, got ${bytes.length}`);
  const textBytes = view.getUint32(2 + nonceBytes, true);
  if (textBytes > Math.min(handshakeLimits.textBytes, bytes.length - head)) {
    throw malformed(`"description" expected at most ${bytes.length - head} bytes, got ${textBytes}`);
  }
  return {
    nonce: bytes.slice(2, 2 + nonceBytes),
    description: decodeText(bytes.subarray(head, head + textBytes)),
    graph: bytes.slice(head + textBytes),
  };
}

/** The client's agreement to a model: its own hash of the graph. */
export function encodeAccept(hash: string): Uint8Array {
  return Uint8Array.from(hash, (letter) => letter.charCodeAt(0));
}

/** @throws ProtocolError `model` if the client read another model out of the welcome. */
export function checkAccept(bytes: Uint8Array, hash: string): void {
  const expected = encodeAccept(hash);
  if (bytes.length !== expected.length || !expected.every((byte, index) => byte === bytes[index])) {
    throw new ProtocolError('model', step, '"accept" expected the hash of the served model, got another');
  }
}

/** Bytes of a request. */
export const requestBytes = 7;

/** Encodes a request. */
export function encodeRequest(request: SessionRequest): Uint8Array {
  const bytes = new Uint8Array(requestBytes);
  bytes[0] = requestKinds.indexOf(request.kind);
  const view = new DataView(bytes.buffer);
  view.setUint32(1, request.index, true);
  view.setUint16(5, request.images, true);
  return bytes;
}

/** @throws ProtocolError `malformed` if this is no request. */
export function decodeRequest(bytes: Uint8Array): SessionRequest {
  const kind = requestKinds[bytes[0] ?? -1];
  if (bytes.length !== requestBytes || kind === undefined) {
    throw new ProtocolError('malformed', '(request)', '"request" expected a known request, got other bytes');
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const images = view.getUint16(5, true);
  if ((images === 0) !== withoutImages.has(kind)) {
    const expected = images === 0 ? 'at least one' : 'none';
    throw new ProtocolError('malformed', '(request)', `"images" expected ${expected}, got ${images}`);
  }
  return { kind, index: view.getUint32(1, true), images };
}
