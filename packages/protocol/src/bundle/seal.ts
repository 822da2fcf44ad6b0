/**
 * Encryption of a bundle's content with a key of its owner's.
 *
 *     nonce prefix [16] | pieces of 2^20 content bytes, each with its tag [16]; the last may be shorter, even empty
 *
 * The key of a bundle is the BLAKE2b hash of its header under the owner's key, so a record opens under its own header only.
 * A piece's nonce is the random prefix, its number u32, and whether it is the last u8, then zeros: no piece can be left out,
 * moved or appended.
 *
 * Security: XChaCha20-Poly1305, 128 bits and more. Sizes and headers are in the clear.
 * Source: Hoang, Reyhanitabar, Rogaway, Vizár, "Online authenticated-encryption and its nonce-reuse misuse-resistance",
 *         eprint 2015/189, §7 (STREAM); draft-irtf-cfrg-xchacha-03.
 * @module
 */
import { encodeBundleHeader } from './file-format.js';
import { BundleError, type BundleHeader } from './store.js';

/** The functions of libsodium that sealing uses. */
export interface SodiumAead {
  crypto_aead_xchacha20poly1305_ietf_encrypt(
    message: Uint8Array,
    additional: Uint8Array | null,
    secretNonce: null,
    nonce: Uint8Array,
    key: Uint8Array,
  ): Uint8Array;
  crypto_aead_xchacha20poly1305_ietf_decrypt(
    secretNonce: null,
    sealed: Uint8Array,
    additional: Uint8Array | null,
    nonce: Uint8Array,
    key: Uint8Array,
  ): Uint8Array;
  crypto_generichash(length: number, message: Uint8Array, key: Uint8Array): Uint8Array;
  randombytes_buf(length: number): Uint8Array;
}

/** Bytes of the owner's key. */
export const bundleKeyBytes = 32;

const prefixBytes = 16;
const nonceBytes = 24;
const tagBytes = 16;
const pieceBytes = 2 ** 20;
const keyCheckBytes = 8;

const label = (text: string): Uint8Array => Uint8Array.from(text, (letter) => letter.charCodeAt(0));
const pieceCount = (contentBytes: number): number => Math.max(1, Math.ceil(contentBytes / pieceBytes));

/** Bytes of the record of so many content bytes. */
export function sealedBytes(contentBytes: number): number {
  return prefixBytes + contentBytes + tagBytes * pieceCount(contentBytes);
}

function checkKey(key: Uint8Array): void {
  if (key.length !== bundleKeyBytes) throw new RangeError(`"key" expected ${bundleKeyBytes} bytes, got ${key.length}`);
}

/**
 * What names a key without telling it, see {@link BundleHeader.keyCheck}.
 * @throws RangeError if the key's length is wrong.
 */
export function keyCheckOf(sodium: SodiumAead, key: Uint8Array): string {
  checkKey(key);
  const digest = sodium.crypto_generichash(keyCheckBytes * 2, label('relent bundle key check'), key);
  return Array.from(digest.subarray(0, keyCheckBytes), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function bundleKey(sodium: SodiumAead, key: Uint8Array, header: BundleHeader): Uint8Array {
  checkKey(key);
  const name = label('relent bundle seal\n');
  const text = encodeBundleHeader(header);
  const input = new Uint8Array(name.length + text.length);
  input.set(name);
  input.set(text, name.length);
  return sodium.crypto_generichash(bundleKeyBytes, input, key);
}

function nonceOf(prefix: Uint8Array, number: number, count: number): Uint8Array {
  const nonce = new Uint8Array(nonceBytes);
  nonce.set(prefix);
  new DataView(nonce.buffer).setUint32(prefixBytes, number, true);
  nonce[prefixBytes + 4] = Number(number === count - 1);
  return nonce;
}

/**
 * Seals a content under its header.
 * @param header - complete: `sizeBytes` is {@link sealedBytes} of the content.
 * @throws RangeError if the key or the announced size is wrong.
 */
export function sealBundle(sodium: SodiumAead, key: Uint8Array, header: BundleHeader, content: Uint8Array): Uint8Array {
  const size = sealedBytes(content.length);
  if (header.sizeBytes !== size) throw new RangeError(`"sizeBytes" expected ${size}, got ${header.sizeBytes}`);
  const own = bundleKey(sodium, key, header);
  const count = pieceCount(content.length);
  const prefix = sodium.randombytes_buf(prefixBytes);
  const record = new Uint8Array(size);
  record.set(prefix);
  for (let number = 0, at = prefixBytes; number < count; number++) {
    const piece = content.subarray(number * pieceBytes, (number + 1) * pieceBytes);
    const sealed = sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(
      piece,
      null,
      null,
      nonceOf(prefix, number, count),
      own,
    );
    record.set(sealed, at);
    at += sealed.length;
  }
  own.fill(0);
  return record;
}

/**
 * Opens a record.
 * @throws BundleError `key` if the header names another key, `damaged` if header or record is not what was sealed.
 */
export function openBundle(sodium: SodiumAead, key: Uint8Array, header: BundleHeader, record: Uint8Array): Uint8Array {
  if (header.keyCheck !== keyCheckOf(sodium, key)) {
    throw new BundleError('key', `bundle ${header.id} expected the key that sealed it, got another`);
  }
  const damaged = (got: string, cause?: unknown): BundleError =>
    new BundleError('damaged', `bundle ${header.id} expected what was sealed, got ${got}`, { cause });
  const room = record.length - prefixBytes;
  const count = Math.ceil(room / (pieceBytes + tagBytes));
  if (room < tagBytes || record.length !== header.sizeBytes) throw damaged(`${record.length} bytes`);
  const own = bundleKey(sodium, key, header);
  const prefix = record.subarray(0, prefixBytes);
  const content = new Uint8Array(Math.max(0, room - tagBytes * count));
  for (let number = 0; number < count; number++) {
    const at = prefixBytes + number * (pieceBytes + tagBytes);
    const piece = record.subarray(at, at + pieceBytes + tagBytes);
    try {
      const nonce = nonceOf(prefix, number, count);
      const opened = sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(null, piece, null, nonce, own);
      content.set(opened, number * pieceBytes);
    } catch (cause) {
      throw damaged('a changed record', cause);
    }
  }
  own.fill(0);
  return content;
}
