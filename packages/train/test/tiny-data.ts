import { setThreads } from '@relent/torch';
import { type Dataset, type Split, type SplitName, seededPermutation } from '@relent/train';

setThreads(1);

/** Images of red or blue stripes, upright or level, which are the four classes; plus noise. */
function tinySplit(name: SplitName, count: number, seed: number): Split {
  const size = 8;
  const noise = seededPermutation(count * 3 * size * size, seed);
  const labels = Int32Array.from({ length: count }, (_, i) => i % 4);
  const images = Uint8Array.from(noise, (value, at) => {
    const image = Math.floor(at / (3 * size * size));
    const y = Math.floor(at / size) % size;
    const x = at % size;
    const label = labels[image]!;
    const channel = Math.floor(at / (size * size)) % 3;
    const bright = (label & 1 ? y : x) % 2 === 0 && channel === (label & 2);
    return (bright ? 150 : 50) + (value % 60);
  });
  return { name, count, images, labels };
}

/** A data set of 8 × 8 colour images in four classes that a tiny network learns in seconds. */
export function tinyData(train = 128): Dataset {
  return {
    name: 'stripes',
    inputShape: [3, 8, 8],
    classes: ['a', 'b', 'c', 'd'],
    counts: { train: train + 40, test: 40 },
    mean: [0.5, 0.5, 0.5],
    std: [0.2, 0.2, 0.2],
    augmentation: { padding: 1, fill: 'reflect', flip: false },
    validationCount: 40,
    train: tinySplit('train', train, 1),
    validation: tinySplit('validation', 40, 2),
    test: tinySplit('test', 40, 3),
  };
}
