import { FormatError } from '../errors.js';
import type { RawTensor } from '../safetensors.js';
import { fromHalf, toHalf } from './half.js';

/** A float array as a raw tensor; little-endian, as all platforms with typed arrays of this library's targets are. */
export function rawFloats(data: Float32Array, shape: readonly number[] = [data.length]): RawTensor {
  return { dtype: 'F32', shape, data: bytesOf(data) };
}

/**
 * The same, rounded to 16 bits.
 * @throws RangeError if a value is not finite in 16 bits, naming the array.
 */
export function rawHalves(name: string, data: Float32Array, shape: readonly number[]): RawTensor {
  const halves = Uint16Array.from(data, toHalf);
  const wrong = halves.findIndex((bits) => (bits & 0x7c00) === 0x7c00);
  if (wrong >= 0) throw new RangeError(`"${name}" expected values up to 65504 to store in 16 bits, got ${data[wrong]}`);
  return { dtype: 'F16', shape, data: bytesOf(halves) };
}

/** An integer array as a raw tensor of the narrowest type that holds all its values. */
export function rawIntegers(data: Int32Array, shape: readonly number[] = [data.length]): RawTensor {
  let least = 0;
  let most = 0;
  for (const value of data) {
    if (value < least) least = value;
    if (value > most) most = value;
  }
  if (least >= -0x80 && most < 0x80) return { dtype: 'I8', shape, data: bytesOf(Int8Array.from(data)) };
  if (least >= -0x8000 && most < 0x8000) return { dtype: 'I16', shape, data: bytesOf(Int16Array.from(data)) };
  return { dtype: 'I32', shape, data: bytesOf(data) };
}

/** A byte array as a raw tensor. */
export function rawBytes(data: Uint8Array): RawTensor {
  return { dtype: 'U8', shape: [data.length], data: data.slice() };
}

/** @throws FormatError unless the tensor is there and holds float32 values. */
export function floatsFrom(name: string, tensor: RawTensor | undefined): Float32Array {
  const { dtype, data } = present(name, tensor);
  if (dtype !== 'F32') throw new FormatError(`"${name}" expected F32, got ${dtype}`);
  return new Float32Array(new Uint8Array(data).buffer);
}

/** @throws FormatError unless the tensor is there and holds float32 or float16 values. */
export function weightsFrom(name: string, tensor: RawTensor | undefined): Float32Array {
  const raw = present(name, tensor);
  if (raw.dtype !== 'F16') return floatsFrom(name, raw);
  return Float32Array.from(new Uint16Array(new Uint8Array(raw.data).buffer), fromHalf);
}

/** @throws FormatError unless the tensor is there and holds signed integers of at most 32 bits. */
export function integersFrom(name: string, tensor: RawTensor | undefined): Int32Array {
  const { dtype, data } = present(name, tensor);
  const { buffer } = new Uint8Array(data);
  if (dtype === 'I8') return Int32Array.from(new Int8Array(buffer));
  if (dtype === 'I16') return Int32Array.from(new Int16Array(buffer));
  if (dtype === 'I32') return new Int32Array(buffer);
  throw new FormatError(`"${name}" expected I8, I16 or I32, got ${dtype}`);
}

/** @throws FormatError unless the tensor is there and holds bytes. */
export function bytesFrom(name: string, tensor: RawTensor | undefined): Uint8Array {
  const { dtype, data } = present(name, tensor);
  if (dtype !== 'U8') throw new FormatError(`"${name}" expected U8, got ${dtype}`);
  return data.slice();
}

function present(name: string, tensor: RawTensor | undefined): RawTensor {
  if (!tensor) throw new FormatError(`"${name}" expected a tensor, got none`);
  return tensor;
}

function bytesOf(array: Float32Array | Uint16Array | Int32Array | Int16Array | Int8Array): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength).slice();
}
