/**
 * A prime-order group in which computational Diffie–Hellman is hard, as the base OT needs it.
 * @module
 */

/** A group of prime order with canonical encodings; scalars and points are byte strings. */
export interface Group {
  /** Bytes of an encoded point. */
  readonly pointBytes: number;
  /** Uniform bytes that {@link scalarFromUniform} needs. */
  readonly uniformBytes: number;
  /** A scalar whose distance from uniform is negligible. */
  scalarFromUniform(bytes: Uint8Array): Uint8Array;
  /** scalar · G; null if that is the neutral element. */
  baseMul(scalar: Uint8Array): Uint8Array | null;
  /** scalar · point; null if that is the neutral element. */
  mul(scalar: Uint8Array, point: Uint8Array): Uint8Array | null;
  /** a + b. */
  add(a: Uint8Array, b: Uint8Array): Uint8Array;
  /** a − b. */
  sub(a: Uint8Array, b: Uint8Array): Uint8Array;
  /** Whether the bytes are the canonical encoding of a point other than the neutral element. */
  isValid(point: Uint8Array): boolean;
  /** A collision-resistant hash, used as a random oracle: [32]. */
  hash(input: Uint8Array): Uint8Array;
}

/** The functions of libsodium (sumo) that {@link sodiumGroup} uses. */
export interface SodiumRistretto {
  crypto_core_ristretto255_scalar_reduce(scalar: Uint8Array): Uint8Array;
  crypto_scalarmult_ristretto255_base(scalar: Uint8Array): Uint8Array;
  crypto_scalarmult_ristretto255(scalar: Uint8Array, point: Uint8Array): Uint8Array;
  crypto_core_ristretto255_add(a: Uint8Array, b: Uint8Array): Uint8Array;
  crypto_core_ristretto255_sub(a: Uint8Array, b: Uint8Array): Uint8Array;
  crypto_core_ristretto255_is_valid_point(point: Uint8Array): boolean;
  crypto_generichash(length: number, message: Uint8Array, key: null): Uint8Array;
}

const POINT_BYTES = 32;
const HASH_BYTES = 32;

/**
 * Ristretto255 (RFC 9496) and BLAKE2b of libsodium.
 * @param sodium - the module `libsodium-wrappers-sumo`, after its promise `ready` has resolved.
 */
export function sodiumGroup(sodium: SodiumRistretto): Group {
  const isNeutral = (point: Uint8Array): boolean => point.every((byte) => byte === 0);
  /** libsodium refuses results that are the neutral element by throwing. */
  const orNull = (multiply: () => Uint8Array): Uint8Array | null => {
    try {
      return multiply();
    } catch {
      return null;
    }
  };
  return {
    pointBytes: POINT_BYTES,
    uniformBytes: 64,
    scalarFromUniform: (bytes) => sodium.crypto_core_ristretto255_scalar_reduce(bytes),
    baseMul: (scalar) => orNull(() => sodium.crypto_scalarmult_ristretto255_base(scalar)),
    mul: (scalar, point) => orNull(() => sodium.crypto_scalarmult_ristretto255(scalar, point)),
    add: (a, b) => sodium.crypto_core_ristretto255_add(a, b),
    sub: (a, b) => sodium.crypto_core_ristretto255_sub(a, b),
    isValid: (point) =>
      point.length === POINT_BYTES && !isNeutral(point) && sodium.crypto_core_ristretto255_is_valid_point(point),
    hash: (input) => sodium.crypto_generichash(HASH_BYTES, input, null),
  };
}
