/**
 * Checkpoints: everything a run needs to go on exactly where it stood, in one safetensors file written atomically.
 * @module
 */
import { existsSync } from 'node:fs';
import { FormatError } from '@relent/graph';
import { loadSafetensors, noGrad, saveSafetensors, scope, type Tensor } from '@relent/torch';
import { z } from 'zod';
import type { OptimizerState, ParameterList } from './optim/optimizer.js';

const metricsSchema = z.object({
  epoch: z.number().int(),
  learningRate: z.number(),
  trainLoss: z.number(),
  trainAccuracy: z.number(),
  validationLoss: z.number().nullable(),
  validationAccuracy: z.number().nullable(),
  seconds: z.number(),
  imagesPerSecond: z.number(),
});

/** One epoch of a run. Accuracies are in [0, 1], losses in nats. */
export type EpochMetrics = Readonly<z.infer<typeof metricsSchema>>;

const stateSchema = z.object({
  format: z.literal('relent checkpoint 1'),
  /** Everything that must not change between a run and its continuation. */
  configuration: z.string(),
  optimizerStep: z.number().int(),
  history: z.array(metricsSchema),
});

/** What a checkpoint holds besides tensors. */
export type CheckpointState = z.infer<typeof stateSchema>;

/** What a checkpoint holds the tensors of: a network, and what a method adds. */
export interface TensorHolder {
  tensors(): Iterable<[string, Tensor]>;
}

/** The tensors that a checkpoint holds, by name. */
function checkpointTensors(
  network: TensorHolder,
  list: ParameterList,
  optimizer: OptimizerState | null,
): Map<string, Tensor> {
  const tensors = new Map<string, Tensor>();
  for (const [name, value] of network.tensors()) tensors.set(`network.${name}`, value);
  for (const [slot, values] of optimizer?.slots ?? [])
    for (const [i, value] of values.entries()) tensors.set(`optimizer.${slot}.${list.names[i]}`, value);
  return tensors;
}

/** Writes a checkpoint; without an optimiser state it serves to restore the weights only. */
export function saveCheckpoint(
  path: string,
  network: TensorHolder,
  list: ParameterList,
  optimizer: OptimizerState | null,
  state: Omit<CheckpointState, 'format' | 'optimizerStep'>,
): void {
  const full: CheckpointState = { format: 'relent checkpoint 1', optimizerStep: optimizer?.step ?? 0, ...state };
  saveSafetensors(path, checkpointTensors(network, list, optimizer), { checkpoint: JSON.stringify(full) });
}

/**
 * Restores a checkpoint into a network and an optimiser state, and answers the rest; `null` if there is no file.
 * @throws FormatError if the file is damaged or belongs to another network.
 * @throws Error if it belongs to a run of another configuration.
 */
export function restoreCheckpoint(
  path: string,
  network: TensorHolder,
  list: ParameterList,
  optimizer: OptimizerState | null,
  configuration: string,
): CheckpointState | null {
  if (!existsSync(path)) return null;
  return noGrad(() =>
    scope(() => {
      const { tensors, metadata } = loadSafetensors(path);
      const state = parseState(path, metadata.get('checkpoint'));
      if (state.configuration !== configuration)
        throw new Error(
          `"${path}" belongs to a run with other options; give another folder or remove it.\n` +
            `  there: ${state.configuration}\n  here:  ${configuration}`,
        );
      const targets = checkpointTensors(network, list, optimizer);
      for (const [name, target] of targets) {
        const source = tensors.get(name);
        if (source?.shape.join() !== target.shape.join() || source.dtype !== target.dtype)
          throw new FormatError(
            `"${path}" expected ${name} of [${target.shape.join(', ')}], got ${source ? `[${source.shape.join(', ')}]` : 'none'}`,
          );
      }
      for (const [name, target] of targets) target.copy_(tensors.get(name)!);
      if (optimizer) optimizer.step = state.optimizerStep;
      return state;
    }),
  );
}

function parseState(path: string, text: string | undefined): CheckpointState {
  let json: unknown;
  try {
    json = JSON.parse(text ?? '');
  } catch {
    throw new FormatError(`"${path}" expected a checkpoint of relent, got other metadata`);
  }
  const state = stateSchema.safeParse(json);
  if (!state.success)
    throw new FormatError(`"${path}" expected a checkpoint of relent, got ${state.error.issues[0]?.message}`);
  return state.data;
}
