/**
 * Where a session runs: in this thread or in a worker, behind one interface.
 * @module
 */
import type { Inference } from '@relent/protocol';
import type { Pixels } from './image.js';
import type { Progress } from './progress.js';

/** Options of a session that can travel to a worker. */
export interface ClientOptions {
  /** Refuses every other model than the one with this hash, see {@link ClientModel.hash}. */
  readonly expectedHash?: string;
  /** How long one message may take to come or to leave, milliseconds; default 120,000. */
  readonly timeoutMs?: number;
  /** Keeps the client's shares of all pre-activations with each result, for checking; default false. */
  readonly keepShares?: boolean;
}

/** What the server tells of its model. */
export interface ClientModel {
  readonly name: string;
  /** The data set it was trained on, where the server tells. */
  readonly dataset: string | null;
  /** Names of the classes, where the server tells them. */
  readonly classes: readonly string[] | null;
  /** [C, H, W] of an image. */
  readonly inputShape: readonly number[];
  /** Names the model's public part: architecture, gate map, scales. */
  readonly hash: string;
}

/** An image for {@link Host.infer}: pixels of any size, or the network's input, normalised (floats) or quantised. */
export type ClientImage = Pixels | Float32Array | Int32Array;

/** The answer of one private inference, and what it took. */
export interface ClientInference extends Inference {
  /** [classes] the logits on their real scale; null if the server tells the class alone. */
  readonly scores: Float32Array | null;
  /** Name of the predicted class, where the server tells it. */
  readonly label: string | null;
}

/** One session. */
export interface Host {
  open(url: string, options: ClientOptions): Promise<ClientModel>;
  infer(image: ClientImage): Promise<ClientInference>;
  prepare(count: number): Promise<void>;
  close(): Promise<void>;
  /** Ends at once: what runs fails. */
  abort(): void;
}

/** Takes the reports of a session. */
export type ProgressListener = (progress: Progress) => void;
