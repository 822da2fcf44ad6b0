/**
 * Every ATen operator by name: resolved once, arguments checked against its schema, results wrapped.
 * @module
 */
import { binding, type RawArgument, type RawResult } from './binding.js';
import { type Checker, checkerOf } from './check.js';
import { nativeError } from './native-error.js';
import { aliasOf, parseSchema, type Schema, type SchemaArgument, type SchemaType, splitName } from './schema.js';
import type { Tensor } from './tensor.js';
import { describe, refresh, TensorHandle } from './tensor-handle.js';

/** What an operator returns: nothing, one value, or one value per result. */
export type Result = Tensor | number | bigint | boolean | string | null | undefined | Result[];

/** An operator that was looked up. */
export interface Operator {
  readonly name: string;
  readonly schema: Schema;
  readonly index: number;
  readonly checkers: readonly Checker[];
  /** Parameters that the operator writes to. */
  readonly written: readonly number[];
  /** Per result: the parameter that it is, or -1 for a fresh value. */
  readonly resultParameter: readonly number[];
  /** Per result: whether numbers in it are tensor handles. */
  readonly resultIsTensor: readonly boolean[];
}

// The class whose methods are operator calls cannot be imported by what implements those calls, so it registers here.
let makeTensor: (id: number) => Tensor = () => {
  throw new Error('tensor.js has not been loaded');
};

/** Registers how a raw handle becomes a tensor. Called once, by the module of the class. */
export function registerTensor(make: (id: number) => Tensor): void {
  makeTensor = make;
}

/** Wraps a raw handle that the addon returned. */
export function wrapTensor(id: number): Tensor {
  return makeTensor(id);
}

const operators = new Map<string, Operator>();

/** The operators that were looked up so far. */
export function resolvedOperators(): Iterable<Operator> {
  return operators.values();
}

function resolve(name: string): Operator {
  const known = operators.get(name);
  if (known) return known;
  const text = binding.schema(...splitName(name));
  if (text === null)
    throw new RangeError(`"name" expected a registered operator such as "aten::add.Tensor", got "${name}"`);
  const parsed = parseSchema(text);
  let index: number;
  try {
    index = binding.resolve(parsed.name, parsed.overload);
  } catch (cause) {
    throw nativeError(name, cause);
  }
  const writtenName = (argument: SchemaArgument) => {
    const set = aliasOf(argument.type);
    return set?.write ? set.before.join('|') : null;
  };
  const targets = parsed.parameters.map(writtenName);
  const operator: Operator = {
    name,
    schema: parsed,
    index,
    checkers: parsed.parameters.map((parameter) => checkerOf(name, parameter)),
    written: targets.flatMap((target, i) => (target === null ? [] : [i])),
    resultParameter: parsed.results.map((result) => {
      const target = writtenName(result);
      return target === null ? -1 : targets.indexOf(target);
    }),
    resultIsTensor: parsed.results.map((result) => holdsTensor(result.type)),
  };
  operators.set(name, operator);
  return operator;
}

/** Whether values of a type are tensors, or lists of them. */
export function holdsTensor(type: SchemaType): boolean {
  switch (type.kind) {
    case 'name':
      return type.name === 'Tensor';
    case 'alias':
    case 'list':
    case 'optional':
      return holdsTensor(type.of);
    case 'tuple':
    case 'generic':
      return false;
    default:
      throw type satisfies never;
  }
}

/** `args` in schema order, keyword-only parameters included; `undefined` stands for the default. */
function invoke(operator: Operator, args: readonly unknown[]): Result {
  const { checkers } = operator;
  if (args.length > checkers.length)
    throw new TypeError(`"${operator.name}" expected at most ${checkers.length} arguments, got ${args.length}`);
  const raw: RawArgument[] = new Array(checkers.length);
  for (let i = 0; i < checkers.length; i++) raw[i] = checkers[i]!(args[i]);
  let result: RawResult;
  try {
    result = binding.call(operator.index, ...raw);
  } catch (cause) {
    throw nativeError(operator.name, cause, tensorsIn(operator, args));
  }
  for (const i of operator.written) forget(args[i]);
  const { results } = operator.schema;
  if (results.length === 0) return undefined;
  if (results.length === 1) return wrap(operator, 0, result, args);
  return (result as RawResult[]).map((item, i) => wrap(operator, i, item, args));
}

