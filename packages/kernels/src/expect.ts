/**
 * Checks of the contract's preconditions, shared by all implementations so that they refuse the same calls.
 * @module
 */
import type { ConvGeometry } from './contract.js';

/** Instances per column byte are packed by eight, columns in whole vectors. */
const COUNT_UNIT = 128;
const LEAVES_BYTES = 32 * 16 * 16;
const KEY_HALF_BYTES = 16;

/**
 * Checks a buffer's length.
 * @throws RangeError if it is not `expected`.
 */
export function expectLength(name: string, got: { readonly length: number }, expected: number): void {
  if (got.length !== expected) throw new RangeError(`"${name}" expected length ${expected}, got ${got.length}`);
}

/**
 * Checks a natural number.
 * @throws RangeError if it is not in 0 … `below` − 1.
 */
export function expectNatural(name: string, got: number, below = 2 ** 53): void {
  if (!Number.isSafeInteger(got) || got < 0 || got >= below) {
    throw new RangeError(`"${name}" expected a natural number below ${below}, got ${got}`);
  }
}

/**
 * Checks that a buffer holds whole rows of 16 bytes.
 * @returns the number of rows.
 * @throws RangeError otherwise.
 */
export function expectRows(name: string, got: Uint8Array): number {
  if (got.length % KEY_HALF_BYTES !== 0) {
    throw new RangeError(`"${name}" expected a multiple of ${KEY_HALF_BYTES} bytes, got ${got.length}`);
  }
  return got.length / KEY_HALF_BYTES;
}

/**
 * Checks a count of instances of a bit matrix.
 * @throws RangeError if it is no multiple of 128.
 */
export function expectInstances(name: string, got: number): void {
  expectNatural(name, got, 2 ** 31);
  if (got % COUNT_UNIT !== 0) throw new RangeError(`"${name}" expected a multiple of ${COUNT_UNIT}, got ${got}`);
}

/**
 * Checks what both SoftSpoken kernels take.
 * @throws RangeError if a length does not fit.
 */
export function expectSoftspoken(leaves: Uint8Array, domain: Uint8Array, counter: number, count: number): void {
  expectLength('leaves', leaves, LEAVES_BYTES);
  expectLength('domain', domain, KEY_HALF_BYTES);
  expectNatural('counter', counter);
  expectInstances('count', count);
}

/** One output extent of a convolution. */
function outputExtent(extent: number, kernel: number, stride: number, padding: number, dilation: number): number {
  return Math.floor((extent + 2 * padding - dilation * (kernel - 1) - 1) / stride) + 1;
}

/**
 * Height and width of a convolution's result.
 * @throws RangeError if the geometry has none.
 */
export function outputSize(g: ConvGeometry): readonly [number, number] {
  const positive = {
    inChannels: g.inChannels,
    inHeight: g.inHeight,
    inWidth: g.inWidth,
    outChannels: g.outChannels,
    groups: g.groups,
    'kernel[0]': g.kernel[0],
    'kernel[1]': g.kernel[1],
    'stride[0]': g.stride[0],
    'stride[1]': g.stride[1],
    'dilation[0]': g.dilation[0],
    'dilation[1]': g.dilation[1],
  };
  for (const [name, value] of Object.entries(positive)) {
    if (!Number.isSafeInteger(value) || value < 1) {
      throw new RangeError(`"${name}" expected a positive integer, got ${value}`);
    }
  }
  expectNatural('padding[0]', g.padding[0]);
  expectNatural('padding[1]', g.padding[1]);
  if (g.inChannels % g.groups !== 0 || g.outChannels % g.groups !== 0) {
    throw new RangeError(`"groups" expected a divisor of ${g.inChannels} and ${g.outChannels}, got ${g.groups}`);
  }
  const height = outputExtent(g.inHeight, g.kernel[0], g.stride[0], g.padding[0], g.dilation[0]);
  const width = outputExtent(g.inWidth, g.kernel[1], g.stride[1], g.padding[1], g.dilation[1]);
  if (height < 1 || width < 1) {
    throw new RangeError(`"kernel" expected one that fits the padded input, got ${g.kernel[0]} × ${g.kernel[1]}`);
  }
  return [height, width];
}

/**
 * Checks the operands of a convolution.
 * @returns height and width of the result.
 * @throws RangeError if a length does not fit the geometry.
 */
export function expectConvolution(
  input: Int32Array,
  weight: Int32Array,
  bias: Int32Array | null,
  g: ConvGeometry,
): readonly [number, number] {
  const size = outputSize(g);
  expectLength('input', input, g.inChannels * g.inHeight * g.inWidth);
  expectLength('weight', weight, (g.outChannels * g.inChannels * g.kernel[0] * g.kernel[1]) / g.groups);
  if (bias !== null) expectLength('bias', bias, g.outChannels);
  return size;
}

/**
 * Checks the operands of a row hash.
 * @returns the total length of the pads.
 * @throws RangeError if a length does not fit.
 */
export function expectHash(
  rows: Uint8Array,
  mask: Uint8Array | null,
  domain: Uint8Array,
  tweak: number,
  lengths: number | Uint32Array,
): number {
  const count = expectRows('rows', rows);
  if (mask !== null) expectLength('mask', mask, KEY_HALF_BYTES);
  expectLength('domain', domain, KEY_HALF_BYTES);
  expectNatural('tweak', tweak, 2 ** 48);
  if (typeof lengths === 'number') {
    expectNatural('lengths', lengths);
    return count * lengths;
  }
  expectLength('lengths', lengths, count);
  return lengths.reduce((total, length) => total + length, 0);
}
