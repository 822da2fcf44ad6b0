/** The published architectures at small width, as PyTorch's exporter writes them. */
import { TestNet } from './test-net.js';

/** A file and the image it takes. */
export interface TestFile {
  readonly file: Uint8Array;
  readonly input: readonly [number, number, number];
}

const image = [3, 32, 32] as const;

function classify(net: TestNet, x: string, channels: number, opset = 17): TestFile {
  const pooled = net.node('GlobalAveragePool', [x]);
  const flat = net.node('Flatten', [pooled], { axis: 1 });
  return { file: net.finish(net.gemm(flat, channels, 10), ['N', ...image], opset), input: image };
}

/** ResNet with basic blocks or bottlenecks, batch norms kept. */
export function resnet(blocks: readonly number[], bottleneck: boolean): TestFile {
  const net = new TestNet(1);
  const convNorm = (x: string, from: number, to: number, kernel: number, stride: number) =>
    net.batchNorm(net.conv(x, from, to, kernel, { strides: [stride, stride] }), to);
  let x = net.maxPool(net.relu(convNorm('input', 3, 8, 7, 2)), 3, 1);
  let from = 8;
  blocks.forEach((count, stage) => {
    const inner = 4 << stage;
    const to = bottleneck ? 2 * inner : inner;
    for (let i = 0; i < count; i++) {
      const stride = stage > 0 && i === 0 ? 2 : 1;
      let y = net.relu(convNorm(x, from, inner, bottleneck ? 1 : 3, bottleneck ? 1 : stride));
      y = convNorm(y, inner, bottleneck ? inner : to, 3, bottleneck ? stride : 1);
      if (bottleneck) y = convNorm(net.relu(y), inner, to, 1, 1);
      const shortcut = stride === 1 && from === to ? x : convNorm(x, from, to, 1, stride);
      x = net.relu(net.node('Add', [y, shortcut]));
      from = to;
    }
  });
  return classify(net, x, from);
}

/** MobileNetV2: depthwise convolutions, ReLU6, Reshape after a mean over the plane. */
export function mobilenetV2(): TestFile {
  const net = new TestNet(2);
  const [low, high] = [net.writer.floats([], Float32Array.of(0)), net.writer.floats([], Float32Array.of(6))];
  const relu6 = (x: string) => net.node('Clip', [x, low, high]);
  let x = relu6(net.conv('input', 3, 8, 3, { strides: [2, 2] }));
  let from = 8;
  for (const [expand, to, stride] of [
    [1, 4, 1],
    [6, 6, 2],
    [6, 6, 1],
    [6, 8, 2],
  ] as const) {
    const wide = expand * from;
    let y = expand === 1 ? x : relu6(net.conv(x, from, wide, 1));
    y = relu6(net.conv(y, wide, wide, 3, { group: wide, strides: [stride, stride] }));
    y = net.conv(y, wide, to, 1);
    x = stride === 1 && from === to ? net.node('Add', [x, y]) : y;
    from = to;
  }
  x = relu6(net.conv(x, from, 16, 1));
  const mean = net.node('ReduceMean', [x], { axes: [2, 3], keepdims: 1 });
  const shape = net.node('Shape', [mean]);
  const batch = net.node('Gather', [shape, net.writer.integers([0])], { axis: 0 });
  const target = net.node('Concat', [batch, net.writer.integers([-1])], { axis: 0 });
  const flat = net.node('Dropout', [net.node('Reshape', [mean, target])]);
  return { file: net.finish(net.gemm(flat, 16, 10), ['N', ...image], 13), input: image };
}

/** VGG with batch norm and its three linear layers. */
export function vgg(): TestFile {
  const net = new TestNet(3);
  let x = 'input';
  let from = 3;
  for (const to of [4, 8, 16]) {
    x = net.relu(net.batchNorm(net.conv(x, from, to), to));
    x = net.maxPool(net.relu(net.conv(x, to, to)), 2);
    from = to;
  }
  x = net.node('Flatten', [x], { axis: 1 });
  x = net.node('Dropout', [net.relu(net.gemm(x, 16 * 16, 24))]);
  x = net.node('Dropout', [net.relu(net.gemm(x, 24, 24))]);
  return { file: net.finish(net.gemm(x, 24, 10), ['N', ...image], 11), input: image };
}

