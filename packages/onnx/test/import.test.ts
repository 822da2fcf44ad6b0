import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { decodeBundle, encodeBundle, floatInterpreter } from '@relent/graph';
import { type ImportOptions, importOnnx } from '@relent/onnx';
import { densenet, googlenet, mobilenetV2, resnet, squeezenet, type TestFile, vgg } from './networks.js';
import { distance, randomFloats, seeded } from './random.js';
import { runOnnx } from './runtime.js';
import { TestNet } from './test-net.js';

/** Largest distance between relent and ONNX Runtime on two random images. */
async function worst({ file, input }: TestFile, options: ImportOptions = {}): Promise<number> {
  const { model } = importOnnx(file, options);
  const interpret = floatInterpreter(decodeBundle(encodeBundle(model)).model);
  const random = seeded(7);
  let largest = 0;
  for (let image = 0; image < 2; image++) {
    const data = randomFloats(input[0] * input[1] * input[2], random);
    const ours = interpret(data).get(model.graph.output)!;
    largest = Math.max(largest, distance(ours, await runOnnx(file, [1, ...input], data)));
  }
  return largest;
}

describe('an imported network computes what ONNX Runtime computes', () => {
  const networks: Record<string, () => TestFile> = {
    'ResNet-18': () => resnet([2, 2, 2, 2], false),
    'ResNet-50': () => resnet([3, 4, 6, 3], true),
    MobileNetV2: mobilenetV2,
    VGG: vgg,
    DenseNet: densenet,
    SqueezeNet: squeezenet,
    GoogLeNet: googlenet,
  };
  for (const [name, build] of Object.entries(networks))
    test(name, async () => {
      const error = await worst(build());
      assert.ok(error < 1e-4, `off by ${error}`);
    });

  test('and a changed weight is noticed', async () => {
    const built = resnet([1], false);
    const { model } = importOnnx(built.file);
    const [, { data: weight }] = [...model.weights].find(([name]) => name.endsWith('conv.weight'))!;
    weight[0]! += 1;
    const data = randomFloats(3 * 32 * 32, seeded(1));
    const ours = floatInterpreter(model)(data).get(model.graph.output)!;
    assert.ok(distance(ours, await runOnnx(built.file, [1, 3, 32, 32], data)) > 1e-3);
  });
});

/** A file of one operator or a few: `build` gets the image's name and answers that of the result. */
function small(build: (net: TestNet) => string, input: readonly [number, number, number], opset = 17): TestFile {
  const net = new TestNet(11);
  return { file: net.finish(build(net), ['N', ...input], opset), input };
}

