/**
 * Figures as the documents show them.
 *
 * @module
 */
import { formatCount } from '../../apps/cli/dist/format.js';

/** A fraction in percent, without the sign. */
export function percent(fraction) {
  return (fraction * 100).toFixed(1);
}

/** `10 %`, `18,841` or `2 MB`. */
export function budgetText(budget) {
  if (/^\d+$/.test(budget)) return formatCount(Number(budget));
  return budget.replace(/^([\d.]+)\s*(\D+)$/, '$1 $2');
}

/** `77.6 %`, or `77.6 ± 0.3 % (n = 3)` for several seeds. */
export function accuracyText({ testAccuracy, deviation, runs }) {
  if (deviation === null) return `${percent(testAccuracy)} %`;
  return `${percent(testAccuracy)} ± ${percent(deviation)} % (n = ${runs})`;
}

/** Points that an entry lost against the control, such as `3.6`; `null` without a control. */
export function lossText(entry, control) {
  return control === null ? null : percent(control.testAccuracy - entry.testAccuracy).replace(/^-/, '−');
}

/** The label of an entry with what was set of its options: `share-blocks (grouping=block)`. */
export function titleText({ label, options }) {
  const parts = Object.entries(options).map(([name, value]) => `${name}=${optionText(value)}`);
  return parts.length === 0 ? label : `${label} (${parts.join(', ')})`;
}

/** Stages of a composition by their methods alone. */
function optionText(value) {
  if (Array.isArray(value)) return value.map((part) => part.method ?? optionText(part)).join(' → ');
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value);
}

/** Names in words: `a`, `a and b`, `a, b and c`. */
export function listed(names) {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}
