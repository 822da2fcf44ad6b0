/**
 * What many private inferences come to: accuracy, agreement with the integer interpreter, mean traffic.
 *
 * @module
 */
import { join } from 'node:path';
import type { InferredImage, PhaseReport } from './commands/infer.js';
import { formatPercent } from './format.js';
import { printNote } from './output.js';
import { typedCommand } from './typed-command.js';

/** Sums over the images of one run; means are per image. */
export interface InferenceSummary {
  readonly images: number;
  /** Images whose true class is known, and those of them that were classified rightly. */
  readonly known: number;
  readonly right: number;
  /** Of `known`, those that the integer interpreter gets right in mode `floor`; `null` without a check. */
  readonly floorRight: number | null;
  /** Images that were checked; those equal to the interpreter bit for bit and within the bound of mode `floor`. */
  readonly checked: number;
  readonly exact: number;
  /** Largest distance of a logit from mode `floor`, in units of the logits. */
  readonly floorDistance: number;
  readonly offline: PhaseReport;
  readonly online: PhaseReport;
}

function mean(phases: readonly PhaseReport[]): PhaseReport {
  const of = (pick: (phase: PhaseReport) => number) =>
    phases.reduce((sum, phase) => sum + pick(phase), 0) / Math.max(1, phases.length);
  return {
    bytesUp: of(({ bytesUp }) => bytesUp),
    bytesDown: of(({ bytesDown }) => bytesDown),
    rounds: of(({ rounds }) => rounds),
    ms: of(({ ms }) => ms),
  };
}

/** Sums up the images of one run. */
export function summarise(results: readonly InferredImage[]): InferenceSummary {
  const known = results.filter(({ label }) => label !== undefined);
  const checks = results.flatMap(({ check }) => check ?? []);
  const floorRight = known.filter(({ label, check }) => check?.floorPrediction === label).length;
  return {
    images: results.length,
    known: known.length,
    right: known.filter(({ label, prediction }) => label === prediction).length,
    floorRight: checks.length === 0 ? null : floorRight,
    checked: checks.length,
    exact: checks.filter(({ exact, floorDistance, floorBound }) => exact && floorDistance <= floorBound).length,
    floorDistance: Math.max(0, ...checks.map(({ floorDistance }) => floorDistance)),
    offline: mean(results.map(({ offline }) => offline)),
    online: mean(results.map(({ online }) => online)),
  };
}

/** Prints a summary on stderr. */
export function printSummary({ known, right, floorRight, checked, exact }: InferenceSummary): void {
  const share = (part: number) => `${part} of ${known} (${formatPercent(part / known)})`;
  if (known > 0) printNote(`accuracy: ${share(right)}`);
  if (known > 0 && floorRight !== null)
    printNote(`accuracy of the integer interpreter, mode floor: ${share(floorRight)}`);
  if (checked > 0) printNote(`check: ${exact} of ${checked} equal to the integer interpreter`);
}

/** Writes `results/NAME/record.json`. */
export async function recordInference(
  name: string,
  configuration: Readonly<Record<string, unknown>>,
  summary: InferenceSummary,
): Promise<void> {
  const { writeRecord } = await import('@relent/train');
  const { offline, online, floorRight, ...counts } = summary;
  const phase = (title: string, { bytesUp, bytesDown, rounds, ms }: PhaseReport) => ({
    [`${title}BytesUp`]: bytesUp,
    [`${title}BytesDown`]: bytesDown,
    [`${title}Rounds`]: rounds,
    [`${title}Ms`]: ms,
  });
  const results = {
    ...counts,
    ...(floorRight === null ? {} : { floorRight }),
    ...phase('offline', offline),
    ...phase('online', online),
  };
  writeRecord(join('results', name), { name, command: typedCommand(), configuration, seeds: {}, curve: [], results });
}
