/**
 * The little of WebAssembly that the binding uses, typed here because neutral packages see no platform globals.
 * @module
 */

import type { PolyExports } from './poly/exports.js';

/** A linear memory; if it is shared, so is its buffer, which views and copies of parts do not notice. */
export interface WasmMemory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

/** The functions of c/*.c; pointers and sizes are byte addresses and counts in the linear memory. */
export interface WasmExports extends PolyExports {
  readonly __heap_base: { readonly value: number };
  readonly __stack_pointer: { value: number };
  keystream(key: number, low: number, high: number, out: number, length: number): void;
  expand_seeds(
    seeds: number,
    count: number,
    domain: number,
    low: number,
    high: number,
    out: number,
    length: number,
  ): void;
  hash_rows(
    rows: number,
    count: number,
    mask: number,
    domain: number,
    low: number,
    high: number,
    lengths: number,
    length: number,
    out: number,
  ): void;
  transpose_bits(bits: number, count: number, out: number): void;
  softspoken_receiver(
    leaves: number,
    domain: number,
    low: number,
    high: number,
    count: number,
    rows: number,
    choices: number,
    corrections: number,
  ): void;
  softspoken_sender(
    leaves: number,
    domain: number,
    low: number,
    high: number,
    count: number,
    delta: number,
    corrections: number,
    rows: number,
  ): void;
  ggm_sender(
    roots: number,
    count: number,
    delta: number,
    domain: number,
    low: number,
    high: number,
    depth: number,
    leaves: number,
    sums: number,
  ): void;
  ggm_receiver(
    paths: number,
    sums: number,
    count: number,
    domain: number,
    low: number,
    high: number,
    depth: number,
    leaves: number,
  ): void;
  lpn_encode(rows: number, count: number, table: number, mask: number, key: number, low: number, high: number): void;
  conv_scratch(geometry: number): number;
  conv(geometry: number, input: number, weight: number, scratch: number, out: number): void;
}

/** What the platform must offer: the global `WebAssembly`. */
export interface WasmPlatform {
  readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => object;
  readonly Memory: new (limits: {
    readonly initial: number;
    readonly maximum: number;
    readonly shared: boolean;
  }) => WasmMemory;
  readonly Instance: new (module: object, imports: object) => { readonly exports: unknown };
  compile(bytes: Uint8Array<ArrayBuffer>): Promise<object>;
}
