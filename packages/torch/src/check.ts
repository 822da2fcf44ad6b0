/**
 * Checks of operator arguments against the operator's schema, worked out once per parameter.
 * @module
 */
import type { RawArgument } from './binding.js';
import { dtypeCode, memoryFormatCode } from './dtype.js';
import { Handle, idOf } from './handle.js';
import { printType, type SchemaArgument, type SchemaType } from './schema.js';
import { describe, TensorHandle } from './tensor-handle.js';

/** Turns a value into what the addon takes; throws if it is not of the parameter's type. */
export type Checker = (value: unknown) => RawArgument;

const unfit = Symbol('not of the type');
type Reader = (value: unknown) => RawArgument | typeof unfit;

/** The checker of one parameter of operator `op`. Its errors read `"op" argument "name" expected TYPE, got VALUE`. */
export function checkerOf(op: string, parameter: SchemaArgument): Checker {
  const read = readerOf(callerType(parameter.type));
  const optional = parameter.defaultText !== null || callerType(parameter.type).kind === 'optional';
  return (value) => {
    if (value === undefined) {
      if (optional) return undefined;
    } else {
      const raw = read(value);
      if (raw !== unfit) return raw;
    }
    const got = value === undefined ? 'nothing' : show(value);
    throw new TypeError(
      `"${op}" argument "${parameter.name}" expected ${printType(callerType(parameter.type))}, got ${got}`,
    );
  };
}

/** The type as the caller sees it: without alias sets, and with `int` for the symbolic integers of libtorch 2. */
export function callerType(type: SchemaType): SchemaType {
  switch (type.kind) {
    case 'alias':
      return callerType(type.of);
    case 'list':
    case 'optional':
      return { ...type, of: callerType(type.of) };
    case 'name':
      return type.name === 'SymInt' ? { kind: 'name', name: 'int' } : type;
    default:
      return type;
  }
}

function readerOf(type: SchemaType): Reader {
  switch (type.kind) {
    case 'optional': {
      const inner = readerOf(type.of);
      return (value) => (value === null ? null : inner(value));
    }
    case 'list':
      return listReader(readerOf(type.of), type.length !== null);
    case 'name':
      return readers[type.name] ?? (() => unfit);
    case 'alias':
      return readerOf(type.of);
    case 'tuple':
    case 'generic':
      return () => unfit;
    default:
      throw type satisfies never;
  }
}

// A list of fixed length may be given as the one value of all its elements: `stride: 2` for `int[2]`.
function listReader(read: Reader, single: boolean): Reader {
  return (value) => {
    if (!Array.isArray(value)) return single ? read(value) : unfit;
    const raw: RawArgument[] = new Array(value.length);
    for (let i = 0; i < value.length; i++) {
      const item = read(value[i]);
      if (item === unfit) return unfit;
      raw[i] = item;
    }
    return raw;
  };
}

const integer: Reader = (value) =>
  typeof value === 'number' ? (Number.isSafeInteger(value) ? value : unfit) : typeof value === 'bigint' ? value : unfit;

const readers: Readonly<Record<string, Reader>> = {
  Tensor: (value) => (value instanceof TensorHandle ? idOf(value) : unfit),
  int: integer,
  float: (value) => (typeof value === 'number' ? value : unfit),
  bool: (value) => (typeof value === 'boolean' ? value : unfit),
  Scalar: (value) =>
    typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean' ? value : unfit,
  str: (value) => (typeof value === 'string' ? value : unfit),
  ScalarType: (value) => (typeof value === 'string' ? (dtypeCode(value) ?? unfit) : unfit),
  MemoryFormat: (value) => (typeof value === 'string' ? (memoryFormatCode(value) ?? unfit) : unfit),
  Layout: (value) => (value === 'strided' ? 0 : unfit),
  Device: (value) => (typeof value === 'string' && /^[a-z]+(:\d+)?$/.test(value) ? value : unfit),
  Generator: (value) => (value instanceof Handle && !(value instanceof TensorHandle) ? idOf(value) : unfit),
};

/** A short rendering of a value for error messages. */
export function show(value: unknown): string {
  if (value instanceof TensorHandle) return `Tensor ${describe(value)}`;
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'bigint') return `${value}n`;
  if (Array.isArray(value)) {
    const items = value.slice(0, 8).map(show);
    return `[${items.join(', ')}${value.length > 8 ? ', …' : ''}]`;
  }
  if (typeof value === 'function') return 'a function';
  if (typeof value !== 'object' || value === null) return String(value);
  return Object.getPrototypeOf(value)?.constructor?.name ?? 'an object';
}
