/**
 * Published results, for the grey marks of a frontier: what others reached, where it was read, and how sure that is.
 *
 * Methods that share decisions count comparisons; the others count ReLUs, of which each has one comparison.
 *
 * @module
 */

/** Results of one method on one network and data set. */
export interface PublishedSeries {
  readonly network: string;
  readonly dataset: string;
  readonly method: string;
  /** Publication, and where the numbers were read. */
  readonly source: string;
  /** Read in a public source, or recalled from the publication and not checked. */
  readonly read: boolean;
  /** [thousands of comparisons, top-1 accuracy in percent]. */
  readonly points: readonly (readonly [number, number])[];
}

const snl = 'Cho et al., Selective Network Linearization, ICML 2022; tables of its public code';
const knapsack = 'Gorski et al., Knapsack block-ReLU, arXiv:2304.10442; tables of its public code';
const deepreduce = 'Jha et al., DeepReDuce, arXiv:2103.01396; as tabled in the public code of SNL re-runs';
const senet = 'Kundu et al., SENet, arXiv:2301.09254; recalled from the comparison in DeepReShape';
const autorep = 'Peng et al., AutoReP, ICCV 2023; tables of its public code, linear replacement';
const bcd = 'Rakhlin et al., block coordinate descent, arXiv:2511.11781; early tables of its public code';

/** Every series, in no particular order. */
export const publishedSeries: readonly PublishedSeries[] = [
  {
    network: 'resnet18',
    dataset: 'cifar-100',
    method: 'SNL',
    source: snl,
    read: true,
    points: [
      [12.9, 66.53],
      [14.9, 67.17],
      [25, 70.05],
      [29.8, 70.18],
      [40, 72.35],
      [49.4, 73.75],
      [60, 74.85],
      [69.8, 75.29],
      [79.1, 75.72],
      [99.9, 75.94],
    ],
  },
  {
    network: 'resnet18',
    dataset: 'cifar-100',
    method: 'knapsack block-ReLU',
    source: knapsack,
    read: true,
    points: [
      [16.7, 65.52],
      [33.4, 71.16],
      [50.1, 74.85],
      [66.8, 74.64],
      [83.6, 76.19],
      [100.3, 76.88],
      [114.69, 77.15],
      [197, 78.0],
      [229.38, 78.12],
    ],
  },
  {
    network: 'resnet18',
    dataset: 'cifar-100',
    method: 'DeepReDuce',
    source: deepreduce,
    read: true,
    points: [
      [7.17, 62.3],
      [12.28, 64.97],
      [14.33, 65.36],
      [24.57, 68.41],
      [28.67, 68.68],
      [49.15, 69.5],
      [57.34, 72.68],
      [114.69, 74.72],
      [197, 75.5],
      [229.38, 76.22],
    ],
  },
  {
    network: 'resnet18',
    dataset: 'cifar-100',
    method: 'SENet',
    source: senet,
    read: false,
    points: [
      [24.6, 70.59],
      [49.6, 75.28],
      [100, 77.92],
      [150, 78.32],
    ],
  },
  {
    network: 'resnet18',
    dataset: 'cifar-100',
    method: 'AutoReP, linear',
    source: autorep,
    read: true,
    points: [
      [12.9, 67.75],
      [15, 68.4],
      [25, 71.1],
      [50, 73.86],
    ],
  },
  {
    network: 'resnet18',
    dataset: 'cifar-100',
    method: 'BCD',
    source: bcd,
    read: true,
    points: [
      [6, 57.65],
      [9, 62.8],
      [15.8, 67.94],
    ],
  },
  {
    network: 'wrn-22-8',
    dataset: 'cifar-100',
    method: 'SNL',
    source: snl,
    read: true,
    points: [
      [120, 76.35],
      [150, 77.35],
      [180, 77.65],
    ],
  },
  {
    network: 'wrn-22-8',
    dataset: 'cifar-100',
    method: 'SENet',
    source: senet,
    read: false,
    points: [
      [180, 79.12],
      [240, 79.81],
      [300, 80.54],
    ],
  },
  {
    network: 'resnet18',
    dataset: 'cifar-10',
    method: 'SNL',
    source: snl,
    read: true,
    points: [
      [12.9, 88.23],
      [14.9, 88.43],
      [25, 90.88],
      [29.8, 90.92],
      [40, 91.68],
      [49.4, 92.27],
      [60, 92.63],
      [69.8, 93.02],
      [79.1, 93.16],
      [99.9, 93.5],
    ],
  },
  {
    network: 'resnet18',
    dataset: 'cifar-10',
    method: 'DeepReDuce',
    source: deepreduce,
    read: true,
    points: [
      [36, 88.5],
      [70, 90.0],
      [80, 90.5],
      [114, 92.7],
      [147, 93.16],
      [221.5, 94.07],
    ],
  },
  {
    network: 'resnet18',
    dataset: 'cifar-10',
    method: 'BCD',
    source: bcd,
    read: true,
    points: [
      [6, 85.65],
      [9, 87.49],
      [14.5, 89.65],
    ],
  },
  {
    network: 'resnet18',
    dataset: 'tiny-imagenet',
    method: 'DeepReDuce',
    source: deepreduce,
    read: true,
    points: [
      [12.9, 41.95],
      [24.6, 47.01],
      [49.16, 49.0],
      [98.3, 55.67],
      [200, 57.51],
      [400, 61.65],
      [917, 64.66],
    ],
  },
  {
    network: 'resnet18',
    dataset: 'tiny-imagenet',
    method: 'SENet',
    source: senet,
    read: false,
    points: [
      [142, 58.9],
      [298, 64.96],
    ],
  },
];

/** The series of a network on a data set; none if nothing was published for it. */
export function publishedFor(network: string, dataset: string): PublishedSeries[] {
  return publishedSeries.filter((series) => series.network === network && series.dataset === dataset);
}
