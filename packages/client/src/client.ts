/**
 * A private session with a server, as a page sees it.
 * @module
 */
import type { ClientImage, ClientInference, ClientModel } from './host.js';

export type { ClientImage, ClientInference } from './host.js';

/** A session. Calls may be made at once and run one after the other. */
export interface Client {
  /** What the server offers, once the session stands. */
  readonly ready: Promise<ClientModel>;
  /**
   * Classifies one image. The server sees it masked by uniformly random numbers and learns nothing of it; runs the
   * offline phase first unless one was prepared.
   * @throws RangeError if the image has no size or another than it says; ProtocolError or TransportError if the session
   *         failed, for good.
   */
  infer(image: ClientImage): Promise<ClientInference>;
  /** Runs `count` offline phases ahead of their images. */
  prepare(count: number): Promise<void>;
  /** Ends the session in peace, after the calls made before. Never fails: a session that is broken is dropped. */
  close(): Promise<void>;
  /** Ends the session at once; calls under way fail with TransportError. */
  abort(): void;
}
