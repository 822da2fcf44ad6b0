/**
 * Methods one after the other on one network: each starts from the weights and gate maps of the one before, and learns
 * from the first one's teacher.
 * @module
 */
import { join } from 'node:path';
import { gateCost } from '@relent/graph';
import { z } from 'zod';
import type { ReductionMethod, ReductionOutcome } from './method.js';
import type { RegisteredMethod } from './registered-method.js';
import { type StagedState, stagedMethod } from './staged-method.js';

const stageSchema = z.strictObject({
  /** Name of a method. */
  method: z.string(),
  /** Options of that method. */
  options: z.record(z.string(), z.unknown()).default({}),
  /** Comparisons after this stage as a multiple of the budget; the last stage's is 1 whatever is given. */
  times: z.number().min(1).default(1),
  /** Epochs of this stage; an equal part of those not given to others unless given. */
  epochs: z.number().int().min(0).optional(),
});

/** One stage of {@link ComposeOptions}. */
export type ComposeStage = Readonly<z.infer<typeof stageSchema>>;

/** Data as it is, or the data that a text holds as JSON, which is how a command line has it. */
function fromJson(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

const optionsSchema = z.object({
  /** What to do, in order. */
  stages: z.preprocess(
    fromJson,
    z.array(stageSchema, 'expected a list of {method, options, times, epochs}, as data or JSON').min(1),
  ),
});

/** Options of the method `compose`. */
export type ComposeOptions = Readonly<z.infer<typeof optionsSchema>>;

/** Whole epochs for every stage: what no stage asks for is divided equally, the later ones getting what is left over. */
function epochsOf(stages: readonly ComposeStage[], epochs: number): number[] {
  const asked = stages.reduce((sum, stage) => sum + (stage.epochs ?? 0), 0);
  if (asked > epochs && epochs > 0)
    throw new RangeError(`"stages" expected at most ${epochs} epochs together, got ${asked}`);
  const open = stages.filter((stage) => stage.epochs === undefined).length;
  const rest = Math.max(0, epochs - asked);
  let given = 0;
  return stages.map((stage) => {
    if (epochs === 0) return 0;
    if (stage.epochs !== undefined) return stage.epochs;
    given++;
    return Math.floor((rest * given) / open) - Math.floor((rest * (given - 1)) / open);
  });
}

/**
 * The method `compose`.
 * @param methods - Those that stages may name; asked when a reduction starts.
 */
export function composeMethod(
  methods: () => ReadonlyMap<string, RegisteredMethod>,
): ReductionMethod<ComposeOptions, StagedState> {
  return stagedMethod<ComposeOptions>({
    name: 'compose',
    source: 'several methods on one network, each by its own source',
    options: optionsSchema,
    expect({ stages }) {
      const known = methods();
      const names = [...known.keys()].filter((name) => name !== 'compose');
      for (const [i, { method, options }] of stages.entries()) {
        if (!names.includes(method))
          throw new RangeError(`"stages" expected methods of ${names.join(', ')}, got ${method}`);
        try {
          known.get(method)!.expectOptions(options);
        } catch (error) {
          throw new RangeError(`"stages" ${i + 1} (${method}): ${(error as Error).message}`);
        }
      }
    },
    async *run(context, { stages }) {
      const known = methods();
      const teacher = context.teacher ?? context.model;
      const epochs = epochsOf(stages, context.epochs);
      let outcome: ReductionOutcome = { model: context.model, curve: [] };
      for (const [i, { method, options, times }] of stages.entries()) {
        const last = i === stages.length - 1;
        const budgetComparisons = Math.floor(context.budgetComparisons * (last ? 1 : times));
        const runFolder = context.runFolder && join(context.runFolder, `stage-${i + 1}-${method}`);
        const { model } = outcome;
        const stage = { ...context, model, teacher, budgetComparisons, epochs: epochs[i]!, runFolder };
        const next = await known.get(method)!.run(stage, options);
        const { comparisons } = gateCost(next.model.graph, next.model.gateMaps).total;
        if (comparisons > budgetComparisons)
          throw new Error(
            `stage ${i + 1} (${method}) expected at most ${budgetComparisons} comparisons, got ${comparisons}`,
          );
        const curve = next.curve.map((entry) => ({ ...entry, epoch: outcome.curve.length + entry.epoch }));
        outcome = { ...next, curve: [...outcome.curve, ...curve] };
        yield;
      }
      return outcome;
    },
  });
}
