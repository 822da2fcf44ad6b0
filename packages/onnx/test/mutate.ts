import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { ModelProtoSchema } from '../generated/onnx_pb.js';

type Random = () => number;

/** Numbers that readers get wrong. */
const awkward = [0n, 1n, -1n, 2n, 3n, 7n, 255n, 65536n, 2n ** 31n - 1n, 2n ** 31n, 2n ** 40n, -(2n ** 63n)];

/**
 * Changed files: bytes flipped, cut, doubled or overwritten, and sound protobufs whose names, sizes, types, operators or
 * attributes are wrong. Half of them are of the second kind, which reaches further into a reader.
 */
export function* mutations(sources: readonly Uint8Array[], count: number, random: Random): Generator<Uint8Array> {
  for (let i = 0; i < count; i++) {
    const source = pick(sources, random);
    yield i % 2 === 0 ? changeBytes(source, random) : changeModel(source, random);
  }
}

function pick<T>(list: readonly T[], random: Random): T {
  return list[Math.floor(random() * list.length)]!;
}

function changeBytes(source: Uint8Array, random: Random): Uint8Array {
  const at = Math.floor(random() * source.length);
  const length = Math.floor(random() ** 3 * (source.length - at));
  switch (Math.floor(random() * 4)) {
    case 0:
      return source.slice(0, at);
    case 1:
      return Uint8Array.of(...source.slice(0, at), ...source.slice(at + Math.min(length, 64)));
    case 2:
      return Uint8Array.of(...source.slice(0, at + Math.min(length, 64)), ...source.slice(at));
    default: {
      const bytes = source.slice();
      for (let i = 0; i <= random() * 4; i++) bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256);
      return bytes;
    }
  }
}

function changeModel(source: Uint8Array, random: Random): Uint8Array {
  const model = fromBinary(ModelProtoSchema, source);
  const { node, initializer, input, output } = model.graph!;
  for (let change = 0; change <= random() * 3; change++) {
    const at = pick(node, random);
    const tensor = pick(initializer, random);
    const attributes = node.flatMap(({ attribute }) => attribute);
    const attribute = pick(attributes, random);
    switch (Math.floor(random() * 12)) {
      case 0:
        at.input[Math.floor(random() * (at.input.length + 1))] = pick(node, random).output[0]!;
        break;
      case 1:
        at.opType = pick(operators, random);
        break;
      case 2:
        tensor.dims[Math.floor(random() * (tensor.dims.length + 1))] = pick(awkward, random);
        break;
      case 3:
        tensor.dataType = Math.floor(random() * 20);
        break;
      case 4:
        attribute.ints[Math.floor(random() * (attribute.ints.length + 1))] = pick(awkward, random);
        break;
      case 5:
        attribute.i = pick(awkward, random);
        break;
      case 6:
        attribute.name = pick(attributes, random).name;
        break;
      case 7:
        attribute.type = Math.floor(random() * 15);
        break;
      case 8:
        at.attribute.splice(0, 1);
        break;
      case 9:
        at.input[Math.floor(random() * at.input.length)] = pick(initializer, random).name;
        break;
      case 10:
        pick(input, random).type!.tensorType!.shape!.dim.forEach((dim) => {
          if (random() < 0.5) dim.value = { case: 'dimValue', value: pick(awkward, random) };
        });
        break;
      default:
        output[0]!.name = pick(node, random).output[0]!;
    }
  }
  return toBinary(ModelProtoSchema, model);
}

const operators = [
  ...[
    'Conv',
    'BatchNormalization',
    'Gemm',
    'MatMul',
    'Relu',
    'LeakyRelu',
    'PRelu',
    'Clip',
    'Sigmoid',
    'Softmax',
    'Add',
  ],
  ...['Sum', 'Sub', 'Mul', 'Div', 'MaxPool', 'AveragePool', 'GlobalAveragePool', 'GlobalMaxPool', 'ReduceMean', 'Pad'],
  ...['Concat', 'Flatten', 'Reshape', 'Squeeze', 'Unsqueeze', 'Transpose', 'Resize', 'Identity', 'Dropout', 'Cast'],
  ...['Shape', 'Constant', 'Slice', 'Gather', 'Loop'],
];
