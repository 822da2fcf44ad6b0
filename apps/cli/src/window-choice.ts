/**
 * How many bits comparisons look at: given, or chosen by accuracy on validation images.
 *
 * @module
 */
import type { IntegerModel, Model } from '@relent/graph';
import { InvalidArgumentError } from 'commander';
import { evaluateInteger } from './evaluation.js';
import { formatPercent } from './format.js';
import { printNote } from './output.js';

/** A number of bits, or `auto`. */
export type WindowOption = number | 'auto';

/** A parser of `auto` and of whole numbers from 3 to 32. */
export function windowOption(text: string): WindowOption {
  if (text === 'auto') return text;
  const bits = Number(text);
  if (text.trim() === '' || !Number.isInteger(bits) || bits < 3 || bits > 32)
    throw new InvalidArgumentError('Expected "auto" or a whole number from 3 to 32.');
  return bits;
}

/** What a choice rests on. */
export interface WindowChoice {
  readonly integer: IntegerModel;
  /** Bits that the comparisons look at, at most; null if they stay exact. */
  readonly bits: number | null;
  /** Validation accuracy with uniform shares, of exact comparisons and of the chosen ones. */
  readonly exactAccuracy: number;
  readonly accuracy: number;
  readonly images: number;
}

/** How to choose. */
export interface WindowSearch {
  readonly data?: string | undefined;
  /** Validation images to look at. */
  readonly images: number;
  /** Accuracy that may be lost, as a fraction. */
  readonly loss: number;
}

/** Windows to try, widest first. */
const tried = [24, 22, 20, 18, 16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6];

/**
 * Narrows the comparisons to the given bits, or to the fewest at which no more than `loss` is lost: windows are tried from
 * wide to narrow, up to the first that loses more.
 */
export async function chooseWindow(
  model: Model,
  integer: IntegerModel,
  wanted: WindowOption,
  { data, images, loss }: WindowSearch,
): Promise<WindowChoice> {
  const { narrowWindows } = await import('@relent/graph');
  const selection = { split: 'validation', images, ...(data === undefined ? {} : { data }) } as const;
  const measure = async (candidate: IntegerModel) =>
    evaluateInteger({ model, integer: candidate }, selection, 'shares');
  const exact = await measure(integer);
  let best = { integer, bits: null as number | null, accuracy: exact.accuracy };
  for (const bits of wanted === 'auto' ? tried : [wanted]) {
    const narrow = narrowWindows(integer, bits);
    const { accuracy } = await measure(narrow);
    printNote(`comparisons of ${bits} bits: ${formatPercent(accuracy)}, exact ${formatPercent(exact.accuracy)}`);
    if (wanted === 'auto' && accuracy < exact.accuracy - loss) break;
    best = { integer: narrow, bits, accuracy };
  }
  return { ...best, exactAccuracy: exact.accuracy, images: exact.count };
}
