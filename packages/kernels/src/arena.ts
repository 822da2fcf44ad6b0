/**
 * Linear memory handed out from the bottom up, for the length of one call.
 * @module
 */
import type { WasmMemory } from './webassembly.js';

const PAGE_BYTES = 65536;
const ALIGNMENT = 16;
/** Pages that a memory grows by at least, where the platform has them: growing takes milliseconds, unused pages nothing. */
const GROWN_PAGES = 1024;

/** Memory of one call. Views are taken only after the last allocation, because growing detaches them. */
export class Arena {
  readonly #memory: WasmMemory;
  #top: number;

  /** @param base - first free byte of the memory. */
  constructor(memory: WasmMemory, base: number) {
    this.#memory = memory;
    this.#top = base;
  }

  /**
   * Reserves `bytes` bytes with unspecified contents.
   * @returns their address, a multiple of 16.
   * @throws RangeError if the memory cannot grow that far.
   */
  reserve(bytes: number): number {
    const start = Math.ceil(this.#top / ALIGNMENT) * ALIGNMENT;
    this.#top = start + bytes;
    const missing = this.#top - this.#memory.buffer.byteLength;
    if (missing > 0) this.#grow(Math.ceil(missing / PAGE_BYTES));
    return start;
  }

  #grow(pages: number): void {
    if (pages < GROWN_PAGES) {
      try {
        this.#memory.grow(GROWN_PAGES);
        return;
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
      }
    }
    this.#memory.grow(pages);
  }

  /** Reserves room for a copy of `source` and fills it. */
  place(source: Uint8Array | Int32Array | Uint32Array): number {
    const start = this.reserve(source.byteLength);
    const bytes = new Uint8Array(source.buffer, source.byteOffset, source.byteLength);
    new Uint8Array(this.#memory.buffer, start, source.byteLength).set(bytes);
    return start;
  }

  /** A copy of `length` bytes at `start`. */
  read(start: number, length: number): Uint8Array {
    return new Uint8Array(this.#memory.buffer, start, length).slice();
  }

  /** Copies `target.length` bytes at `start` to `target`. */
  readInto(target: Uint8Array, start: number): void {
    target.set(new Uint8Array(this.#memory.buffer, start, target.length));
  }

  /** A copy of `length` words at `start`. */
  readWords(start: number, length: number): Int32Array {
    return new Int32Array(this.#memory.buffer, start, length).slice();
  }
}
