import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { FormatError } from '@relent/graph';
import { importOnnx } from '@relent/onnx';
import { type ModelProto, ModelProtoSchema, NodeProtoSchema } from '../generated/onnx_pb.js';
import { mutations } from './mutate.js';
import { resnet, squeezenet } from './networks.js';
import { seeded } from './random.js';
import { TestNet } from './test-net.js';

/** A file of one node or a few on an image [2, 4, 4]. */
function file(build: (net: TestNet) => string): Uint8Array {
  const net = new TestNet(1);
  return net.finish(build(net), ['N', 2, 4, 4], 17);
}

/** A ResNet file with something wrong. */
function spoiled(change: (model: ModelProto) => void): Uint8Array {
  const model = fromBinary(ModelProtoSchema, resnet([1], false).file);
  change(model);
  return toBinary(ModelProtoSchema, model);
}

function refuses(bytes: Uint8Array, message: RegExp): void {
  assert.throws(
    () => importOnnx(bytes),
    (error) => {
      assert.ok(error instanceof FormatError, String(error));
      assert.match(error.message, message);
      return true;
    },
  );
}

describe('an operator that relent lacks is an error that names node, operator and what to do', () => {
  const cases: Record<string, [(net: TestNet) => string, RegExp]> = {
    ConvTranspose: [
      (net) => net.node('ConvTranspose', ['input', net.weight([2, 2, 3, 3])]),
      /node "convtranspose_2" \(ConvTranspose\).*bilinear/,
    ],
    Einsum: [(net) => net.node('Einsum', ['input', 'input']), /node "einsum_1" \(Einsum\).*docs\/onnx\.md/],
    HardSwish: [(net) => net.node('HardSwish', ['input']), /\(HardSwish\).*--replace-activations/],
    Sigmoid: [(net) => net.relu(net.node('Sigmoid', ['input'])), /node "sigmoid_1" \(Sigmoid\).*--replace-activations/],
    SiLU: [(net) => net.node('Mul', ['input', net.node('Sigmoid', ['input'])]), /\(Sigmoid\).*SiLU/],
    'squeeze and excitation': [
      (net) => net.node('Mul', ['input', net.node('GlobalAveragePool', ['input'])]),
      /\(Mul\).*squeeze-and-excitation/,
    ],
    'channel shuffle': [
      (net) => net.node('Reshape', ['input', net.writer.integers([-1, 2, 1, 4, 4])]),
      /\(Reshape\).*regroups/,
    ],
    'a transposed value in a convolution': [
      (net) => net.conv(net.node('Transpose', ['input'], { perm: [0, 1, 3, 2] }), 2, 2),
      /\(Conv\).*transposed/,
    ],
    'an average without its padding': [
      (net) => net.node('AveragePool', ['input'], { kernel_shape: [3, 3], pads: [1, 1, 1, 1] }),
      /\(AveragePool\).*count_include_pad/,
    ],
    'a max pool in ceil mode of negative values': [
      (net) => net.maxPool('input', 3, 0, { ceil_mode: 1 }),
      /\(MaxPool\).*ceil_mode/,
    ],
    'nearest neighbours': [
      (net) => net.node('Resize', ['input', '', net.writer.floats([4], Float32Array.of(1, 1, 2, 2))]),
      /\(Resize\).*bilinear/,
    ],
    'a kernel that is no constant': [(net) => net.node('Conv', ['input', 'input']), /\(Conv\).*a constant/],
  };
  for (const [name, [build, message]] of Object.entries(cases)) test(name, () => refuses(file(build), message));

  test('and activations are replaced on request', () => {
    const net = new TestNet(1);
    const swish = net.node('Mul', [net.node('HardSigmoid', ['input']), 'input']);
    const bytes = net.finish(net.node('HardSwish', [net.node('Sigmoid', [swish])]), ['N', 2, 4, 4], 17);
    const { graph } = importOnnx(bytes, { replaceActivations: true }).model;
    assert.deepEqual(
      graph.nodes.map(({ op }) => op),
      ['input', 'relu', 'relu', 'relu'],
    );
  });
});

