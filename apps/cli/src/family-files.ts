/**
 * The files of a method that makes several networks: one model each, and a table of all.
 *
 * @module
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FamilyMember } from '@relent/train';
import { writeModelFile } from './model-source.js';

/** A member of a family as a table has it. */
export interface FamilyRow {
  /** Name of the model file. */
  readonly file: string;
  readonly label: string;
  readonly comparisons: number;
  /** In [0, 1]; `null` for a member that was not trained. */
  readonly validationAccuracy: number | null;
  /** Whether no other member needs fewer comparisons and is better on the validation split. */
  readonly onFront: boolean;
}

/** The folder of the family of a model file: `reduced.relent` has `reduced-family`. */
export function familyFolder(file: string): string {
  return `${file.replace(/\.relent$/, '')}-family`;
}

/** Rows in the members' order. The test split is not looked at: a choice among members is made on the validation split. */
export async function familyRows(family: readonly FamilyMember[]): Promise<FamilyRow[]> {
  const { paretoFront } = await import('@relent/train');
  const points = family.flatMap(({ label, comparisons, validationAccuracy }) =>
    validationAccuracy === null || comparisons === 0
      ? []
      : [{ label, cost: comparisons, accuracy: validationAccuracy }],
  );
  const front = new Set(paretoFront(points).map(({ label }) => label));
  return family.map(({ label, comparisons, validationAccuracy }) => ({
    file: `${comparisons}-${label
      .replaceAll('α', 'channels')
      .replaceAll('ρ', 'resolution')
      .replaceAll(/[^A-Za-z0-9.]+/g, '-')}.relent`,
    label,
    comparisons,
    validationAccuracy,
    onFront: front.has(label),
  }));
}

/** Writes every member and `family.csv` into a folder, which then holds nothing else. */
export async function writeFamily(folder: string, family: readonly FamilyMember[]): Promise<FamilyRow[]> {
  const rows = await familyRows(family);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const [i, { file }] of rows.entries()) await writeModelFile(join(folder, file), family[i]!.model);
  writeFamilyTable(folder, rows);
  return rows;
}

/** Writes `family.csv`. */
export function writeFamilyTable(folder: string, rows: readonly FamilyRow[]): void {
  const lines = rows.map(({ file, label, comparisons, validationAccuracy, onFront }) =>
    [file, `"${label}"`, comparisons, validationAccuracy ?? '', onFront].join(','),
  );
  writeFileSync(
    join(folder, 'family.csv'),
    `${['file,label,comparisons,validationAccuracy,onFront', ...lines].join('\n')}\n`,
  );
}
