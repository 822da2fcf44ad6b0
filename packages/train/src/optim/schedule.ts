/**
 * Learning rates over a run, as data, evaluated at every step.
 * @module
 */

/** How the learning rate moves. `peak` is the largest rate; fractions are of the whole run. */
export type Schedule =
  | { readonly kind: 'constant'; readonly peak: number }
  | {
      readonly kind: 'step';
      readonly peak: number;
      /** Fractions of the run, rising, at which the rate is multiplied by `factor`. */
      readonly at: readonly number[];
      readonly factor: number;
    }
  | { readonly kind: 'cosine'; readonly peak: number; readonly warmup?: number; readonly final?: number }
  | {
      readonly kind: 'one-cycle';
      readonly peak: number;
      /** Fraction of the run that rises; 0.3 unless given. */
      readonly rise?: number;
      /** First rate; `peak / 25` unless given. */
      readonly start?: number;
      /** Last rate; `peak / 10000` unless given. */
      readonly final?: number;
    };

function between(from: number, to: number, fraction: number): number {
  return from + (to - from) * fraction;
}

/** From `from` to `to` along half a cosine. */
function ease(from: number, to: number, fraction: number): number {
  return between(to, from, (1 + Math.cos(Math.PI * fraction)) / 2);
}

/**
 * The learning rate of one step.
 *
 * Source: cosine: Loshchilov & Hutter, SGDR, arXiv:1608.03983, equation 5; one-cycle: Smith & Topin, Super-Convergence,
 * arXiv:1708.07120, with linear rise and cosine fall.
 * @param step - 0 … totalSteps - 1.
 * @param totalSteps - Steps in the run.
 * @throws RangeError if a rate is negative or not finite, or the step is outside the run.
 */
export function scheduleAt(schedule: Schedule, step: number, totalSteps: number): number {
  const { peak } = schedule;
  if (!(peak >= 0 && peak < Infinity)) throw new RangeError(`"peak" expected a finite rate of at least 0, got ${peak}`);
  if (!(step >= 0 && step < totalSteps))
    throw new RangeError(`"step" expected a number in [0, ${totalSteps}), got ${step}`);
  const progress = step / totalSteps;
  switch (schedule.kind) {
    case 'constant':
      return peak;
    case 'step':
      return peak * schedule.factor ** schedule.at.filter((fraction) => progress >= fraction).length;
    case 'cosine': {
      const warmup = schedule.warmup ?? 0;
      if (progress < warmup) return peak * ((step + 1) / (warmup * totalSteps));
      return ease(peak, schedule.final ?? 0, (progress - warmup) / (1 - warmup));
    }
    case 'one-cycle': {
      const rise = schedule.rise ?? 0.3;
      if (progress < rise) return between(schedule.start ?? peak / 25, peak, progress / rise);
      return ease(peak, schedule.final ?? peak / 10_000, (progress - rise) / (1 - rise));
    }
    default:
      return schedule satisfies never;
  }
}
