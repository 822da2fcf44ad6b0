/**
 * Reduction methods with their types put away, so that they stand in one table.
 * @module
 */
import { z } from 'zod';
import type { ReductionContext, ReductionMethod, ReductionOutcome } from './method.js';

/** A method whose types of options and state are its own affair. */
export interface RegisteredMethod {
  readonly name: string;
  readonly source: string;
  /** Names of the options that it reads. */
  readonly optionNames: readonly string[];
  /** @throws RangeError if an option is unknown or does not fit. */
  readonly expectOptions: (options: Readonly<Record<string, unknown>>) => void;
  /** Why fresh weights do not do with some options, or `null` if they do; `null` itself if they never do. */
  readonly needsTraining: ((options: Readonly<Record<string, unknown>>) => string | null) | null;
  /** @throws RangeError if an option is unknown or does not fit. */
  readonly run: (context: ReductionContext, options: Readonly<Record<string, unknown>>) => Promise<ReductionOutcome>;
}

/** A method by name, its options read from data such as command-line flags. */
export function register<Options, State>(method: ReductionMethod<Options, State>): RegisteredMethod {
  const optionNames = method.options instanceof z.ZodObject ? Object.keys(method.options.shape) : [];
  const parse = (raw: Readonly<Record<string, unknown>>): Options => {
    const unknown = Object.keys(raw).find((name) => !optionNames.includes(name));
    if (unknown !== undefined)
      throw new RangeError(`"options" expected ${optionNames.join(', ')} for method ${method.name}, got ${unknown}`);
    const options = method.options.safeParse(raw);
    if (options.success) {
      method.expect?.(options.data);
      return options.data;
    }
    const { path, message } = options.error.issues[0]!;
    const given = path.length === 1 && typeof raw[String(path[0])] === 'string' ? `, got ${raw[String(path[0])]}` : '';
    throw new RangeError(`"${path.join('.')}" of method ${method.name}: ${message}${given}`);
  };
  return {
    name: method.name,
    source: method.source,
    optionNames,
    expectOptions: (raw) => void parse(raw),
    needsTraining: method.needsTraining ? (raw) => method.needsTraining!(parse(raw)) : null,
    async run(context, raw) {
      const state = method.init(context, parse(raw));
      try {
        while (await method.step(state));
      } catch (error) {
        method.abandon(state);
        throw error;
      }
      return method.finish(state);
    },
  };
}
