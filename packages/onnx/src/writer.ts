/**
 * Writes ONNX graphs node by node.
 * @module
 */
import { create, toBinary } from '@bufbuild/protobuf';
import {
  type AttributeProto,
  AttributeProtoSchema,
  AttributeProto_AttributeType as AttributeType,
  GraphProtoSchema,
  ModelProtoSchema,
  type NodeProto,
  NodeProtoSchema,
  type TensorProto,
  TensorProtoSchema,
  ValueInfoProtoSchema,
} from '../generated/onnx_pb.js';

/** An attribute: an integer, a list of integers, a text, or a float. */
export type AttributeValue = number | string | readonly number[] | { readonly float: number };

/** A graph that grows. Values are known by their names. */
export class OnnxWriter {
  readonly #nodes: NodeProto[] = [];
  readonly #initializers: TensorProto[] = [];
  #count = 0;

  /** Adds a node; answers the name of its first output. */
  node(
    op: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, AttributeValue>> = {},
    output = `${op.toLowerCase()}_${++this.#count}`,
  ): string {
    const attribute = Object.entries(attributes).map(([name, value]) => attributeOf(name, value));
    this.#nodes.push(
      create(NodeProtoSchema, { input: [...inputs], output: [output], name: output, opType: op, attribute }),
    );
    return output;
  }

  /** Adds a tensor of floats. */
  floats(shape: readonly number[], data: Float32Array, name = `constant_${++this.#count}`): string {
    const raw = new Uint8Array(4 * data.length);
    const view = new DataView(raw.buffer);
    data.forEach((value, i) => {
      view.setFloat32(4 * i, value, true);
    });
    return this.#tensor(1, shape, raw, name);
  }

  /** Adds a vector of 64-bit integers. */
  integers(data: readonly number[], name = `constant_${++this.#count}`): string {
    const raw = new Uint8Array(8 * data.length);
    const view = new DataView(raw.buffer);
    data.forEach((value, i) => {
      view.setBigInt64(8 * i, BigInt(value), true);
    });
    return this.#tensor(7, [data.length], raw, name);
  }

  /** Adds a tensor of truth values. */
  booleans(shape: readonly number[], data: Uint8Array, name = `constant_${++this.#count}`): string {
    return this.#tensor(9, shape, data, name);
  }

  #tensor(dataType: number, shape: readonly number[], rawData: Uint8Array, name: string): string {
    this.#initializers.push(create(TensorProtoSchema, { dims: shape.map(BigInt), dataType, rawData, name }));
    return name;
  }

  /**
   * The file.
   * @param input - name and sizes of the image; a text is an open size.
   */
  finish(
    input: { readonly name: string; readonly shape: readonly (number | string)[] },
    output: { readonly name: string; readonly shape: readonly (number | string)[] },
    options: { readonly opset: number; readonly name: string },
  ): Uint8Array {
    const info = ({ name, shape }: typeof input) =>
      create(ValueInfoProtoSchema, {
        name,
        type: { tensorType: { elemType: 1, shape: { dim: shape.map((size) => ({ value: dimension(size) })) } } },
      });
    const graph = create(GraphProtoSchema, {
      name: options.name,
      node: this.#nodes,
      initializer: this.#initializers,
      input: [info(input)],
      output: [info(output)],
    });
    return toBinary(
      ModelProtoSchema,
      create(ModelProtoSchema, {
        irVersion: 8n,
        producerName: 'relent',
        opsetImport: [{ domain: '', version: BigInt(options.opset) }],
        graph,
      }),
    );
  }
}

function dimension(size: number | string) {
  return typeof size === 'string'
    ? ({ case: 'dimParam', value: size } as const)
    : ({ case: 'dimValue', value: BigInt(size) } as const);
}

function attributeOf(name: string, value: AttributeValue): AttributeProto {
  if (typeof value === 'number')
    return create(AttributeProtoSchema, { name, type: AttributeType.INT, i: BigInt(value) });
  if (typeof value === 'string') {
    const s = Uint8Array.from(value, (letter) => letter.charCodeAt(0));
    return create(AttributeProtoSchema, { name, type: AttributeType.STRING, s });
  }
  if ('float' in value) return create(AttributeProtoSchema, { name, type: AttributeType.FLOAT, f: value.float });
  return create(AttributeProtoSchema, { name, type: AttributeType.INTS, ints: value.map(BigInt) });
}
