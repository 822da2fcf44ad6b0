/**
 * The weight of a sparsity penalty, raised whenever too little has closed.
 *
 * Source: Cho et al. (SNL), ICML 2022, algorithm 1, where λ grows by a factor whenever the count stalls. Here the count is
 * compared with a path from all gates to the budget along the stage, and λ falls again when the count is ahead of it, so
 * that a stage of any length ends near the budget.
 * @module
 */
import { type Device, keep, noGrad, scope, type Tensor, tensor } from '@relent/torch';

/** Decisions about λ in one stage. */
const CHECKS = 100;

/** Part of the stage after which the budget should have been reached. */
const ARRIVAL = 0.85;

/** How a penalty moves. */
export interface PenaltyOptions {
  /** λ at the start. */
  readonly start: number;
  /** Factor by which λ grows or falls. */
  readonly growth: number;
  /** Open gates at the start and at the end. */
  readonly from: number;
  readonly to: number;
  /** Where λ lies; the CPU unless given. */
  readonly device?: Device;
}

/** λ and its moves. λ is a tensor, so that checkpoints hold it. */
export class PenaltyControl {
  /** [] float32: λ. */
  readonly value: Tensor;
  readonly #options: PenaltyOptions;

  constructor(options: PenaltyOptions) {
    this.#options = options;
    this.value = scope(() => keep(tensor(Float32Array.of(options.start), { shape: [], device: options.device })));
  }

  /**
   * Moves λ, at some of the steps.
   * @param open - Counts the gates that are open.
   */
  afterStep(done: number, total: number, open: () => number): void {
    const interval = Math.max(1, Math.floor(total / CHECKS));
    if (done % interval !== 0) return;
    const { growth, from, to } = this.#options;
    const target = from * (Math.max(to, 1) / from) ** Math.min(1, done / total / ARRIVAL);
    const factor = open() > target ? growth : 1 / growth;
    noGrad(() => this.value.mul_(factor));
  }

  /** Frees λ. */
  free(): void {
    this.value.free();
  }
}
