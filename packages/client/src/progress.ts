/**
 * What a session tells of its way: bytes and time within each phase, as they come.
 * @module
 */
import { type Channel, type Clock, type PhaseTraffic, wireBytes } from '@relent/protocol';

/** Parts of a session: handshake and oblivious-transfer set-up, then per image what needs it not, and what does. */
export type ProgressPhase = 'setup' | 'offline' | 'online';

/** Where a session stands. */
export interface Progress {
  readonly phase: ProgressPhase;
  /** Which inference of the session; 0 for the set-up. */
  readonly index: number;
  /** Bytes of this phase so far. */
  readonly bytesUp: number;
  readonly bytesDown: number;
  /** Bytes of the whole phase, both ways; null where they are not known before. */
  readonly expectedBytes: number | null;
  /** Milliseconds since the phase began. */
  readonly ms: number;
  readonly done: boolean;
}

/** Least time between two reports within a phase, milliseconds. */
const reportMs = 50;

/** Counts what passes a channel, and reports it. */
export class ProgressTracker {
  readonly #clock: Clock;
  readonly #report: (progress: Progress) => void;
  #phase: ProgressPhase = 'setup';
  #index = 0;
  #expectedBytes: number | null = null;
  #bytesUp = 0;
  #bytesDown = 0;
  #begun = 0;
  #reported = 0;

  constructor(clock: Clock, report: (progress: Progress) => void) {
    this.#clock = clock;
    this.#report = report;
  }

  /** Starts a phase. */
  begin(phase: ProgressPhase, index: number, expectedBytes: number | null): void {
    this.#phase = phase;
    this.#index = index;
    this.#expectedBytes = expectedBytes;
    this.#bytesUp = 0;
    this.#bytesDown = 0;
    this.#begun = this.#clock.now();
    this.#tell(false);
  }

  /** Ends a phase with the session's own count of it. */
  finish({ bytesUp, bytesDown }: PhaseTraffic): void {
    this.#bytesUp = bytesUp;
    this.#bytesDown = bytesDown;
    this.#tell(true);
  }

  /** The same channel, counted. */
  watch(channel: Channel): Channel {
    return {
      send: (message) => {
        this.#bytesUp += wireBytes(message.length);
        this.#pass();
        return channel.send(message);
      },
      receive: async () => {
        const message = await channel.receive();
        this.#bytesDown += wireBytes(message.length);
        this.#pass();
        return message;
      },
      limitMessages: (maxMessageBytes) => channel.limitMessages?.(maxMessageBytes),
      close: () => channel.close(),
    };
  }

  #pass(): void {
    if (this.#clock.now() - this.#reported >= reportMs) this.#tell(false);
  }

  #tell(done: boolean): void {
    this.#reported = this.#clock.now();
    this.#report({
      phase: this.#phase,
      index: this.#index,
      bytesUp: this.#bytesUp,
      bytesDown: this.#bytesDown,
      expectedBytes: this.#expectedBytes,
      ms: this.#reported - this.#begun,
      done,
    });
  }
}
