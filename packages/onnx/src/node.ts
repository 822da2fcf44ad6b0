/**
 * One ONNX node as the importer reads it: attributes by name and type, and errors that name the node.
 * @module
 */
import { FormatError } from '@relent/graph';
import { type AttributeProto, type NodeProto, AttributeProto_AttributeType as Type } from '../generated/onnx_pb.js';
import { nodeLabel } from './model-file.js';

/** A node and its attributes. */
export class OnnxNode {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly label: string;
  readonly name: string;
  readonly #attributes = new Map<string, AttributeProto>();

  constructor(proto: NodeProto) {
    this.label = nodeLabel(proto);
    if (proto.domain !== '' && proto.domain !== 'ai.onnx')
      throw this.error(
        'domain',
        'the operators of ONNX',
        `${JSON.stringify(proto.domain)}; export without custom operators or runtime optimisations`,
      );
    this.op = proto.opType;
    this.inputs = proto.input;
    this.outputs = proto.output;
    this.name = proto.name || (proto.output.find((output) => output !== '') ?? '');
    for (const attribute of proto.attribute) this.#attributes.set(attribute.name, attribute);
  }

  /** An error about a part of this node. */
  error(part: string, expected: string, got: string): FormatError {
    return new FormatError(`${this.label}: "${part}" expected ${expected}, got ${got}`);
  }

  /** An integer attribute. */
  int(name: string, missing: number): number {
    const attribute = this.#typed(name, Type.INT);
    return attribute ? this.#integer(name, attribute.i) : missing;
  }

  /** A float attribute: the decimal that the exporter rounded, 0.00001 and not the float32 next to it. */
  float(name: string, missing: number): number {
    const value = this.#typed(name, Type.FLOAT)?.f;
    if (value === undefined) return missing;
    const decimal = Number(value.toPrecision(7));
    return Math.fround(decimal) === value ? decimal : value;
  }

  /** A list of integers, or null if the node does not say. */
  ints(name: string): readonly number[] | null {
    const list = this.#typed(name, Type.INTS)?.ints;
    if (list === undefined) return null;
    if (list.length > 64) throw this.error(name, 'at most 64 integers', String(list.length));
    return list.map((value) => this.#integer(name, value));
  }

  /** A string attribute. */
  string(name: string, missing: string): string {
    const bytes = this.#typed(name, Type.STRING)?.s;
    return bytes === undefined ? missing : String.fromCharCode(...bytes.subarray(0, 100));
  }

  /** The attribute as it stands in the file. */
  attribute(name: string): AttributeProto | null {
    return this.#attributes.get(name) ?? null;
  }

  #typed(name: string, type: Type): AttributeProto | null {
    const attribute = this.#attributes.get(name);
    if (!attribute) return null;
    if (attribute.type !== type && attribute.type !== Type.UNDEFINED)
      throw this.error(name, `an attribute of type ${Type[type]}`, Type[attribute.type] ?? String(attribute.type));
    return attribute;
  }

  #integer(name: string, value: bigint): number {
    const number = Number(value);
    if (Math.abs(number) > 2 ** 31) throw this.error(name, 'integers below 2^31', String(value));
    return number;
  }
}