/** DenseNet: pre-activation, concatenations, average pools between the blocks. */
export function densenet(): TestFile {
  const net = new TestNet(4);
  let x = net.maxPool(net.relu(net.batchNorm(net.conv('input', 3, 8, 7, { strides: [2, 2] }), 8)), 3, 1);
  let from = 8;
  for (let block = 0; block < 2; block++) {
    for (let i = 0; i < 3; i++) {
      let y = net.conv(net.relu(net.batchNorm(x, from)), from, 16, 1);
      y = net.conv(net.relu(net.batchNorm(y, 16)), 16, 4);
      x = net.node('Concat', [x, y], { axis: 1 });
      from += 4;
    }
    x = net.conv(net.relu(net.batchNorm(x, from)), from, from / 2, 1);
    x = net.node('AveragePool', [x], { kernel_shape: [2, 2], strides: [2, 2] });
    from /= 2;
  }
  return classify(net, net.relu(net.batchNorm(x, from)), from, 9);
}

/** SqueezeNet: fire modules, max pools in ceil mode, no linear layer. */
export function squeezenet(): TestFile {
  const net = new TestNet(5);
  let x = net.maxPool(net.relu(net.conv('input', 3, 8, 3, { strides: [2, 2], pads: [0, 0, 0, 0] })), 3, 0, {
    ceil_mode: 1,
  });
  const fire = (from: string, channels: number, squeeze: number, expand: number) => {
    const s = net.relu(net.conv(from, channels, squeeze, 1));
    const parts = [net.relu(net.conv(s, squeeze, expand, 1)), net.relu(net.conv(s, squeeze, expand))];
    return net.node('Concat', parts, { axis: 1 });
  };
  x = fire(fire(x, 8, 4, 6), 12, 4, 6);
  x = net.maxPool(x, 3, 0, { ceil_mode: 1 });
  x = net.relu(net.conv(net.node('Dropout', [fire(x, 12, 4, 8)]), 16, 10, 1));
  const flat = net.node('Flatten', [net.node('GlobalAveragePool', [x])], { axis: 1 });
  return { file: net.finish(flat, ['N', ...image], 12), input: image };
}

/** GoogLeNet: inception modules whose branches pool, in ceil mode and after a Pad. */
export function googlenet(): TestFile {
  const net = new TestNet(6);
  let x = net.maxPool(net.relu(net.conv('input', 3, 8, 7, { strides: [2, 2] })), 3, 0, { ceil_mode: 1 });
  const inception = (from: string, channels: number) => {
    const max = net.node('MaxPool', [from], {
      kernel_shape: [3, 3],
      strides: [1, 1],
      pads: [1, 1, 1, 1],
      ceil_mode: 1,
    });
    const padded = net.node('Pad', [from, net.writer.integers([0, 0, 1, 1, 0, 0, 1, 1])], { mode: 'constant' });
    const average = net.node('AveragePool', [padded], { kernel_shape: [3, 3], strides: [1, 1] });
    const branches = [
      net.relu(net.conv(from, channels, 4, 1)),
      net.relu(net.conv(net.relu(net.conv(from, channels, 4, 1)), 4, 6)),
      net.relu(net.conv(net.relu(net.conv(from, channels, 2, 1)), 2, 4, 5)),
      net.relu(net.conv(max, channels, 3, 1)),
      net.relu(net.conv(average, channels, 3, 1)),
    ];
    return net.node('Concat', branches, { axis: 1 });
  };
  x = inception(inception(x, 8), 20);
  x = net.maxPool(x, 2, 0, { ceil_mode: 1 });
  return classify(net, inception(x, 20), 20);
}
