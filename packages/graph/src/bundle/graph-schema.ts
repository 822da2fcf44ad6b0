import * as z from 'zod';
import type { Graph, ModelInfo } from '../graph.js';

const id = z.string().min(1).max(256);
const size = z
  .int()
  .min(1)
  .max(2 ** 31 - 1);
const offset = z
  .int()
  .min(0)
  .max(2 ** 31 - 1);
const one = z.tuple([id]);

/** Shape of a value: [C, H, W] or [F]. */
export const shapeSchema = z.array(size).min(1).max(3);

/** [C, H, W]. */
export const featureMapSchema = z.tuple([size, size, size]);

/** The fields of a convolution's geometry. */
export const convFields = {
  kernel: z.tuple([size, size]),
  stride: z.tuple([size, size]),
  padding: z.tuple([offset, offset]),
  dilation: z.tuple([size, size]),
  groups: size,
  outChannels: size,
  bias: z.boolean(),
};

/** The fields of a pool's geometry. */
export const poolFields = {
  kernel: z.tuple([size, size]),
  stride: z.tuple([size, size]),
  padding: z.tuple([offset, offset]),
};

const nodeSchema = z.discriminatedUnion('op', [
  z.strictObject({ op: z.literal('input'), id, inputs: z.tuple([]), shape: shapeSchema }),
  z.strictObject({ op: z.literal('conv'), id, inputs: one, ...convFields }),
  z.strictObject({ op: z.literal('batch-norm'), id, inputs: one, epsilon: z.number().min(0) }),
  z.strictObject({ op: z.literal('linear'), id, inputs: one, outFeatures: size, bias: z.boolean() }),
  z.strictObject({ op: z.literal('add'), id, inputs: z.tuple([id, id]) }),
  z.strictObject({ op: z.literal('concat'), id, inputs: z.array(id).min(1) }),
  z.strictObject({ op: z.literal('average-pool'), id, inputs: one, ...poolFields }),
  z.strictObject({ op: z.literal('max-pool'), id, inputs: one, ...poolFields }),
  z.strictObject({ op: z.literal('global-average-pool'), id, inputs: one }),
  z.strictObject({ op: z.literal('resize'), id, inputs: one, scale: size }),
  z.strictObject({ op: z.literal('flatten'), id, inputs: one }),
  z.strictObject({ op: z.literal('relu'), id, inputs: one }),
  z.strictObject({ op: z.literal('gate'), id, inputs: one }),
  z.strictObject({ op: z.literal('polynomial'), id, inputs: one }),
]);

/** A {@link Graph} as JSON. */
export const graphSchema: z.ZodType<Graph> = z.strictObject({ nodes: z.array(nodeSchema).min(1), output: id });

/** A {@link ModelInfo} as JSON. */
export const infoSchema: z.ZodType<ModelInfo> = z.strictObject({
  name: z.string(),
  dataset: z.string().exactOptional(),
  classes: z.array(z.string()).exactOptional(),
  mean: z.array(z.number()).exactOptional(),
  std: z.array(z.number().positive()).exactOptional(),
});
