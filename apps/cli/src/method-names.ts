/**
 * Names of the reduction methods, here so that `--help` need not load libtorch.
 *
 * @module
 */

/** Every name of `reduceMethods` in @relent/train. */
export const methodNames: readonly string[] = [
  'share',
  'knapsack',
  'deepreduce',
  'senet',
  'deepshare',
  'snl',
  'autorep',
  'bcd',
  'compose',
  'auto',
  'linear',
  'full',
];
