/**
 * Where correlations wait that were produced ahead: one party's half of each, as an opaque encrypted record.
 *
 * A correlation that serves two inferences reveals the image or the weights. So a store promises that a record is handed
 * out **at most once, ever**: a claim is permanent before the record can be read, whatever happens afterwards: a crash, a
 * restart, a second process that claims at the same time. A claim that was interrupted loses the record and never
 * repeats it.
 * @module
 */
import type { Role } from '../meter.js';

/** What a store says of a record without opening it. None of it is secret; all of it is authenticated by the record. */
export interface BundleHeader {
  /** 32 lower-case hexadecimal digits, the same at both parties. */
  readonly id: string;
  /** The plan that the correlations belong to, see `planDigest`: 64 hexadecimal digits. */
  readonly planDigest: string;
  /** `publicHash` of the model: 64 hexadecimal digits. */
  readonly modelHash: string;
  /** Whose half it is. */
  readonly role: Role;
  /** When it was produced, milliseconds since 1970 by the party's own clock. */
  readonly createdAtMs: number;
  /** Bytes of the record. */
  readonly sizeBytes: number;
  /** Which key sealed the record, as a hash that tells nothing of the key: 16 hexadecimal digits. */
  readonly keyCheck: string;
  /** Whether the client's shares of the pre-activations are in it, for checking against the integer interpreter. */
  readonly keepsShares: boolean;
}

/** A record with its header. */
export interface StoredBundle {
  readonly header: BundleHeader;
  /** [header.sizeBytes], in a buffer of the receiver's own. */
  readonly record: Uint8Array;
}

/** What a store knows of an id. `used` stays: neither deletion nor age turns it into `unknown`. */
export type BundleStatus = 'fresh' | 'used' | 'unknown';

/** Why a bundle is not to be had. */
export type BundleErrorCode =
  /** It was claimed or destroyed before. */
  | 'used'
  /** The store never had it. */
  | 'unknown'
  /** Its id is taken, by a fresh bundle or by a used one. */
  | 'taken'
  /** It was sealed with another key. */
  | 'key'
  /** It is not what was sealed: cut short, changed, or of another version. */
  | 'damaged';

/** A bundle cannot be stored or had. After a failed claim the bundle counts as used, unless its status was `unknown`. */
export class BundleError extends Error {
  override readonly name = 'BundleError';
  constructor(
    readonly code: BundleErrorCode,
    message: string,
    options?: { readonly cause?: unknown },
  ) {
    super(message);
    if (options?.cause !== undefined) this.cause = options.cause;
  }
}

/** Keeps the bundles of one party. Any number of processes may share what lies underneath. */
export interface BundleStore {
  /**
   * Adds a bundle. When it resolves the bundle survives a crash of the machine; before, it may be there or not, but
   * never in part.
   * @throws BundleError `taken` if the id was ever in this store.
   * @throws RangeError if the header is malformed or `sizeBytes` is not the record's length.
   */
  put(bundle: StoredBundle): Promise<void>;
  /**
   * Takes a bundle out for good. That it is used outlives a crash of the machine before the record is read, so no later
   * claim of this id, by any process, ever succeeds; of two at the same time at most one does.
   * @throws RangeError if it is no id, here and below.
   * @throws BundleError `used`, `unknown`, or `damaged` if the record is not whole (it is then used all the same).
   */
  claim(id: string): Promise<StoredBundle>;
  /** What is known of an id. */
  status(id: string): Promise<BundleStatus>;
  /** The headers of all fresh bundles, oldest first, equal ages by id. */
  list(): Promise<readonly BundleHeader[]>;
  /**
   * Destroys a bundle unread; its id counts as used from then on. Does nothing if it is used already.
   * @throws BundleError `unknown`.
   */
  delete(id: string): Promise<void>;
}

const idPattern = /^[0-9a-f]{32}$/;
const digestPattern = /^[0-9a-f]{64}$/;
const keyCheckPattern = /^[0-9a-f]{16}$/;

/** @throws RangeError unless the text is a bundle's id: it is checked before it names a file. */
export function checkBundleId(id: string): void {
  if (!idPattern.test(id)) throw new RangeError(`"id" expected 32 lower-case hexadecimal digits, got ${id}`);
}

/**
 * Checks a bundle before it is stored.
 * @throws RangeError naming the field.
 */
export function checkBundle({ header, record }: StoredBundle): void {
  const fail = (field: string, expected: string, got: unknown): never => {
    throw new RangeError(`"${field}" expected ${expected}, got ${String(got)}`);
  };
  checkBundleId(header.id);
  for (const field of ['planDigest', 'modelHash'] as const) {
    if (!digestPattern.test(header[field])) fail(field, '64 lower-case hexadecimal digits', header[field]);
  }
  if (!keyCheckPattern.test(header.keyCheck)) fail('keyCheck', '16 lower-case hexadecimal digits', header.keyCheck);
  if (header.role !== 'client' && header.role !== 'server') fail('role', 'client or server', header.role);
  if (!Number.isSafeInteger(header.createdAtMs) || header.createdAtMs < 0) {
    fail('createdAtMs', 'a natural number', header.createdAtMs);
  }
  if (header.sizeBytes !== record.length) fail('sizeBytes', String(record.length), header.sizeBytes);
  if (typeof header.keepsShares !== 'boolean') fail('keepsShares', 'true or false', header.keepsShares);
}

/** The order of {@link BundleStore.list}. */
export function oldestFirst(a: BundleHeader, b: BundleHeader): number {
  return a.createdAtMs - b.createdAtMs || (a.id < b.id ? -1 : Number(a.id > b.id));
}
