/**
 * Where and in which precision a command computes: `--device`, `--precision`, `--threads`.
 *
 * @module
 */
import { availableParallelism } from 'node:os';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { wholeNumber } from './options.js';

/** What the options of {@link addComputeOptions} say. */
export interface ComputeChoice {
  readonly device?: string;
  readonly precision?: 'float32' | 'mixed';
  /** Threads of libtorch; one for each processor unless given. */
  readonly threads?: number;
}

function deviceName(text: string): string {
  if (/^(cpu|cuda(:\d+)?)$/.test(text)) return text;
  throw new InvalidArgumentError('Expected cpu, cuda or cuda:N.');
}

/** Adds the options to a command; `--precision` only where networks are trained. */
export function addComputeOptions(command: Command, { trains }: { readonly trains: boolean }): Command {
  command
    .option('--device <name>', 'where to compute: cpu, cuda or cuda:N', deviceName, 'cpu')
    .option('--threads <n>', 'threads of libtorch on the CPU (default: one a processor)', wholeNumber(1, 1024));
  if (!trains) return command;
  const precision = new Option('--precision <kind>', 'mixed: convolutions in bfloat16, weights and losses in float32');
  return command.addOption(precision.choices(['float32', 'mixed']).default('float32'));
}

/**
 * Sets libtorch up and answers what networks are made with.
 * @throws Error if the device is not here.
 */
export async function prepareCompute(
  choice: ComputeChoice,
): Promise<{ readonly device: string; readonly precision: 'float32' | 'mixed' }> {
  const { cudaDeviceCount, setCudaTuning, setThreads } = await import('@relent/torch');
  const { device = 'cpu', precision = 'float32', threads = availableParallelism() } = choice;
  setThreads(threads);
  if (device === 'cpu') return { device, precision };
  const here = cudaDeviceCount();
  if (Number(device.split(':')[1] ?? 0) >= here) {
    const names = Array.from({ length: here }, (_, i) => `cuda:${i}`);
    throw new Error(`"--device" expected one of ${['cpu', ...names].join(', ')}, which are here, got ${device}`);
  }
  setCudaTuning({ benchmark: true, allowTf32: true });
  return { device, precision };
}

/** The choice as arguments for a process that shall compute alike. */
export function computeArguments({ device, precision, threads }: ComputeChoice): string[] {
  const given = { device, precision, threads };
  return Object.entries(given).flatMap(([name, value]) => (value === undefined ? [] : [`--${name}`, String(value)]));
}
