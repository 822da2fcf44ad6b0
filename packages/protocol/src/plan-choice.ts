/**
 * What of a plan is chosen, not derived from the graph: how each site compares and multiplies, which OT extension serves
 * each direction, and what the client learns. The server chooses, announces it with the model, and the client checks it.
 * @module
 */
import { FERRET_SETS, MAX_DIGIT_BITS, type MuxMode, ProtocolError } from '@relent/crypto';
import * as z from 'zod';
import { stepNames } from './observe.js';
import type { Answer, Plan } from './plan.js';
import type { TransferChoice, TransferPlan } from './transfer-choice.js';

/** The form of comparisons: `tree` of two levels and two round trips, or `flat`, of one level and one round trip. */
export type CompareVariant = 'tree' | 'flat';

/** How a site with comparisons of its own is built; see `planSite`. */
export interface SiteChoice {
  readonly mode: MuxMode;
  readonly compare: CompareVariant;
  readonly digitBits: number;
}

/** What a user insists on; the rest is free. */
export interface PlanDemand {
  readonly mode?: MuxMode | undefined;
  readonly compare?: CompareVariant | undefined;
  /** True: truncation and comparisons without any error, see `PlanOptions`. */
  readonly exact?: boolean | undefined;
}

/** All that is chosen. AGREEMENT. */
export interface PlanChoice {
  /** The sites with comparisons of their own. */
  readonly sites: ReadonlyMap<string, SiteChoice>;
  readonly transfer: TransferPlan;
  /** What the client will learn of each image. */
  readonly answer: Answer;
  readonly exact: boolean;
}

/** The choice that a plan was made with. */
export function choiceOf(plan: Plan): PlanChoice {
  const sites = new Map<string, SiteChoice>();
  for (const step of plan.steps) if (step.kind === 'site' && step.choice !== null) sites.set(step.id, step.choice);
  return { sites, transfer: plan.transfer, answer: plan.answer, exact: plan.exact };
}

/**
 * Checks a demand.
 * @throws RangeError if nothing meets it: mode b takes flat comparisons, and no exact truncation.
 */
export function checkDemand({ mode, compare, exact }: PlanDemand): void {
  if (mode === 'b' && exact) throw new RangeError('"mode" expected a with exact truncation, got b');
  if (mode === 'b' && compare === 'tree') throw new RangeError('"compare" expected flat in mode b, got tree');
}

/** Whether a site is built as demanded. */
export function meetsDemand(choice: SiteChoice, { mode, compare, exact }: PlanDemand): boolean {
  if (exact && choice.mode === 'b') return false;
  return (mode ?? choice.mode) === choice.mode && (compare ?? choice.compare) === choice.compare;
}

/**
 * The client's check of what the server announced.
 * @throws ProtocolError `parameters` if the plan or some site is not built as demanded.
 */
export function expectDemand(plan: Plan, demand: PlanDemand): void {
  if (demand.exact && !plan.exact) {
    throw new ProtocolError('parameters', stepNames.handshake, '"plan" expected exact truncation, got another');
  }
  for (const choice of choiceOf(plan).sites.values()) {
    if (meetsDemand(choice, demand)) continue;
    const { mode = 'any', compare = 'any' } = demand;
    throw new ProtocolError(
      'parameters',
      stepNames.handshake,
      `"plan" expected mode ${mode}, compare ${compare}, got mode ${choice.mode}, compare ${choice.compare}`,
    );
  }
}

const transferNames = ['softspoken', ...FERRET_SETS.map(({ name }) => name)];
const transferSchema = z.enum(transferNames);

/** A choice on the wire. */
export const planTextSchema = z.object({
  sites: z
    .array(
      z.tuple([z.string().max(320), z.enum(['a', 'b']), z.enum(['tree', 'flat']), z.int().min(2).max(MAX_DIGIT_BITS)]),
    )
    .max(65_536),
  transfer: z.object({ client: transferSchema, server: transferSchema }),
  answer: z.enum(['logits', 'class']),
  exact: z.boolean(),
});

/** What {@link planTextSchema} reads. */
export type PlanText = z.infer<typeof planTextSchema>;

/** A choice as it travels. */
export function writeChoice({ sites, transfer, answer, exact }: PlanChoice): PlanText {
  const nameOf = (choice: TransferChoice): string => (choice === 'softspoken' ? choice : choice.name);
  return {
    sites: [...sites].map(([id, { mode, compare, digitBits }]) => [id, mode, compare, digitBits]),
    transfer: { client: nameOf(transfer.client), server: nameOf(transfer.server) },
    answer,
    exact,
  };
}

/** Reads what {@link writeChoice} wrote. */
export function readChoice({ sites, transfer, answer, exact }: PlanText): PlanChoice {
  const named = (name: string): TransferChoice => FERRET_SETS.find((set) => set.name === name) ?? 'softspoken';
  return {
    sites: new Map(sites.map(([id, mode, compare, digitBits]) => [id, { mode, compare, digitBits }])),
    transfer: { client: named(transfer.client), server: named(transfer.server) },
    answer,
    exact,
  };
}
