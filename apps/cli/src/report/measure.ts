/**
 * What accuracy means on a data set.
 *
 * @module
 */

// Data sets whose every pixel has a label.
const segmented: ReadonlySet<string> = new Set(['camvid']);

/** `mIoU`, the mean intersection over union, where every pixel has a label; else `accuracy`, the share of right answers. */
export function measureOf(dataset: string): 'mIoU' | 'accuracy' {
  return segmented.has(dataset) ? 'mIoU' : 'accuracy';
}
