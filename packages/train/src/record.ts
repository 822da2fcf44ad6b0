/**
 * Records: what was run, with what, and how it went; small files that are committed.
 * @module
 */
import { mkdirSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { getThreads, version, writeAtomically } from '@relent/torch';
import type { EpochMetrics } from './checkpoint.js';

/** What a record is made of. */
export interface RecordInput {
  /** Names the record; its folder has the same name. */
  readonly name: string;
  /** What to type to make it again. */
  readonly command: string;
  /** Everything that was chosen: network, data set, recipe. */
  readonly configuration: Readonly<Record<string, unknown>>;
  readonly seeds: Readonly<Record<string, number>>;
  readonly curve: readonly EpochMetrics[];
  /** Numbers to report, such as `testAccuracy`, `comparisons`. */
  readonly results: Readonly<Record<string, number>>;
}

/** A record as written. */
export interface RunRecord extends RecordInput {
  readonly wallSeconds: number;
  readonly versions: { readonly node: string; readonly libtorch: string };
  readonly machine: { readonly processor: string; readonly cores: number; readonly threads: number };
}

const COLUMNS = [
  'epoch',
  'learningRate',
  'trainLoss',
  'trainAccuracy',
  'validationLoss',
  'validationAccuracy',
  'seconds',
  'imagesPerSecond',
] as const satisfies readonly (keyof EpochMetrics)[];

/** Writes `record.json` and, for a run with epochs, `curve.csv` into a folder, which is made if it is not there. */
export function writeRecord(folder: string, input: RecordInput): RunRecord {
  const processors = cpus();
  const record: RunRecord = {
    ...input,
    wallSeconds: input.curve.reduce((sum, entry) => sum + entry.seconds, 0),
    versions: { node: process.version, libtorch: version() },
    machine: { processor: processors[0]?.model.trim() ?? 'unknown', cores: processors.length, threads: getThreads() },
  };
  mkdirSync(folder, { recursive: true });
  const { curve, ...head } = record;
  writeAtomically(
    join(folder, 'record.json'),
    Buffer.from(`${JSON.stringify({ ...head, epochs: curve.length }, null, 2)}\n`),
  );
  if (curve.length === 0) return record;
  const rows = curve.map((entry) => COLUMNS.map((column) => entry[column] ?? '').join(','));
  writeAtomically(join(folder, 'curve.csv'), Buffer.from(`${[COLUMNS.join(','), ...rows].join('\n')}\n`));
  return record;
}
