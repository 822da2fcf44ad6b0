/**
 * Budgets as people write them: comparisons, a share of them, bytes, or milliseconds.
 *
 * @module
 */

/** What one private image may cost at most. */
export type Budget =
  | { readonly kind: 'comparisons'; readonly comparisons: number }
  /** Of the comparisons that the network has with plain ReLUs; in (0, 1]. */
  | { readonly kind: 'share'; readonly fraction: number }
  | { readonly kind: 'bytes'; readonly bytes: number }
  | { readonly kind: 'time'; readonly ms: number };

const bytesOfUnit: ReadonlyMap<string, number> = new Map([
  ['B', 1],
  ['kB', 1e3],
  ['MB', 1e6],
  ['GB', 1e9],
]);
const msOfUnit: ReadonlyMap<string, number> = new Map([
  ['ms', 1],
  ['s', 1e3],
]);

/**
 * Reads a budget: `12000` comparisons, `5%` of them, `2MB` (B, kB, MB, GB, in powers of 1000), `300ms` or `1.5s`.
 * @throws RangeError if the text is none of them.
 */
export function parseBudget(text: string): Budget {
  const [, digits = '', unit = ''] = /^(\d+(?:\.\d+)?)\s*([A-Za-z%]*)$/.exec(text.trim()) ?? [];
  const value = Number(digits);
  if (digits !== '' && value > 0) {
    if (unit === '' && Number.isSafeInteger(value)) return { kind: 'comparisons', comparisons: value };
    if (unit === '%' && value <= 100) return { kind: 'share', fraction: value / 100 };
    const bytes = bytesOfUnit.get(unit);
    if (bytes !== undefined) return { kind: 'bytes', bytes: value * bytes };
    const ms = msOfUnit.get(unit);
    if (ms !== undefined) return { kind: 'time', ms: value * ms };
  }
  throw new RangeError(
    `"budget" expected a number of comparisons such as 12000, a share of them such as 5%, bytes such as 2MB or a time such as 300ms, got "${text}"`,
  );
}

/**
 * The budget in comparisons of a network that has `total` with plain ReLUs, or `null` if it is one of bytes or time.
 * @throws RangeError if the share is less than one comparison.
 */
export function comparisonsOf(budget: Budget, total: number): number | null {
  switch (budget.kind) {
    case 'comparisons':
      return budget.comparisons;
    case 'share': {
      const comparisons = Math.floor(budget.fraction * total);
      if (comparisons >= 1) return comparisons;
      throw new RangeError(
        `"budget" expected at least ${Math.ceil(100_000 / total) / 1000}% of ${total} comparisons, which is one, got ${budget.fraction * 100}%`,
      );
    }
    case 'bytes':
    case 'time':
      return null;
    default:
      return budget satisfies never;
  }
}
