import * as z from 'zod';
import { convFields, featureMapSchema, poolFields, shapeSchema } from './graph-schema.js';

const id = z.string().min(1).max(256);
const int32 = z
  .int()
  .min(-(2 ** 31))
  .max(2 ** 31 - 1);
const shift = z.int().min(0).max(31);
const one = z.tuple([id]);

/** An array is `iota` (entry i is i), one constant, or a tensor of the file. */
const arraySchema = z.union([z.literal('iota'), z.literal('tensor'), int32]);

const gatesSchema = z.strictObject({
  shape: featureMapSchema,
  comparisons: z.int().min(0),
  source: id.nullable(),
  affineBits: shift,
  scoreStart: arraySchema,
  scoreNeuron: arraySchema,
  scoreWeight: arraySchema,
  gateOf: arraySchema,
  a: arraySchema,
  b: arraySchema,
  dropped: z
    .strictObject({ squareBits: shift, outerBits: shift, c2: arraySchema, c1: arraySchema, c0: arraySchema })
    .nullable(),
});

const base = { id, shape: shapeSchema, scale: z.number().positive(), maxAbs: z.number().min(0) };

const nodeSchema = z.discriminatedUnion('op', [
  z.strictObject({ op: z.literal('input'), ...base, inputs: z.tuple([]) }),
  z.strictObject({
    op: z.literal('conv'),
    ...base,
    inputs: one,
    conv: z.strictObject(convFields),
    inputShape: featureMapSchema,
    weightNorm: z.int().min(1),
  }),
  z.strictObject({ op: z.literal('add'), ...base, inputs: z.tuple([id, id]), shifts: z.tuple([shift, shift]) }),
  z.strictObject({ op: z.literal('concat'), ...base, inputs: z.array(id).min(1), shifts: z.array(shift) }),
  z.strictObject({
    op: z.literal('sum-pool'),
    ...base,
    inputs: one,
    pool: z.strictObject(poolFields),
    multiplier: z
      .int()
      .min(1)
      .max(2 ** 31 - 1),
    inputShape: featureMapSchema,
  }),
  z.strictObject({
    op: z.literal('max-pool'),
    ...base,
    inputs: one,
    pool: z.strictObject(poolFields),
    inputShape: featureMapSchema,
  }),
  z.strictObject({
    op: z.literal('resize'),
    ...base,
    inputs: one,
    resizeScale: z.int().min(2).max(64),
    inputShape: featureMapSchema,
  }),
  z.strictObject({ op: z.literal('flatten'), ...base, inputs: one }),
  z.strictObject({
    op: z.literal('site'),
    ...base,
    inputs: one,
    truncationBits: shift,
    ignoredBits: shift.exactOptional(),
    gates: gatesSchema,
  }),
]);

/** An integer graph as JSON, its arrays replaced by how to get them. */
export const integerGraphSchema = z.strictObject({
  ringBits: z.int().min(8).max(32),
  nodes: z.array(nodeSchema).min(1),
  output: id,
});

/** What {@link integerGraphSchema} reads. */
export type IntegerGraphJson = z.infer<typeof integerGraphSchema>;

/** What it says of one site's gates. */
export type IntegerGatesJson = z.infer<typeof gatesSchema>;

/** How one array is written. */
export type ArrayJson = z.infer<typeof arraySchema>;
