import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  encodeSafetensors,
  FormatError,
  importPytorch,
  interpretFloat,
  type RawDType,
  type RawTensor,
} from '@relent/graph';
import { largestDistance, randomFloats, seeded } from './random-model.js';

/** A state dict with random values; shapes as PyTorch has them. */
class StateDict {
  readonly tensors = new Map<string, RawTensor>();
  readonly #random = seeded(4);

  add(name: string, shape: readonly number[], least = -1): void {
    const data = randomFloats(
      shape.reduce((product, n) => product * n, 1),
      this.#random,
    ).map((x) => least + (x + 1) / 2 / Math.sqrt(shape.slice(1).reduce((product, n) => product * n, 1)));
    this.tensors.set(name, { dtype: 'F32', shape, data: new Uint8Array(data.buffer) });
  }

  conv(name: string, to: number, from: number, kernel: number): void {
    this.add(`${name}.weight`, [to, from, kernel, kernel], -0.1);
  }

  norm(name: string, channels: number): void {
    for (const suffix of ['weight', 'bias', 'running_mean']) this.add(`${name}.${suffix}`, [channels], -0.4);
    this.add(`${name}.running_var`, [channels], 0.5);
    const count = { dtype: 'I64', shape: [], data: new Uint8Array(8) } as const;
    this.tensors.set(`${name}.num_batches_tracked`, count);
  }

  linear(name: string, to: number, from: number): void {
    this.add(`${name}.weight`, [to, from], -0.1);
    this.add(`${name}.bias`, [to]);
  }

  encode(rename: (name: string) => string = (name) => name): Uint8Array {
    return encodeSafetensors(new Map([...this.tensors].map(([name, tensor]) => [rename(name), tensor])));
  }
}

/** ResNet-18 at a sixteenth of its width, as torchvision names it. */
function resnet18(kernel: number): StateDict {
  const state = new StateDict();
  state.conv('conv1', 4, 3, kernel);
  state.norm('bn1', 4);
  let from = 4;
  for (const [stage, to] of [4, 8, 16, 32].entries())
    for (let block = 0; block < 2; block++) {
      const name = `layer${stage + 1}.${block}`;
      state.conv(`${name}.conv1`, to, from, 3);
      state.norm(`${name}.bn1`, to);
      state.conv(`${name}.conv2`, to, to, 3);
      state.norm(`${name}.bn2`, to);
      if (from !== to) {
        state.conv(`${name}.downsample.0`, to, from, 1);
        state.norm(`${name}.downsample.1`, to);
      }
      from = to;
    }
  state.linear('fc', 7, 32);
  return state;
}

const options = { architecture: 'resnet18', inputShape: [3, 32, 32], width: 0.0625 } as const;
const image = randomFloats(3 * 32 * 32, seeded(2));

