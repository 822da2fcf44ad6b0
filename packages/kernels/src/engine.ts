/**
 * An instance of the module with its memory and, where threads are wanted, a crew.
 * @module
 */
import { CREW_STACK_BYTES, Crew, type SpawnMember } from './crew.js';
import type { WasmExports, WasmMemory, WasmPlatform } from './webassembly.js';

declare const WebAssembly: WasmPlatform;

/** What the bindings work on. */
export interface Engine {
  readonly wasm: WasmExports;
  readonly memory: WasmMemory;
  readonly crew: Crew;
  /** First byte of the memory that calls may use. */
  readonly base: number;
}

/** Threads of an engine. */
export interface Threads {
  /** Threads that work at a time, the caller's included; 1 or more. */
  readonly count: number;
  /** Starts one. */
  readonly spawn: SpawnMember;
}

const MOST_PAGES = 65536;

/**
 * Makes an instance with a memory of its own.
 * @param module - compiled for a shared memory if `threads` are more than one.
 * @param pages - that its memory has at first.
 */
export function newEngine(module: object, pages: number, threads: Threads | null): Engine {
  const size = threads?.count ?? 1;
  const memory = new WebAssembly.Memory({ initial: pages, maximum: MOST_PAGES, shared: size > 1 });
  const wasm = new WebAssembly.Instance(module, { env: { memory } }).exports as WasmExports;
  const stacks = Math.ceil(wasm.__heap_base.value / 16) * 16;
  // The caller's stack is the module's own.
  const base = stacks + (size - 1) * CREW_STACK_BYTES;
  const missing = Math.ceil((base - memory.buffer.byteLength) / 65536);
  if (missing > 0) memory.grow(missing);
  const crew = new Crew(wasm, { module, memory, stacks, size, spawn: threads?.spawn ?? null });
  return { wasm, memory, crew, base };
}
