/**
 * What the quick start does, in one place: small enough for two cores and a few minutes.
 *
 * @module
 */

/** The settings of the quick start. */
export const settings = {
  dataset: 'fashion-mnist',
  architecture: 'resnet8',
  width: 0.5,
  epochs: 4,
  batch: 128,
  seed: 1,
  /** Shares of the full network's comparisons that are left, from mild to strong. */
  budgets: [0.25, 0.1, 0.05],
  grouping: 'patch',
  fineTuneEpochs: 2,
  /** Small batches take more steps in the short time that there is. */
  fineTuneBatch: 64,
  /** Training images that set the scales of the fixed-point networks. */
  calibrationImages: 512,
  /** Test images for the accuracy in fixed point. */
  integerImages: 1000,
  /** Test images classified privately, by the full and by the most reduced network. */
  privateImages: 32,
  /** And by the networks between them, where only the bytes are wanted. */
  sampleImages: 2,
  ringBits: 32,
} as const;