describe('weights of PyTorch', () => {
  test('of torchvision: every tensor has its place, classes and stem follow from the file', () => {
    for (const [kernel, pool] of [
      [3, false],
      [7, true],
    ] as const) {
      const state = resnet18(kernel);
      const { graph, weights } = importPytorch(state.encode(), options);
      assert.equal(
        graph.nodes.some(({ id }) => id === 'stem.pool'),
        pool,
      );
      const of = (name: string) => new Float32Array(new Uint8Array(state.tensors.get(name)!.data).buffer);
      assert.deepEqual(weights.get('layer2.0.shortcut.conv.weight')!.data, of('layer2.0.downsample.0.weight'));
      assert.deepEqual(weights.get('layer4.1.bn2.variance')!.data, of('layer4.1.bn2.running_var'));
      assert.deepEqual(weights.get('stem.bn.mean')!.data, of('bn1.running_mean'));
      assert.deepEqual(weights.get('fc.bias')!.shape, [7]);
    }
  });

  test('with the names of CIFAR repositories, behind a wrapper, give the same model', () => {
    const state = resnet18(3);
    const { weights } = importPytorch(state.encode(), options);
    const renamed = state.encode(
      (name) => `module.${name.replace('downsample', 'shortcut').replace(/^fc\./, 'linear.')}`,
    );
    assert.deepEqual(importPytorch(renamed, options).weights, weights);
  });

  test('in 16 and 64 bits are rounded', () => {
    const state = resnet18(3);
    const model = importPytorch(state.encode(), options);
    const convert = (dtype: RawDType, bytes: number, set: (view: DataView, at: number, value: number) => void) => {
      const other = new StateDict();
      for (const [name, { dtype: from, shape, data }] of state.tensors) {
        const floats = new Float32Array(new Uint8Array(data).buffer);
        const raw = new Uint8Array(floats.length * bytes);
        for (const [i, value] of floats.entries()) set(new DataView(raw.buffer), i * bytes, value);
        other.tensors.set(name, from === 'F32' ? { dtype, shape, data: raw } : { dtype: from, shape, data });
      }
      return importPytorch(other.encode(), options);
    };
    const double = convert('F64', 8, (view, at, value) => view.setFloat64(at, value, true));
    assert.deepEqual(double.weights, model.weights);
    const brain = convert('BF16', 2, (view, at, value) => {
      const bits = new DataView(new ArrayBuffer(4));
      bits.setFloat32(0, value);
      view.setUint16(at, bits.getUint16(0), true);
    });
    const [exact, rounded] = [model, brain].map(({ weights }) => weights.get('fc.weight')!.data);
    const distance = largestDistance(exact!, rounded!);
    assert.ok(distance > 0 && distance < 2 ** -8);
  });

  test('of VGG with a bias before each norm compute the same', () => {
    const state = new StateDict();
    const indices = [0, 3, 7, 10, 14, 17, 20, 24, 27, 30, 34, 37, 40];
    const widths = [4, 4, 8, 8, 16, 16, 16, 32, 32, 32, 32, 32, 32];
    for (const [i, at] of indices.entries()) {
      state.conv(`features.${at}`, widths[i]!, i === 0 ? 3 : widths[i - 1]!, 3);
      state.norm(`features.${at + 1}`, widths[i]!);
    }
    state.linear('classifier', 5, 32);
    const vgg = { ...options, architecture: 'vgg16-bn' };
    const plain = interpretFloat(importPytorch(state.encode(), vgg), image);
    for (const [i, at] of indices.entries()) {
      state.add(`features.${at}.bias`, [widths[i]!]);
      const mean = state.tensors.get(`features.${at + 1}.running_mean`)!;
      const shifted = new Float32Array(new Uint8Array(mean.data).buffer);
      const bias = new Float32Array(new Uint8Array(state.tensors.get(`features.${at}.bias`)!.data).buffer);
      const data = new Uint8Array(shifted.map((value, c) => value + bias[c]!).buffer);
      state.tensors.set(`features.${at + 1}.running_mean`, { ...mean, data });
    }
    assert.ok(largestDistance(interpretFloat(importPytorch(state.encode(), vgg), image), plain) < 1e-3);
  });

  test('that do not fit are refused by name', () => {
    const refuses = (change: (state: StateDict) => void, message: RegExp, architecture = 'resnet18') => {
      const state = resnet18(3);
      change(state);
      assert.throws(
        () => importPytorch(state.encode(), { ...options, architecture }),
        (error) => error instanceof FormatError && message.test(error.message),
      );
    };
    refuses(
      (state) => state.tensors.delete('layer3.1.bn2.running_var'),
      /"layer3\.1\.bn2\.running_var" expected a tensor/,
    );
    refuses((state) => state.tensors.delete('layer3.1.conv2.weight'), /"layer3\.1\.conv2\.weight" expected a tensor/);
    refuses((state) => state.tensors.delete('fc.weight'), /classifier, got none/);
    refuses((state) => state.conv('extra', 2, 2, 1), /"extra\.weight" expected a place/);
    refuses((state) => state.conv('layer1.0.conv1', 5, 4, 3), /"layer1\.0\.conv1\.weight" expected \[4, 4, 3, 3\]/);
    refuses((state) => state.add('layer1.0.conv1.bias', [3]), /layer1\.0\.conv1/);
    refuses(() => undefined, /"layer1\.1\..* expected a place/, 'resnet8');
  });
});
