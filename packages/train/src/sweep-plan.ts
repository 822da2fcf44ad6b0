/**
 * The plan of a sweep: methods × budgets × seeds, as cells that run one by one.
 * @module
 */
import { z } from 'zod';

const seed = z.number().int().min(0).max(4_294_967_295);

const methodSchema = z.strictObject({
  method: z.string().min(1),
  /** Names the method in tables; tells two entries of one method apart. */
  label: z.string().min(1).optional(),
  options: z.record(z.string(), z.unknown()).default({}),
  /** These stand in for the plan's own. */
  budgets: z.array(z.string().min(1)).min(1).optional(),
  seeds: z.array(seed).min(1).optional(),
  epochs: z.number().int().min(0).optional(),
  /** How long an epoch takes, compared to those of other methods. */
  cost: z.number().positive().default(1),
});

const planSchema = z.strictObject({
  /** Names the folders of runs and records. */
  name: z.string().regex(/^[a-z0-9][a-z0-9.-]*$/),
  /** Model file: what is reduced, and the teacher. */
  model: z.string().min(1),
  /** Data set; the one of the model unless given. */
  data: z.string().min(1).optional(),
  /** What a reader of the tables must know of this sweep. */
  note: z.string().min(1).optional(),
  /** Where budgets of bytes or time are counted: the network between the parties, and the phases of an image. */
  network: z.string().min(1).default('lan'),
  phase: z.enum(['both', 'online', 'offline']).default('both'),
  /** Budgets as `12000`, `10%`, `2MB` or `300ms`. */
  budgets: z.array(z.string().min(1)).min(1),
  seeds: z.array(seed).min(1).default([1]),
  epochs: z.number().int().min(0),
  batch: z.number().int().min(1).default(128),
  methods: z.array(methodSchema).min(1),
});

/** A sweep as written down. */
export type SweepPlan = Readonly<z.infer<typeof planSchema>>;

/** One job of a sweep. */
export interface SweepCell {
  /** Unique in the plan; also the name of its folder. */
  readonly id: string;
  readonly method: string;
  /** The method's name in tables. */
  readonly label: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly budget: string;
  readonly seed: number;
  readonly epochs: number;
  /** Comparative cost of the whole job. */
  readonly cost: number;
}

/**
 * Reads a plan.
 * @throws RangeError naming the part that does not fit.
 */
export function parseSweepPlan(json: unknown): SweepPlan {
  const plan = planSchema.safeParse(json);
  if (plan.success) return plan.data;
  const issue = plan.error.issues[0]!;
  throw new RangeError(`"${issue.path.join('.') || 'plan'}" of the plan: ${issue.message}`);
}

/**
 * The jobs of a plan, in the order in which to run them.
 *
 * All cells of the first seed come first, then those of the second; among them the budgets in the plan's order, and of
 * one budget the cheapest cells first: when time runs out, what is done is a whole table with fewer budgets or
 * repetitions. The control `full`, the unreduced network trained in the same way, comes before the others of its seed.
 * @throws RangeError if two cells would have the same id.
 */
export function sweepCells(plan: SweepPlan): SweepCell[] {
  const control = { method: 'full', label: 'full', options: {}, budgets: ['100%'], cost: 0.5 };
  const entries = plan.methods.some(({ method }) => method === 'full') ? plan.methods : [control, ...plan.methods];
  const cells = entries.flatMap((entry) => {
    const { method, options, label = method } = entry;
    const epochs = ('epochs' in entry ? entry.epochs : undefined) ?? plan.epochs;
    const seeds = ('seeds' in entry ? entry.seeds : undefined) ?? plan.seeds;
    return seeds.flatMap((value, repetition) =>
      (entry.budgets ?? plan.budgets).map((budget) => ({
        id: `${label}-${budget}-${value}`.replace(/%/g, 'pct').replace(/[^A-Za-z0-9.-]+/g, '-'),
        cell: { method, label, options, budget, seed: value, epochs, cost: entry.cost * Math.max(epochs, 0.1) },
        repetition,
        rank: plan.budgets.indexOf(budget),
      })),
    );
  });
  const twice = cells.find(({ id }, i) => cells.findIndex((other) => other.id === id) !== i);
  if (twice) throw new RangeError(`"methods" of the plan expected a "label" for each, got ${twice.id} twice`);
  return cells
    .sort((a, b) => a.repetition - b.repetition || a.rank - b.rank || a.cell.cost - b.cell.cost)
    .map(({ id, cell }) => ({ id, ...cell }));
}
