/**
 * Threads that help with kernels: a crew of workers on one shared memory.
 *
 * Calls stay synchronous. The caller writes a list of calls of one kernel into a shared board, works it off together with
 * whoever is awake, and waits for those that others took. A crew that has not come up yet, or never does, only makes it slower.
 * Each member has an instance of the module of its own, with a stack of its own in the shared memory.
 *
 * Security: members see the secrets that are in the memory, as the caller does. Which member takes which call depends on times only.
 * @module
 */
import type { WasmExports, WasmMemory, WasmPlatform } from './webassembly.js';

declare const WebAssembly: WasmPlatform;

/** Kernels that crews run. */
const crewKernels = [
  'conv',
  'ggm_receiver',
  'ggm_sender',
  'hash_rows',
  'lpn_encode',
  'poly_multiply_accumulate',
  'poly_transform',
] as const;

/** Name of a kernel that crews run. */
export type CrewKernel = (typeof crewKernels)[number];

/** What a member needs to begin; it can be posted to a worker. */
export interface CrewStart {
  readonly module: object;
  readonly memory: WasmMemory;
  readonly board: SharedArrayBuffer;
  /** Top of the member's stack. */
  readonly stack: number;
}

/** Starts a worker that calls {@link joinCrew}; it must not keep the process alive. */
export type SpawnMember = (start: CrewStart) => void;

/** Bytes of a member's stack, the size of the module's own. */
export const CREW_STACK_BYTES = 256 * 1024;

// Words of the board.
const TURN = 0; // a number that changes with every list; members sleep on it
const TICKET = 1; // (turn mod 2^14) · 2^16 + the next call; CLOSED while the list is written
const COUNT = 2;
const KERNEL = 3;
const DONE = 4; // the caller sleeps on it
const ENDED = 5;
/** Word of the board that counts the calls which members took. */
export const CREW_HELPED = 6;
const CALLS = 8;
const CALL_WORDS = 12;
const MOST_CALLS = 1024;
const TICKETS = 1 << 16;
const CLOSED = TICKETS - 1;

type Kernel = (...words: number[]) => void;

/**
 * Takes and runs calls until none is left.
 * @param helper - 1 for a member, 0 for the caller.
 */
function workOff(board: Int32Array, kernels: readonly Kernel[], helper: 0 | 1): void {
  for (;;) {
    const ticket = Atomics.load(board, TICKET);
    const call = ticket % TICKETS;
    if (call >= Atomics.load(board, COUNT)) return;
    // Fails where another took the call, or a new list began since.
    if (Atomics.compareExchange(board, TICKET, ticket, ticket + 1) !== ticket) continue;
    Atomics.add(board, CREW_HELPED, helper);
    const at = CALLS + CALL_WORDS * call;
    kernels[board[KERNEL] ?? 0]?.(...board.subarray(at + 1, at + 1 + (board[at] ?? 0)));
    if (Atomics.add(board, DONE, 1) + 1 === Atomics.load(board, COUNT)) Atomics.notify(board, DONE);
  }
}

const kernelsOf = (wasm: WasmExports): Kernel[] => crewKernels.map((name) => wasm[name] as Kernel);

/**
 * A member's life: works whenever there is work, until the crew ends. Blocks its thread, so call it in a worker.
 */
export function joinCrew({ module, memory, board: shared, stack }: CrewStart): void {
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  const wasm = exports as WasmExports;
  wasm.__stack_pointer.value = stack;
  const kernels = kernelsOf(wasm);
  const board = new Int32Array(shared);
  for (let turn = 0; Atomics.load(board, ENDED) === 0; ) {
    Atomics.wait(board, TURN, turn);
    turn = Atomics.load(board, TURN);
    workOff(board, kernels, 1);
  }
}

/** Ends the members of crews that nobody holds any more. */
const forgotten = new FinalizationRegistry<Int32Array>((board) => {
  Atomics.store(board, ENDED, 1);
  Atomics.add(board, TURN, 1);
  Atomics.notify(board, TURN);
});

/** The caller's side of a crew. */
export class Crew {
  /** Threads that work, the caller included. */
  readonly size: number;
  #board: Int32Array<ArrayBufferLike> = new Int32Array(0);
  readonly #kernels: readonly Kernel[];

  /**
   * @param wasm - the caller's instance.
   * @param memory - shared by all; the stacks lie from `stacks` on.
   * @param size - members and caller; 1 spawns nobody.
   */
  constructor(
    wasm: WasmExports,
    options: {
      readonly module: object;
      readonly memory: WasmMemory;
      readonly stacks: number;
      readonly size: number;
      readonly spawn: SpawnMember | null;
    },
  ) {
    const { module, memory, stacks, size, spawn } = options;
    this.size = size;
    this.#kernels = kernelsOf(wasm);
    // Pages that are not isolated from other origins have no shared memory, and need none for a crew of one.
    if (size === 1) return;
    const board = new SharedArrayBuffer(4 * (CALLS + CALL_WORDS * MOST_CALLS));
    this.#board = new Int32Array(board);
    forgotten.register(this, this.#board);
    for (let i = 1; i < size; i++) spawn?.({ module, memory, board, stack: stacks + i * CREW_STACK_BYTES });
  }

  /**
   * Runs calls of one kernel, in any order and side by side: they must write to different places.
   * @param calls - the arguments of each.
   */
  run(name: CrewKernel, calls: readonly (readonly number[])[]): void {
    const kernel = crewKernels.indexOf(name);
    if (this.size === 1 || calls.length < 2) {
      for (const words of calls) this.#kernels[kernel]?.(...words);
      return;
    }
    for (let from = 0; from < calls.length; from += MOST_CALLS)
      this.#share(kernel, calls.slice(from, from + MOST_CALLS));
  }

  #share(kernel: number, calls: readonly (readonly number[])[]): void {
    const board = this.#board;
    const turn = (Atomics.load(board, TURN) + 1) | 0;
    const first = (turn & (TICKETS / 4 - 1)) * TICKETS;
    // Nobody takes a call while the list is written: a ticket read before has changed by now.
    Atomics.store(board, TICKET, first + CLOSED);
    board[KERNEL] = kernel;
    for (const [index, words] of calls.entries()) {
      const at = CALLS + CALL_WORDS * index;
      board[at] = words.length;
      board.set(words, at + 1);
    }
    Atomics.store(board, DONE, 0);
    Atomics.store(board, COUNT, calls.length);
    Atomics.store(board, TICKET, first);
    Atomics.store(board, TURN, turn);
    Atomics.notify(board, TURN);
    workOff(board, this.#kernels, 0);
    for (;;) {
      const done = Atomics.load(board, DONE);
      if (done === calls.length) return;
      Atomics.wait(board, DONE, done, 1);
    }
  }
}
