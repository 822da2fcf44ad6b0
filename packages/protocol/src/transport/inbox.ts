/**
 * The receiving half of a channel: messages that wait to be read, and how the stream ended.
 * @module
 */

/** What a waiting message takes besides its bytes, about. */
const objectBytes = 256;

/**
 * Bytes that may wait unread before the wire should be paused, each message counted with what its object takes. More
 * than any step of a protocol sends, so that two sides that both send never wait for each other.
 */
export const unreadLimitBytes = 2 ** 28;

/** Messages in the order of their arrival; what arrived before the end is read before the end is told. */
export class Inbox {
  #unread: Uint8Array[] = [];
  #unreadBytes = 0;
  #waiting: { resolve(message: Uint8Array): void; reject(error: unknown): void } | null = null;
  #ended: Error | null = null;

  /** Why the stream ended; null while it goes on. */
  get ended(): Error | null {
    return this.#ended;
  }

  /** Whether more waits unread than should. */
  get full(): boolean {
    return this.#unreadBytes > unreadLimitBytes;
  }

  /** Takes a message off the wire. */
  put(message: Uint8Array): void {
    const { resolve } = this.#waiting ?? {};
    this.#waiting = null;
    if (resolve) {
      resolve(message);
      return;
    }
    this.#unread.push(message);
    this.#unreadBytes += message.length + objectBytes;
  }

  /** Ends the stream; only the first reason counts. */
  end(error: Error): void {
    this.#ended ??= error;
    const { reject } = this.#waiting ?? {};
    this.#waiting = null;
    reject?.(this.#ended);
  }

  /**
   * The next message.
   * @throws what ended the stream, once all messages are read; TypeError on a second call before the first is answered.
   */
  take(): Promise<Uint8Array> {
    const message = this.#unread.shift();
    if (message !== undefined) {
      this.#unreadBytes -= message.length + objectBytes;
      return Promise.resolve(message);
    }
    if (this.#ended) return Promise.reject(this.#ended);
    if (this.#waiting) return Promise.reject(new TypeError('"receive" expected one call at a time, got two'));
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
    });
  }
}
