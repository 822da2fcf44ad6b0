/**
 * What both sides of a Ferret set-up share: options, domains, and choices in the lowest bits of rows.
 * @module
 */
import type { Group } from '../base/group.js';
import { contextBytes, deriveDomain, type OtContext } from '../domain.js';
import type { SoftspokenOptions } from '../softspoken/setup.js';
import { type FerretParameters, ROW_BYTES } from './parameters.js';

/** The step that errors of an extension name. */
export const EXTEND_STEP = 'ferret-extend';

/** What a set-up needs. */
export interface FerretOptions extends SoftspokenOptions {
  /** Both parties give the same. */
  readonly parameters: FerretParameters;
}

/** Public labels that keep the uses of ChaCha apart. */
export interface FerretDomains {
  /** [16] of the trees' hash. */
  readonly tree: Uint8Array;
  /** [16] of the row hash. */
  readonly row: Uint8Array;
  /** [16] of the keys of authenticated bits. */
  readonly bit: Uint8Array;
  /** [32] key of the code's places: fixed by the session, so that nobody could prepare for the code before it began. */
  readonly code: Uint8Array;
}

/** The domains of a set-up. */
export function ferretDomains(group: Group, context: OtContext): FerretDomains {
  return {
    tree: deriveDomain(group, 'relent ferret tree', context),
    row: deriveDomain(group, 'relent ferret row', context),
    bit: deriveDomain(group, 'relent ferret bit', context),
    code: group.hash(contextBytes('relent ferret code', context)).slice(0, 2 * ROW_BYTES),
  };
}

/** Clears the lowest bit of every row. With Δ odd the receiver's lowest bits are then its choices. */
export function clearLowBits(rows: Uint8Array): void {
  for (let at = 0; at < rows.length; at += ROW_BYTES) rows[at] = (rows[at] ?? 0) & 0xfe;
}

/** Writes choices to the lowest bits of rows. */
export function setLowBits(rows: Uint8Array, choices: Uint8Array): void {
  choices.forEach((choice, j) => {
    rows[ROW_BYTES * j] = ((rows[ROW_BYTES * j] ?? 0) & 0xfe) | choice;
  });
}

/** The lowest bits of rows, as bytes 0 or 1. */
export function lowBits(rows: Uint8Array): Uint8Array {
  const bits = new Uint8Array(rows.length / ROW_BYTES);
  for (let j = 0; j < bits.length; j++) bits[j] = (rows[ROW_BYTES * j] ?? 0) & 1;
  return bits;
}

/** target ⊕= source, lengths alike. */
export function xorInto(target: Uint8Array, source: Uint8Array): void {
  for (let i = 0; i < target.length; i++) target[i] = (target[i] ?? 0) ^ (source[i] ?? 0);
}