describe('a bad file is refused', () => {
  const whole = resnet([1], false).file;
  const cases: Record<string, [() => Uint8Array, RegExp]> = {
    'an empty one': [() => new Uint8Array(0), /"onnx" expected a model with a graph/],
    'a truncated one': [() => whole.slice(0, whole.length - 100), /"onnx" expected a protobuf/],
    'one of another kind': [() => new TextEncoder().encode('GIF89a, not a network'), /expected/],
    'a new opset': [() => spoiled((model) => (model.opsetImport[0]!.version = 99n)), /9 to 21, got 99/],
    'an old opset': [() => spoiled((model) => (model.opsetImport[0]!.version = 8n)), /9 to 21, got 8/],
    'no opset': [() => spoiled((model) => (model.opsetImport.length = 0)), /opset_import/],
    'a circle': [
      () => spoiled(({ graph }) => (graph!.node[0]!.input[0] = graph!.node[3]!.output[0]!)),
      /circle of nodes/,
    ],
    'a claim of 2 GB': [
      () => spoiled(({ graph }) => (graph!.initializer[0]!.dims = [1024n, 1024n, 512n])),
      /expected 2147483648 bytes.*got \d+/,
    ],
    'negative sizes': [() => spoiled(({ graph }) => (graph!.initializer[0]!.dims = [-1n])), /"dims" expected sizes/],
    'a kernel of integers': [
      () => spoiled(({ graph }) => (graph!.initializer[0]!.dataType = 6)),
      /floats, got integers/,
    ],
    'a kernel of text': [() => spoiled(({ graph }) => (graph!.initializer[0]!.dataType = 8)), /"data_type" expected/],
    'a weight that is not finite': [
      () => spoiled(({ graph }) => graph!.initializer[0]!.rawData.fill(255)),
      /"weights".*finite/,
    ],
    'two outputs': [() => spoiled(({ graph }) => graph!.output.push(graph!.output[0]!)), /one output, got 2/],
    'a name made twice': [() => spoiled(({ graph }) => graph!.node.push(graph!.node[0]!)), /a new name/],
    'a value that nothing makes': [() => spoiled(({ graph }) => (graph!.node[0]!.input[0] = 'x')), /got "x"/],
    'operators of others': [() => spoiled(({ graph }) => (graph!.node[0]!.domain = 'com.x')), /"domain".*com\.x/],
    'external data without a reader': [
      () => spoiled(({ graph }) => (graph!.initializer[0]!.dataLocation = 1)),
      /external_data/,
    ],
    'an image of open size': [
      () =>
        spoiled(
          ({ graph }) => (graph!.input[0]!.type!.tensorType!.shape!.dim[2]!.value = { case: 'dimParam', value: 'H' }),
        ),
      /--input/,
    ],
    'constants that grow without end': [
      () =>
        file((net) => {
          let x = net.writer.floats([64, 1], new Float32Array(64));
          let y = net.writer.floats([1, 64], new Float32Array(64));
          for (let i = 0; i < 3; i++) {
            x = net.node('Reshape', [net.node('Add', [x, y]), net.writer.integers([-1, 1])]);
            y = net.node('Transpose', [x], { perm: [1, 0] });
          }
          return net.node('Add', ['input', x]);
        }),
      /elements/,
    ],
  };
  for (const [name, [build, message]] of Object.entries(cases)) test(name, () => refuses(build(), message));

  test('of ten thousand nodes in a row, without recursion', () => {
    const model = fromBinary(
      ModelProtoSchema,
      file((net) => net.relu('input')),
    );
    const { node } = model.graph!;
    const [first] = node;
    const end = first!.output[0]!;
    first!.output[0] = 'v0';
    for (let i = 1; i <= 10_000; i++) {
      const output = i === 10_000 ? end : `v${i}`;
      node.push(create(NodeProtoSchema, { opType: 'Identity', input: [`v${i - 1}`], output: [output] }));
    }
    assert.equal(importOnnx(toBinary(ModelProtoSchema, model)).model.graph.nodes.length, 2);
  });

  test('whatever bytes are changed: a mutated file gives a model or a FormatError', () => {
    const sources = [resnet([1], false).file, squeezenet().file];
    const outcomes = { model: 0, refused: 0 };
    for (const bytes of mutations(sources, 300, seeded(5)))
      try {
        importOnnx(bytes);
        outcomes.model++;
      } catch (error) {
        if (!(error instanceof FormatError)) throw error;
        outcomes.refused++;
      }
    assert.ok(outcomes.model > 10 && outcomes.refused > 100, JSON.stringify(outcomes));
  });
});
