import type { Tensor } from '@relent/torch';
import type { SiteFunction } from './layers/layer.js';
import type { Network } from './network.js';

/** One batch in training: the images, their labels, and the network's answers to them. */
export interface TrainingBatch {
  readonly network: Network;
  readonly images: Tensor;
  readonly labels: Tensor;
  /** [N, K]; gradient flows through them. */
  readonly logits: Tensor;
}

/** What a reduction method adds to a training run: tensors of its own, other sites, further loss, work in between. */
export interface TrainingExtension {
  /** Tensors trained besides the network's parameters; they belong to the caller. */
  readonly parameters?: ReadonlyMap<string, Tensor>;
  /** Tensors that checkpoints hold besides the network's, and that are not trained; they belong to the caller. */
  readonly buffers?: ReadonlyMap<string, Tensor>;
  /** Stands in for the sites of the network, in training and in validation. */
  readonly site?: SiteFunction;
  /** Called while training with the value of every node of the network, then with those of the teacher. */
  readonly observe?: (id: string, value: Tensor) => void;
  readonly observeTeacher?: (id: string, value: Tensor) => void;
  /** Added to the loss of each batch. */
  readonly loss?: (batch: TrainingBatch) => Tensor;
  /** Called before each epoch, counted from 0; a run that goes on from a checkpoint calls it again for that epoch. */
  readonly beforeEpoch?: (epoch: number) => Promise<void> | void;
  /** Called after each update with the updates done and those of the whole run. */
  readonly afterStep?: (done: number, total: number) => void;
  /** Called after the last update of each epoch, before validation and the checkpoint. */
  readonly afterEpoch?: () => void;
}
