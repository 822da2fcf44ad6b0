/**
 * One private run between two processes: `relent serve` and `relent infer` on the loopback interface.
 *
 * @module
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { InferredImage } from '../commands/infer.js';
import { startProgress } from '../progress.js';

const relent = fileURLToPath(new URL('../../bin/relent.js', import.meta.url));
const serverGraceMs = 3000;

/** A child process, and the end of what it wrote to stderr. */
class Command {
  readonly process: ChildProcess;
  readonly #exit: Promise<number | null>;
  #errors = '';

  constructor(args: readonly string[]) {
    this.process = spawn(process.execPath, [relent, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    this.process.stderr?.on('data', (bytes: Buffer) => {
      this.#errors = (this.#errors + bytes.toString()).slice(-2000);
    });
    this.#exit = once(this.process, 'close').then(([code]) => code as number | null);
  }

  /** Lines of JSON on stdout. */
  async *lines<T>(): AsyncGenerator<T> {
    for await (const line of createInterface({ input: this.process.stdout! })) yield JSON.parse(line) as T;
  }

  /** @throws Error with what the process said if it failed. */
  async succeed(): Promise<void> {
    if ((await this.#exit) !== 0) throw this.failure();
  }

  failure(): Error {
    return new Error(`"relent ${this.process.spawnargs.slice(2).join(' ')}" failed: ${this.#errors.trim()}`);
  }

  /** Gives the process a moment to end by itself. */
  async end(): Promise<void> {
    const timer = setTimeout(() => this.process.kill(), serverGraceMs);
    await this.#exit;
    clearTimeout(timer);
  }
}

/**
 * Classifies images privately, each result compared with the integer interpreter.
 * @param file - Quantised model; the server's process serves it, the client's uses it only to check.
 * @param images - References such as `fashion-mnist:test:0-31`.
 * @throws Error with the words of the process that failed.
 */
export async function runPrivately(file: string, images: string, count: number): Promise<InferredImage[]> {
  const server = new Command(['serve', file, '--port', '0', '--once', '--json']);
  const progress = startProgress('private inference', count);
  try {
    const { value: listening } = await server.lines<{ readonly port: number }>().next();
    if (listening === undefined) throw server.failure();
    const client = new Command(['infer', '--server', `127.0.0.1:${listening.port}`, '--check', file, '--json', images]);
    const results: InferredImage[] = [];
    for await (const result of client.lines<InferredImage>()) {
      results.push(result);
      progress.update(results.length, `image ${results.length} of ${count}`);
    }
    await client.succeed();
    return results;
  } finally {
    progress.stop();
    await server.end();
  }
}
