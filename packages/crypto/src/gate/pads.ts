/**
 * Where the pads of a batch of random OTs lie: a batch serves many purposes, segment after segment.
 * @module
 */

/** A run of instances with pads of one length, or of the lengths that the caller gave. */
export interface PadSegment {
  /** Index of the first instance. */
  readonly instance: number;
  readonly count: number;
  /** Byte offset of the first pad. */
  readonly offset: number;
}

/** Lays out the pads of one batch. AGREEMENT: both parties must add the same segments in the same order. */
export class PadLayout {
  readonly #runs: { readonly count: number; readonly lengths: number | Uint32Array }[] = [];
  #count = 0;
  #bytes = 0;

  /** Random OTs so far. */
  get count(): number {
    return this.#count;
  }

  /** Adds `count` instances with pads of `length` bytes each. */
  add(count: number, length: number): PadSegment {
    const segment = { instance: this.#count, count, offset: this.#bytes };
    this.#runs.push({ count, lengths: length });
    this.#count += count;
    this.#bytes += count * length;
    return segment;
  }

  /** Adds one instance per entry, with pads of `lengths[i] · scale` bytes. */
  addRagged(lengths: Uint32Array, scale: number): PadSegment {
    const segment = { instance: this.#count, count: lengths.length, offset: this.#bytes };
    const scaled = lengths.map((length) => length * scale);
    this.#runs.push({ count: lengths.length, lengths: scaled });
    this.#count += lengths.length;
    this.#bytes += scaled.reduce((sum, length) => sum + length, 0);
    return segment;
  }

  /** [count]: bytes per instance. */
  lengths(): Uint32Array {
    const all = new Uint32Array(this.#count);
    let at = 0;
    for (const { count, lengths } of this.#runs) {
      if (typeof lengths === 'number') all.fill(lengths, at, at + count);
      else all.set(lengths, at);
      at += count;
    }
    return all;
  }
}

/** The little-endian integer of `width` bytes at `offset`, as an int32 pattern; 0 <= width <= 4. */
export function readPad(bytes: Uint8Array, offset: number, width: number): number {
  switch (width) {
    case 0:
      return 0;
    case 1:
      return bytes[offset]!;
    case 2:
      return bytes[offset]! | (bytes[offset + 1]! << 8);
    case 3:
      return bytes[offset]! | (bytes[offset + 1]! << 8) | (bytes[offset + 2]! << 16);
    default:
      return bytes[offset]! | (bytes[offset + 1]! << 8) | (bytes[offset + 2]! << 16) | (bytes[offset + 3]! << 24);
  }
}

/** Both pads of every instance, as the OT sender holds them. */
export interface SenderPads {
  readonly zero: Uint8Array;
  readonly one: Uint8Array;
}

/** The chosen pads and the choices, as the OT receiver holds them. */
export interface ReceiverPads {
  readonly choices: Uint8Array;
  readonly chosen: Uint8Array;
}
