/**
 * A bundle as one run of bytes, for stores that keep files.
 *
 *     "relentB" [7] | version u8 | header length u32 | header | record
 *
 * The header is JSON in ASCII with its fields in one order, so that equal headers have equal bytes: the record's seal
 * covers them. Integers are little endian.
 * @module
 */
import * as z from 'zod';
import { BundleError, type BundleHeader, type StoredBundle } from './store.js';

/** Version of a bundle's header, seal and content. AGREEMENT of a party with its own past. */
export const bundleVersion = 1;

const magic = Uint8Array.from('relentB', (letter) => letter.charCodeAt(0));
const fixedBytes = magic.length + 1 + 4;

/** Bytes from the start of a file that hold its header for sure. */
export const headerRoomBytes = 1024;

const schema = z.strictObject({
  id: z.string().regex(/^[0-9a-f]{32}$/),
  planDigest: z.string().regex(/^[0-9a-f]{64}$/),
  modelHash: z.string().regex(/^[0-9a-f]{64}$/),
  role: z.enum(['client', 'server']),
  createdAtMs: z.int().nonnegative(),
  sizeBytes: z.int().nonnegative(),
  keyCheck: z.string().regex(/^[0-9a-f]{16}$/),
  keepsShares: z.boolean(),
});

function damaged(what: string, expected: string, got: string): BundleError {
  return new BundleError('damaged', `"${what}" expected ${expected}, got ${got}`);
}

/** The bytes of a header: what a record's seal covers besides its content. */
export function encodeBundleHeader(header: BundleHeader): Uint8Array {
  const { id, planDigest, modelHash, role, createdAtMs, sizeBytes, keyCheck, keepsShares } = header;
  const text = JSON.stringify({ id, planDigest, modelHash, role, createdAtMs, sizeBytes, keyCheck, keepsShares });
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}

/** A whole bundle. */
export function encodeBundleFile({ header, record }: StoredBundle): Uint8Array {
  const text = encodeBundleHeader(header);
  const bytes = new Uint8Array(fixedBytes + text.length + record.length);
  bytes.set(magic);
  bytes[magic.length] = bundleVersion;
  new DataView(bytes.buffer).setUint32(magic.length + 1, text.length, true);
  bytes.set(text, fixedBytes);
  bytes.set(record, fixedBytes + text.length);
  return bytes;
}

/**
 * Reads the header from the beginning of a file.
 * @param bytes - the file or its first {@link headerRoomBytes}.
 * @returns the header, and where the record begins.
 * @throws BundleError `damaged`.
 */
export function decodeBundleHeader(bytes: Uint8Array): { readonly header: BundleHeader; readonly recordAt: number } {
  if (bytes.length < fixedBytes || !magic.every((byte, index) => bytes[index] === byte)) {
    throw damaged('bundle', 'a bundle of relent', 'other bytes');
  }
  const version = bytes[magic.length];
  if (version !== bundleVersion) throw damaged('version', String(bundleVersion), String(version));
  const length = new DataView(bytes.buffer, bytes.byteOffset, bytes.length).getUint32(magic.length + 1, true);
  const recordAt = fixedBytes + length;
  if (recordAt > Math.min(bytes.length, headerRoomBytes)) {
    throw damaged('header', `at most ${Math.min(bytes.length, headerRoomBytes) - fixedBytes} bytes`, String(length));
  }
  let text = '';
  for (const byte of bytes.subarray(fixedBytes, recordAt)) text += String.fromCharCode(byte);
  let value: unknown = null;
  try {
    value = JSON.parse(text);
  } catch {
    // Not JSON: refused below like any other header that is none.
  }
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw damaged('header', 'the header of a bundle', 'other bytes');
  return { header: parsed.data, recordAt };
}

/**
 * Reads a whole bundle.
 * @throws BundleError `damaged` if it is none or not whole.
 */
export function decodeBundleFile(bytes: Uint8Array): StoredBundle {
  const { header, recordAt } = decodeBundleHeader(bytes);
  const record = bytes.slice(recordAt);
  if (record.length !== header.sizeBytes) {
    throw damaged('record', `${header.sizeBytes} bytes`, String(record.length));
  }
  return { header, record };
}
