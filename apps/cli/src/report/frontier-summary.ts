/**
 * A frontier in numbers: runs of equal method and budget as one entry, which entries no other beats, and the area.
 *
 * @module
 */
import type { FrontierRun } from './run-records.js';

/** What a run may cost. */
export type CostAxis = 'comparisons' | 'bytes' | 'ms';

/** All seeds of one method at one budget. */
export interface FrontierEntry {
  readonly label: string;
  readonly method: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly budget: string;
  readonly runs: number;
  /** Means over the seeds. */
  readonly comparisons: number;
  readonly testAccuracy: number;
  /** Standard deviation over the seeds, n - 1; `null` for one run. */
  readonly deviation: number | null;
  readonly validationAccuracy: number | null;
  readonly bytes: number | null;
  readonly ms: number | null;
  readonly worstClassAccuracy: number | null;
  readonly worstClassLoss: number | null;
  /** Whether no other entry needs fewer comparisons and is better, judged on the validation split where there is one. */
  readonly onFront: boolean;
}

/** A network on a data set. */
export interface FrontierSummary {
  readonly network: string;
  readonly dataset: string;
  /** By method, then by falling comparisons. */
  readonly entries: readonly FrontierEntry[];
  /** The unreduced network with the same training, if there is a record of it. */
  readonly control: FrontierEntry | null;
  /** Comparisons without reduction. */
  readonly full: number;
  readonly teacherAccuracy: number | null;
  /** Accuracy × decades of comparisons under the front of each method, and under that of all. */
  readonly hypervolumes: ReadonlyMap<string, number>;
}

/** The network profile by whose times entries are compared. */
export const profile = 'wan';

function mean(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length < values.length || known.length === 0
    ? null
    : known.reduce((sum, value) => sum + value, 0) / known.length;
}

function entryOf(runs: readonly FrontierRun[]): FrontierEntry {
  const [{ label, method, options, budget }] = runs as [FrontierRun];
  const accuracy = mean(runs.map((run) => run.testAccuracy))!;
  const squares = runs.reduce((sum, run) => sum + (run.testAccuracy - accuracy) ** 2, 0);
  return {
    label,
    method,
    options,
    budget,
    runs: runs.length,
    comparisons: mean(runs.map((run) => run.comparisons))!,
    testAccuracy: accuracy,
    deviation: runs.length > 1 ? Math.sqrt(squares / (runs.length - 1)) : null,
    validationAccuracy: mean(runs.map((run) => run.validationAccuracy)),
    bytes: mean(runs.map((run) => run.bytes)),
    ms: mean(runs.map((run) => run.networkMs[profile] ?? null)),
    worstClassAccuracy: mean(runs.map((run) => run.worstClassAccuracy)),
    worstClassLoss: mean(runs.map((run) => run.worstClassLoss)),
    onFront: false,
  };
}

function groupBy<T>(items: readonly T[], key: (item: T) => string): T[][] {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group) group.push(item);
    else groups.set(key(item), [item]);
  }
  return [...groups.values()];
}

/** The frontiers in a set of runs, one for each network and data set. */
export async function summarise(runs: readonly FrontierRun[]): Promise<FrontierSummary[]> {
  const { hypervolume, paretoFront } = await import('@relent/train');
  return groupBy(runs, ({ network, dataset }) => `${network}@${dataset}`).map((group) => {
    const [{ network, dataset }] = group as [FrontierRun];
    const plain = groupBy(group, ({ label, budget }) => `${label}\n${budget}`).map(entryOf);
    // A choice made by test accuracy would flatter the chosen one.
    const judged = plain.every((entry) => entry.validationAccuracy !== null);
    const asPoint = (entry: FrontierEntry) => ({
      entry,
      cost: entry.comparisons,
      accuracy: judged ? entry.validationAccuracy! : entry.testAccuracy,
    });
    const front = new Set(paretoFront(plain.map(asPoint)).map(({ entry }) => entry));
    const entries = plain
      .map((entry) => ({ ...entry, onFront: front.has(entry) }))
      .sort((a, b) => (a.label < b.label ? -1 : a.label > b.label ? 1 : b.comparisons - a.comparisons));
    const control = entries.find(({ method }) => method === 'full') ?? null;
    const full = Math.max(...group.map((run) => run.comparisonsBefore ?? run.comparisons));
    const area = (part: readonly FrontierEntry[]) =>
      hypervolume(
        part.map((entry) => ({ cost: entry.comparisons, accuracy: entry.testAccuracy })),
        full,
      );
    const reduced = entries.filter(({ method }) => method !== 'full');
    const areas = groupBy(reduced, ({ label }) => label).map((part) => [part[0]!.label, area(part)] as const);
    return {
      network,
      dataset,
      entries,
      control,
      full,
      teacherAccuracy: group.find((run) => run.teacherAccuracy !== null)?.teacherAccuracy ?? null,
      hypervolumes: new Map([...areas, ['all', area(reduced)]]),
    };
  });
}

/** The cost of an entry on an axis; `null` where its record does not say. */
export function costOf(entry: FrontierEntry, axis: CostAxis): number | null {
  return entry[axis];
}
