/**
 * AutoReP: a binary mask with hysteresis over trained indicators, gates that close become a quadratic fitted to their
 * channel, and a penalty on the density brings the count down.
 *
 * Source: Peng et al., AutoReP: Automatic ReLU Replacement for Fast Private Network Inference, ICCV 2023,
 * arXiv:2308.10134.
 * @module
 */
import type { DroppedRule } from '@relent/graph';
import { type Device, Generator, keep, noGrad, ones, rand, scope, type Tensor, where } from '@relent/torch';
import { z } from 'zod';
import { measuring } from '../compute.js';
import { Network } from '../network.js';
import { adam } from '../optim/adam.js';
import { fineTuningOptions } from './fine-tuning.js';
import { GateUnits } from './gate-units.js';
import { unitTensors } from './masked-sites.js';
import { fitQuadratics } from './quadratic-fit.js';
import { stagedMethod } from './staged-method.js';
import { divideEpochs, fineTuningStage, trainingStage } from './training-stage.js';
import { keepLargest } from './unit-ranking.js';
import { named, ownAll, unitTraining, weighedBy } from './unit-training.js';

const optionsSchema = z.object({
  ...fineTuningOptions,
  /** What a closed gate's neurons compute: a quadratic per channel, or nothing (the identity). */
  replacement: z.enum(['quadratic', 'linear']).default('quadratic'),
  /** Factors of c2 and c0 of the fitted quadratics. */
  dampingC2: z.coerce.number().positive().default(0.1),
  dampingC0: z.coerce.number().positive().default(0.2),
  /** Training images from which the quadratics are fitted. */
  fitImages: z.coerce.number().int().positive().default(1000),
  /** λ of the penalty on the density. */
  penalty: z.coerce.number().positive().default(100),
  /** t: a gate closes when its indicator falls below -t, and opens again above t. */
  hysteresis: z.coerce.number().min(0).default(0.003),
  /** Largest learning rate of the selection (Adam). */
  selectionRate: z.coerce.number().positive().default(1e-3),
  /** How many times faster than a weight an indicator moves. */
  speed: z.coerce.number().positive().default(10),
  /** Share of the epochs that selects; the rest fine-tunes. */
  selection: z.coerce.number().gt(0).max(1).default(0.5),
});

/** Options of {@link autorepMethod}. */
export type AutorepOptions = Readonly<z.infer<typeof optionsSchema>>;

/** Part of the selection after which the penalty asks for the whole reduction. */
const ARRIVAL = 0.7;

/** Indicators from U(0, 1), divided by `speed`. */
function freshIndicators(units: GateUnits, seed: number, speed: number, device: Device): Map<string, Tensor> {
  const generator = new Generator(seed);
  const indicators = new Map(
    [...units.counts].map(([root, count]) => [
      root,
      scope(() => keep(rand([count], { generator }).to({ device }).div(speed))).requiresGrad_(),
    ]),
  );
  generator.free();
  return indicators;
}

/** The mask with the gradient of softplus(w), whose slope is never zero. */
function straightThrough(mask: Tensor, indicator: Tensor, speed: number): Tensor {
  const smooth = indicator.mul(speed).exp().add(1).log();
  return mask.add(smooth.sub(smooth.detach()));
}

/** AutoReP: hysteresis mask, distribution-aware quadratics, exactly the budget, fine-tuned with distillation. */
export const autorepMethod = stagedMethod<AutorepOptions>({
  name: 'autorep',
  source: 'Peng et al., AutoReP, ICCV 2023, arXiv:2308.10134',
  options: optionsSchema,
  async *run(context, options, own) {
    const { model, data, budgetComparisons, epochs, seed, signal } = context;
    if (epochs < 1)
      throw new RangeError(`"epochs" expected at least 1 for method autorep, which trains its masks, got ${epochs}`);
    const { replacement, dampingC2, dampingC0, fitImages, penalty, hysteresis, selectionRate, speed } = options;
    const units = new GateUnits(model.graph, model.gateMaps);
    const [first, second] = divideEpochs(epochs, [options.selection, 1 - options.selection]) as [number, number];
    const count = Math.min(units.total, budgetComparisons);
    let dropped = new Map<string, DroppedRule>();
    if (replacement === 'quadratic') {
      const network = own(Network.fromModel(model, measuring(context.compute)));
      const fit = { images: fitImages, damping: { c2: dampingC2, c0: dampingC0 }, ...(signal ? { signal } : {}) };
      dropped = await fitQuadratics(network, data, fit);
      network.free();
    }
    const { student, teacher, sites } = unitTraining(context, units, own, dropped);
    const indicators = ownAll(freshIndicators(units, seed, speed, student.device), own);
    const masks = ownAll(unitTensors(units, 1, student.device), own);
    const target = own(scope(() => keep(ones([1], { device: student.device }))));
    const curve = yield* trainingStage(
      context,
      { folder: 'selection', epochs: first, earlier: [] },
      {
        network: student,
        optimizer: adam(),
        schedule: { kind: 'cosine', peak: selectionRate, final: selectionRate / 10 },
        distillation: { teacher, temperature: options.temperature, weight: options.distillation },
        label: `autorep selection ${count} of ${units.total} ${replacement} ${penalty} ${hysteresis} ${speed}`,
        extension: {
          parameters: new Map(named('indicator', indicators)),
          buffers: new Map([...named('mask', masks), ['target', target]]),
          site: weighedBy(sites, (root) => {
            const mask = masks.get(root);
            return mask ? straightThrough(mask, indicators.get(root)!, speed) : null;
          }),
          loss() {
            const parts = [...masks].map(([root, mask]) => straightThrough(mask, indicators.get(root)!, speed).sum());
            const density = parts.reduce((a, b) => a.add(b)).mul(1 / units.total);
            return density.sub(target).relu().mul(penalty).sum();
          },
          afterStep(done, total) {
            noGrad(() =>
              scope(() => {
                for (const [root, mask] of masks) {
                  const w = indicators.get(root)!;
                  const closed = w.lt(-hysteresis / speed);
                  const open = w.gt(hysteresis / speed);
                  mask.copy_(where(open, mask.clone().fill_(1), where(closed, mask.clone().zero_(), mask)));
                }
                const progress = Math.min(1, done / total / ARRIVAL);
                target.fill_(1 - (1 - count / units.total) * progress);
              }),
            );
          },
        },
      },
      own,
    );
    const scores = new Map([...indicators].map(([root, value]) => [root, value.toFloat32()]));
    const gateMaps = units.gateMaps(keepLargest(units, scores, count), dropped);
    const place = { folder: 'tune', epochs: second, earlier: curve };
    const label = `autorep ${count} ${replacement}`;
    return yield* fineTuningStage(context, place, student.toModel(model.info), gateMaps, { ...options, label }, own);
  },
});
