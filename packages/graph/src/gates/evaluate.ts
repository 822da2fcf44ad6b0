import type { CompiledGates } from '../gate-map.js';

/**
 * The decisions of a site's own gates: d(s) = [s > 0], one byte a gate.
 * @param x - [C·H·W] pre-activations.
 */
export function evaluateGates(gates: CompiledGates, x: Float32Array): Uint8Array {
  const { scoreStart, scoreNeuron, scoreWeight } = gates;
  return Uint8Array.from({ length: gates.comparisons }, (_, g) => {
    let score = 0;
    for (let k = scoreStart[g]!; k < scoreStart[g + 1]!; k++) score += scoreWeight[k]! * x[scoreNeuron[k]!]!;
    return score > 0 ? 1 : 0;
  });
}

/**
 * The activations of a site, given the decisions of the gates that it obeys.
 * @param x - [C·H·W] pre-activations.
 * @param decisions - one byte for each gate of the site itself, or of its source.
 */
export function applyGates(gates: CompiledGates, x: Float32Array, decisions: Uint8Array): Float32Array {
  const { gateOf, a, b, dropped } = gates;
  const plane = gates.shape[1] * gates.shape[2];
  return x.map((value, i) => {
    const c = Math.floor(i / plane);
    const gate = gateOf[i]!;
    if (gate >= 0) return value * (a[c]! * decisions[gate]! + b[c]!);
    return dropped ? (dropped.c2[c]! * value + dropped.c1[c]!) * value + dropped.c0[c]! : value;
  });
}
