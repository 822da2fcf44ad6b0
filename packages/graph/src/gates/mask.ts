import type { DroppedRule, GateMap } from '../gate-map.js';
import { plainGates } from './plain.js';
import { validateGateMap } from './validate.js';

/**
 * Keeps the gates of some neurons of `inner`; the others compute `dropped` instead.
 *
 * Source: Cho et al. (SNL), ICML 2022; Kundu et al. (SENet), arXiv:2301.09254.
 * @param keep - bitset over the C·H·W neurons; a neuron is gated if it is here and in `inner`.
 * @param dropped - what all neurons without gate compute, those that `inner` had dropped included; its own rule unless given.
 * @throws RangeError if the bitset or the coefficients have a wrong length.
 */
export function maskGates(inner: GateMap, keep: Uint8Array, dropped: DroppedRule | null = inner.dropped): GateMap {
  const { mask } = inner;
  const map = { ...inner, mask: mask ? keep.map((byte, i) => byte & (mask[i] ?? 0)) : keep.slice(), dropped };
  validateGateMap(map);
  return map;
}

/** A culled site: every neuron is linear. Source: Jha et al. (DeepReDuce), arXiv:2103.01396. */
export function linearGates(shape: readonly [number, number, number]): GateMap {
  return maskGates(plainGates(shape), new Uint8Array(Math.ceil((shape[0] * shape[1] * shape[2]) / 8)));
}

/**
 * A site without gates: every neuron computes its channel's quadratic.
 *
 * Source: AutoReP, ICCV 2023; Mishra et al. (Delphi), USENIX Security 2020.
 * @throws RangeError if a coefficient array does not have one entry a channel.
 */
export function polynomialGates(shape: readonly [number, number, number], coefficients: DroppedRule): GateMap {
  return maskGates(linearGates(shape), new Uint8Array(Math.ceil((shape[0] * shape[1] * shape[2]) / 8)), coefficients);
}