describe('an imported operator computes what ONNX Runtime computes', () => {
  const cases: Record<string, TestFile> = {
    'convolution with padding at one side, as TensorFlow has it': small(
      (net) => net.conv('input', 2, 3, 3, { strides: [2, 2], pads: [0, 0, 1, 1] }),
      [2, 8, 7],
    ),
    'convolution with more padding before than after': small(
      (net) => net.conv('input', 2, 3, 3, { pads: [3, 2, 0, 1] }),
      [2, 6, 6],
    ),
    'dilated convolution with uneven padding': small(
      (net) => net.conv('input', 2, 2, 3, { pads: [0, 3, 3, 0], dilations: [2, 2] }),
      [2, 9, 9],
    ),
    'automatic padding, upper': small(
      (net) => net.node('Conv', ['input', net.weight([3, 2, 3, 3])], { auto_pad: 'SAME_UPPER', strides: [2, 2] }),
      [2, 8, 9],
    ),
    'automatic padding, lower': small(
      (net) => net.node('Conv', ['input', net.weight([3, 2, 4, 4])], { auto_pad: 'SAME_LOWER' }),
      [2, 8, 9],
    ),
    LeakyRelu: small((net) => net.node('LeakyRelu', ['input'], { alpha: { float: 0.2 } }), [2, 4, 4]),
    'PRelu by channel': small((net) => net.node('PRelu', ['input', net.weight([2, 1, 1])]), [2, 4, 4]),
    'Clip with attributes': small(
      (net) => net.node('Clip', ['input'], { min: { float: 0 }, max: { float: 0.5 } }),
      [2, 4, 4],
      9,
    ),
    'arithmetic with constants': small(
      (net) => {
        const scaled = net.node('Mul', ['input', net.weight([2, 1, 1])]);
        const moved = net.node('Sub', [net.weight([1, 2, 1, 1]), net.node('Add', [scaled, net.weight([1])])]);
        return net.node('Div', [
          net.node('Sub', [moved, net.weight([2, 1, 1])]),
          net.writer.floats([], Float32Array.of(0.3)),
        ]);
      },
      [2, 4, 4],
    ),
    'a bias after MatMul': small(
      (net) => {
        const y = net.node('MatMul', [net.node('Flatten', ['input']), net.weight([32, 5])]);
        return net.relu(net.node('Add', [y, net.weight([5])]));
      },
      [2, 4, 4],
    ),
    'Gemm with factors and a transposed weight': small(
      (net) => {
        const turned = net.node('Transpose', [net.weight([5, 32])], { perm: [1, 0] });
        return net.node('Gemm', [net.node('Flatten', ['input']), turned, net.weight([1, 5])], {
          alpha: { float: 0.5 },
          beta: { float: 2 },
        });
      },
      [2, 4, 4],
    ),
    'a transpose before Gemm': small(
      (net) => {
        const last = net.node('Transpose', [net.relu('input')], { perm: [0, 2, 3, 1] });
        const flat = net.node('Reshape', [last, net.writer.integers([-1, 60])]);
        return net.node('MatMul', [net.relu(flat), net.weight([60, 5])]);
      },
      [3, 4, 5],
    ),
    'a residual connection of option A': small(
      (net) => {
        const short = net.node('AveragePool', ['input'], { kernel_shape: [1, 1], strides: [2, 2] });
        const padded = net.node('Pad', [short, net.writer.integers([0, 1, 0, 0, 0, 1, 0, 0])]);
        return net.node('Add', [net.conv('input', 2, 4, 3, { strides: [2, 2] }), padded]);
      },
      [2, 6, 6],
    ),
    'padding that nothing takes over': small(
      (net) => net.node('Pad', ['input', net.writer.integers([0, 0, 1, 0, 0, 0, 2, 3])]),
      [2, 3, 4],
    ),
    'padding before a max pool of negative values': small(
      (net) => net.maxPool(net.node('Pad', ['input', net.writer.integers([0, 0, 1, 1, 0, 0, 1, 1])]), 3),
      [2, 7, 7],
    ),
    'Resize by scales': small(
      (net) =>
        net.node('Resize', ['input', '', net.writer.floats([4], Float32Array.of(1, 1, 2, 2))], {
          mode: 'linear',
          coordinate_transformation_mode: 'half_pixel',
        }),
      [2, 3, 4],
    ),
    'Resize to sizes made from the shape': small(
      (net) => {
        const shape = net.node('Shape', ['input']);
        const batch = net.node('Slice', [shape, ...[0, 2, 0].map((n) => net.writer.integers([n]))]);
        const sizes = net.node('Concat', [batch, net.writer.integers([12, 16])], { axis: 0 });
        return net.node('Resize', ['input', '', '', sizes], { mode: 'linear' });
      },
      [2, 3, 4],
    ),
    'Squeeze, GlobalMaxPool and Sum': small(
      (net) => {
        const pooled = net.node('GlobalMaxPool', [net.node('Sum', ['input', 'input', net.relu('input')])]);
        return net.node('Squeeze', [pooled, net.writer.integers([2, 3])]);
      },
      [4, 3, 3],
    ),
    'batch norm of a vector': small(
      (net) => net.batchNorm(net.gemm(net.node('Flatten', ['input']), 8, 6), 6),
      [2, 2, 2],
    ),
    'ReduceMean with its axes as an input': small(
      (net) => net.node('ReduceMean', ['input', net.writer.integers([-1, -2])], { keepdims: 0 }),
      [4, 3, 3],
      18,
    ),
  };
  for (const [name, file] of Object.entries(cases))
    test(name, async () => {
      const error = await worst(file);
      assert.ok(error < 1e-4, `off by ${error}`);
    });

  test('in a network with channels last, as Keras exports it', async () => {
    const net = new TestNet(12);
    let x = net.node('Transpose', ['input'], { perm: [0, 3, 1, 2] });
    x = net.node('Conv', [x, net.weight([6, 3, 3, 3])], { auto_pad: 'SAME_UPPER', strides: [2, 2] });
    x = net.node('Add', [net.node('Mul', [x, net.weight([6, 1, 1])]), net.weight([1, 6, 1, 1])]);
    x = net.relu(net.node('Transpose', [x], { perm: [0, 2, 3, 1] }));
    x = net.node('Add', [net.node('Mul', [x, net.weight([6])]), net.weight([1, 1, 6])]);
    x = net.node('Reshape', [x, net.writer.integers([-1, 6 * 4 * 5])]);
    x = net.node('Softmax', [net.node('Add', [net.node('MatMul', [x, net.weight([120, 4])]), net.weight([4])])]);
    const file = net.finish(x, ['N', 8, 10, 3], 13);
    const { model, notes } = importOnnx(file);
    assert.equal(notes.length, 2);
    assert.deepEqual(model.graph.nodes[0], { op: 'input', id: 'input', inputs: [], shape: [3, 8, 10] });
    const planes = randomFloats(240, seeded(3));
    const last = planes.map((_, i) => planes[(i % 3) * 80 + Math.floor(i / 3)]!);
    const logits = floatInterpreter(model)(planes).get(model.graph.output)!;
    const sum = logits.reduce((total, value) => total + Math.exp(value), 0);
    const error = distance(
      logits.map((value) => Math.exp(value) / sum),
      await runOnnx(file, [1, 8, 10, 3], last),
    );
    assert.ok(error < 1e-4, `off by ${error}`);
  });
});
