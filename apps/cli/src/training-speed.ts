import type { EpochMetrics } from '@relent/train';

/** The median over epochs of the training images a second, for a record; nothing without epochs. */
export function trainingSpeed(curve: readonly EpochMetrics[]): { readonly trainImagesPerSecond?: number } {
  const rates = curve.map(({ imagesPerSecond }) => imagesPerSecond).sort((a, b) => a - b);
  return rates.length === 0 ? {} : { trainImagesPerSecond: Math.round(rates[rates.length >> 1]!) };
}
