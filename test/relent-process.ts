/**
 * Runs the command `relent` as a process of its own, as a user does.
 *
 * @module
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** The command's file. */
export const relentPath = fileURLToPath(new URL('../apps/cli/bin/relent.js', import.meta.url));

/** What a process said and how it ended. */
export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Where a process runs. */
export interface Surroundings {
  readonly folder?: string;
  readonly env?: Readonly<Record<string, string>>;
}

function start(args: readonly string[], { folder, env }: Surroundings): ChildProcess {
  return spawn(process.execPath, [relentPath, ...args], {
    cwd: folder,
    env: { ...process.env, NO_COLOR: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** Runs a command to its end. */
export async function relent(args: readonly string[], surroundings: Surroundings = {}): Promise<Finished> {
  const child = start(args, surroundings);
  let stdout = '';
  let stderr = '';
  child.stdout?.on('data', (bytes: Buffer) => {
    stdout += bytes.toString();
  });
  child.stderr?.on('data', (bytes: Buffer) => {
    stderr += bytes.toString();
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stdout, stderr };
}

/** Runs a command until its first line on stdout, and kills it there. */
export async function killAfterFirstLine(args: readonly string[], surroundings: Surroundings = {}): Promise<string> {
  const child = start(args, surroundings);
  child.stderr?.resume();
  const closed = once(child, 'close');
  const first = await Promise.race([once(createInterface({ input: child.stdout! }), 'line'), closed.then(() => [''])]);
  child.kill('SIGKILL');
  await closed;
  return String(first[0]);
}

/** A running `relent serve`. */
export interface RunningServer {
  readonly port: number;
  /** What it has written to stderr so far. */
  readonly stderr: () => string;
  readonly stop: () => Promise<void>;
}

/** Starts a server on a free port and waits until it listens. */
export async function serve(
  model: string,
  surroundings: Surroundings = {},
  options: readonly string[] = [],
): Promise<RunningServer> {
  const child = start(['serve', model, '--port', '0', '--json', ...options], surroundings);
  let stderr = '';
  child.stderr?.on('data', (bytes: Buffer) => {
    stderr += bytes.toString();
  });
  const lines = createInterface({ input: child.stdout! });
  const closed = once(child, 'close');
  const first = await Promise.race([once(lines, 'line'), closed.then(() => undefined)]);
  if (first === undefined) throw new Error(`the server did not start: ${stderr}`);
  const { port } = JSON.parse(String(first[0])) as { port: number };
  return {
    port,
    stderr: () => stderr,
    stop: async () => {
      child.kill();
      await closed;
    },
  };
}