function wrap(operator: Operator, i: number, raw: RawResult, args: readonly unknown[]): Result {
  const parameter = operator.resultParameter[i]!;
  if (parameter >= 0) return args[parameter] as Tensor;
  return operator.resultIsTensor[i] ? adopt(raw) : raw;
}

function adopt(raw: RawResult): Result {
  if (typeof raw === 'number') return makeTensor(raw);
  return Array.isArray(raw) ? raw.map(adopt) : null;
}

function forget(written: unknown): void {
  if (written instanceof TensorHandle) refresh(written);
  else if (Array.isArray(written)) written.forEach(forget);
}

function tensorsIn(operator: Operator, args: readonly unknown[]): string {
  const parts = operator.schema.parameters.flatMap(({ name }, i) => {
    const value = args[i];
    if (value instanceof TensorHandle) return [`${name}: ${describe(value)}`];
    if (!Array.isArray(value) || !(value[0] instanceof TensorHandle)) return [];
    const items = value.slice(0, 4).map((item) => (item instanceof TensorHandle ? describe(item) : 'null'));
    return [`${name}: [${items.join(', ')}${value.length > 4 ? ', …' : ''}]`];
  });
  return parts.join(', ');
}

/**
 * Calls an operator by its full name: `call('aten::conv2d', [x, w], { padding: 1 })`.
 * @param args - The leading parameters, in schema order.
 * @param keywords - Further parameters by name.
 * @throws RangeError for an unknown operator, TypeError for an argument that the schema does not allow, NativeError when
 *   libtorch refuses.
 */
export function call(
  name: string,
  args: readonly unknown[] = [],
  keywords: Readonly<Record<string, unknown>> = {},
): Result {
  const operator = resolve(name);
  const values: unknown[] = [...args];
  for (const [keyword, value] of Object.entries(keywords)) {
    const i = operator.schema.parameters.findIndex((parameter) => parameter.name === keyword);
    if (i < 0) {
      const names = operator.schema.parameters.map((parameter) => parameter.name).join(', ');
      throw new TypeError(`"${name}" expected only arguments named ${names}, got "${keyword}"`);
    }
    if (i < args.length) throw new TypeError(`"${name}" expected argument "${keyword}" once, got it twice`);
    values[i] = value;
  }
  return invoke(operator, values);
}

/** The parsed schema of an operator. @throws RangeError if there is none of this name. */
export function schema(name: string): Schema {
  return resolve(name).schema;
}

/** The full names of all registered operators, sorted. */
export function operatorNames(): string[] {
  return binding
    .schemas()
    .map((text) => text.slice(0, text.indexOf('(')))
    .sort();
}

/** The printed schemas of all registered operators. */
export function schemaTexts(): string[] {
  return binding.schemas();
}

/** An operator with one tensor as its result, as a function of its parameters in schema order. Resolved at first use. */
export function tensorOp(name: string): (...args: readonly unknown[]) => Tensor {
  let operator: Operator | null = null;
  return (...args) => {
    operator ??= resolve(name);
    return invoke(operator, args) as Tensor;
  };
}

/** The same for an operator with several tensors, or a list of them, as its result. */
export function tensorsOp(name: string): (...args: readonly unknown[]) => Tensor[] {
  return tensorOp(name) as unknown as (...args: readonly unknown[]) => Tensor[];
}

/** The same for an operator that only writes to its arguments. */
export function effectOp(name: string): (...args: readonly unknown[]) => void {
  return tensorOp(name);
}
