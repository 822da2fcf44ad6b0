/**
 * For tests: a device `cuda` that is pretended on the CPU, so that a machine without one can find operators that mix
 * devices and waits that would stall a real one.
 *
 * Every tensor lies in ordinary memory; which of them count as lying on the device is noted beside them. Rules are
 * stricter than libtorch's: a tensor without dimensions may not mix with another device either.
 * @module
 */
import { type Binding, binding, type RawArgument, type RawResult } from './binding.js';
import { holdsTensor, type Operator, resolvedOperators } from './dispatch.js';
import type { SchemaType } from './schema.js';

/** A pretended device. */
export interface PretendedCuda {
  /** How often the host has waited for the device so far: elements read, and memory copied from one to the other. */
  readonly waits: number;
  /** Ends the pretence. */
  stop(): void;
}

/** Operators that may take tensors of several devices. */
const mixing = new Set(['aten::copy_']);

/** Operators that wait for the device, as their result's shape or value is needed by the host. */
const waiting = new Set([
  'aten::item',
  'aten::_local_scalar_dense',
  'aten::equal',
  'aten::nonzero',
  'aten::masked_select',
  'aten::bincount',
]);

function named(type: SchemaType, name: string): boolean {
  return type.kind === 'optional' ? named(type.of, name) : type.kind === 'name' && type.name === name;
}

function isDevice(device: string): boolean {
  return device.startsWith('cuda');
}

/** Handles in an argument or a result. */
function handlesIn(value: RawArgument | RawResult): number[] {
  if (typeof value === 'number') return [value];
  return Array.isArray(value) ? value.flatMap(handlesIn) : [];
}

/** Pretends that there is one CUDA device, until stopped. At most one pretence at a time. */
export function pretendCuda(): PretendedCuda {
  const real: Binding = { ...binding };
  const operators = new Map<number, Operator>();
  const onDevice = new Set<number>();
  let waits = 0;
  const put = (handles: readonly (number | null)[], device: boolean) => {
    for (const handle of handles) {
      if (handle === null) continue;
      if (device) onDevice.add(handle);
      else onDevice.delete(handle);
    }
  };
  const place = (handle: number) => (onDevice.has(handle) ? 'cuda:0' : 'cpu');
  const operatorOf = (index: number): Operator => {
    if (!operators.has(index)) for (const operator of resolvedOperators()) operators.set(operator.index, operator);
    return operators.get(index)!;
  };

  function call(index: number, ...args: RawArgument[]): RawResult {
    const { name, schema, resultIsTensor } = operatorOf(index);
    const passed = [...args];
    const places = new Set<string>();
    let target: string | null = null;
    let generator: string | null = null;
    for (const [i, { type }] of schema.parameters.entries()) {
      const value = args[i];
      if (holdsTensor(type)) for (const handle of handlesIn(value)) places.add(place(handle));
      else if (named(type, 'Generator') && typeof value === 'number') generator = place(value);
      else if (named(type, 'Device') && typeof value === 'string') {
        target = isDevice(value) ? 'cuda:0' : 'cpu';
        passed[i] = 'cpu';
      }
    }
    if (places.size > 1 && !mixing.has(name)) throw new Error('expected all tensors on one device, got cpu and cuda:0');
    if (places.size > 1 || (target !== null && places.size === 1 && !places.has(target))) waits++;
    if (waiting.has(name) && places.has('cuda:0')) waits++;
    const result = target ?? [...places][0] ?? 'cpu';
    if (generator !== null && generator !== result)
      throw new Error(`expected a generator of ${result}, got one of ${generator}`);
    const raw = real.call(index, ...passed);
    const several = schema.results.length > 1 ? (raw as RawResult[]) : [raw];
    for (const [i, item] of several.entries()) if (resultIsTensor[i]) put(handlesIn(item), result === 'cuda:0');
    return raw;
  }

  const pretended: Partial<Binding> = {
    call,
    free(handle) {
      onDevice.delete(handle);
      return real.free(handle);
    },
    freeAll(handles, count) {
      for (const handle of handles.subarray(0, count)) onDevice.delete(handle);
      real.freeAll(handles, count);
    },
    device: place,
    item(tensor) {
      if (onDevice.has(tensor)) waits++;
      return real.item(tensor);
    },
    copyOut(tensor, into) {
      if (onDevice.has(tensor)) waits++;
      real.copyOut(tensor, into);
    },
    fromBytes(data, dataType, shape, dtype, device) {
      const handle = real.fromBytes(data, dataType, shape, dtype, 'cpu');
      put([handle], isDevice(device));
      if (isDevice(device)) waits++;
      return handle;
    },
    gradients(outputs, inputs, ...rest) {
      const results = real.gradients(outputs, inputs, ...rest);
      for (const [i, handle] of results.entries()) put([handle], onDevice.has(inputs[i]!));
      return results;
    },
    gradOf(tensor) {
      const handle = real.gradOf(tensor);
      put([handle], onDevice.has(tensor));
      return handle;
    },
    gradsOf(tensors) {
      const handles = real.gradsOf(tensors);
      for (const [i, handle] of handles.entries()) put([handle], onDevice.has(tensors[i]!));
      return handles;
    },
    newGenerator(device, seed) {
      const handle = real.newGenerator('cpu', seed);
      put([handle], isDevice(device));
      return handle;
    },
    cudaDeviceCount: () => 1,
    cudaSynchronize() {
      waits++;
    },
  };
  Object.assign(binding, pretended);
  return {
    get waits() {
      return waits;
    },
    stop() {
      Object.assign(binding, real);
    },
  };
}
