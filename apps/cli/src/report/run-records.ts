/**
 * Records of runs, read from the folders in which they were written.
 *
 * @module
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** One run as a frontier needs it. Accuracies are in [0, 1]. */
export interface FrontierRun {
  readonly file: string;
  /** What to type to make it again; `null` in records that do not say. */
  readonly command: string | null;
  /** The sweep that it belongs to; `null` for a run of its own. */
  readonly sweep: string | null;
  /** Epochs of training that were asked for. */
  readonly epochs: number | null;
  readonly network: string;
  readonly dataset: string;
  /** The method's name in tables. */
  readonly label: string;
  readonly method: string;
  /** What was set of the method's options. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly budget: string;
  readonly seed: number;
  readonly comparisons: number;
  /** Before any reduction; `null` in records that do not say. */
  readonly comparisonsBefore: number | null;
  readonly testAccuracy: number;
  readonly validationAccuracy: number | null;
  readonly teacherAccuracy: number | null;
  /** Bytes of one private image in both phases, and its time on the network of each profile. */
  readonly bytes: number | null;
  readonly networkMs: Readonly<Record<string, number>>;
  /** The class that is recognised worst. */
  readonly worstClassAccuracy: number | null;
  /** The largest accuracy that a class lost against the teacher. */
  readonly worstClassLoss: number | null;
}

/** The files named `record.json` in the given files and folders, and in the folders within them. */
export function findRecords(paths: readonly string[]): string[] {
  return paths.flatMap((path) => {
    if (!statSync(path).isDirectory()) return [path];
    const entries = readdirSync(path, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
    return entries.flatMap((entry) =>
      entry.isDirectory()
        ? findRecords([join(path, entry.name)])
        : entry.name === 'record.json'
          ? [join(path, entry.name)]
          : [],
    );
  });
}

function section(record: unknown, name: string): Readonly<Record<string, unknown>> {
  const found = typeof record === 'object' && record !== null ? (record as Record<string, unknown>)[name] : undefined;
  return typeof found === 'object' && found !== null ? (found as Record<string, unknown>) : {};
}

/** A number of a section, or `null`. */
function number(from: Readonly<Record<string, unknown>>, name: string): number | null {
  const value = from[name];
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

/**
 * The run of a record, or `null` if the record is not of a reduction (of a training, say).
 * @throws Error if the file is not JSON.
 */
export function readRun(file: string): FrontierRun | null {
  let record: unknown;
  try {
    record = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new Error(`${file}: expected a record, got ${(error as Error).message}`);
  }
  const configuration = section(record, 'configuration');
  const results = section(record, 'results');
  const comparisons = number(results, 'comparisons');
  const testAccuracy = number(results, 'testAccuracy');
  const method = configuration.method;
  if (comparisons === null || testAccuracy === null || typeof method !== 'string') return null;
  const [offline, online] = [number(results, 'offlineBytes'), number(results, 'onlineBytes')];
  const times = Object.entries(results).flatMap(([name, value]) =>
    name.endsWith('NetworkMs') && typeof value === 'number' ? [[name.slice(0, -'NetworkMs'.length), value]] : [],
  );
  const { command } = record as { readonly command?: unknown };
  return {
    file,
    command: typeof command === 'string' ? command : null,
    sweep: typeof configuration.sweep === 'string' ? configuration.sweep : null,
    epochs: number(configuration, 'epochs'),
    network: String(configuration.network ?? 'unknown'),
    dataset: String(configuration.dataset ?? 'unknown'),
    label: String(configuration.label ?? method),
    method,
    options: section(configuration, 'options'),
    budget: String(configuration.budget ?? comparisons),
    seed: number(section(record, 'seeds'), 'run') ?? 0,
    comparisons,
    comparisonsBefore: number(results, 'comparisonsBefore'),
    testAccuracy,
    validationAccuracy: number(results, 'validationAccuracy'),
    teacherAccuracy: number(results, 'teacherTestAccuracy'),
    bytes: offline === null || online === null ? null : offline + online,
    networkMs: Object.fromEntries(times) as Record<string, number>,
    worstClassAccuracy: number(results, 'worstClassAccuracy'),
    worstClassLoss: number(results, 'worstClassLoss'),
  };
}
