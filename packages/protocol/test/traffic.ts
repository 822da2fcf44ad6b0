/** Metered traffic in the form of the prediction. */
import type { PhaseCost, PhaseTraffic } from '@relent/protocol';

/** The steps of a phase without times, as the prediction lists them. */
export function traffic({ steps, ...phase }: PhaseTraffic): PhaseCost {
  const { bytesUp, bytesDown, messages, rounds } = phase;
  return { bytesUp, bytesDown, messages, rounds, steps: steps.map(({ ms: _, ...step }) => step) };
}
