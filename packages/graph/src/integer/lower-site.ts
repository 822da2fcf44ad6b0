import type { CompiledGates, DroppedRule } from '../gate-map.js';
import type { IntegerGates } from '../integer-graph.js';
import type { Lowered, LoweredPart } from './lowered.js';
import { roundQuadratics } from './quadratics.js';
import {
  type ChannelRules,
  channelRules,
  checkBound,
  largestBound,
  quadraticBound,
  scoreBound,
  siteBounds,
  truncatedBounds,
} from './range-proof.js';
import { roundGates, type Scale, scaleValue } from './scales.js';

/** What of a site does not depend on the precision. */
export interface RoundedSite {
  readonly gates: IntegerGates;
  readonly rules: ChannelRules;
  /** The quadratics, if some neuron obeys them. */
  readonly quadratics: DroppedRule | null;
}

/** Calibrated maxima of a site, as real numbers, and the proof's parameters. */
export interface SiteRanges {
  readonly output: number;
  /** Read at sites with quadratics only. */
  readonly preactivation: number;
  readonly margin: number;
  readonly ringBits: number;
}

/** Rounds what of a site does not depend on the precision. */
export function roundSite(compiled: CompiledGates): RoundedSite {
  const gates = roundGates(compiled);
  const rules = channelRules(gates);
  return { gates, rules, quadratics: rules.dropped.includes(1) ? compiled.dropped : null };
}

/** The site of a `polynomial` node: no neuron has a gate. */
export function ungatedSite(shape: readonly [number, number, number], quadratics: DroppedRule): CompiledGates {
  return {
    shape,
    comparisons: 0,
    scoreStart: new Int32Array(1),
    scoreNeuron: new Int32Array(0),
    scoreWeight: new Float32Array(0),
    source: null,
    gateOf: new Int32Array(shape[0] * shape[1] * shape[2]).fill(-1),
    a: new Float32Array(shape[0]),
    b: new Float32Array(shape[0]),
    dropped: quadratics,
  };
}

/**
 * Lowers a site: it truncates so many bits that the calibrated maximum of its output keeps `bits` bits, before the
 * factor 2^affineBits. A truncation takes at least one bit.
 */
export function lowerSite(
  site: RoundedSite,
  input: string,
  x: Lowered,
  bits: number,
  { output, preactivation, margin, ringBits }: SiteRanges,
): LoweredPart {
  const { quadratics, rules } = site;
  // A site that is silent on all calibration images says nothing of its range.
  const largest = output || largestBound(x.bounds) * scaleValue(x.scale);
  const range = quadratics ? Math.max(largest, preactivation) : largest;
  const spare = range === 0 ? 0 : Math.ceil(Math.log2(range / scaleValue(x.scale))) - bits;
  const truncationBits = Math.min(ringBits - 2, Math.max(1, spare));
  const unit: Scale = { exponent: x.scale.exponent + truncationBits, odd: x.scale.odd };
  const scale: Scale = { exponent: unit.exponent - site.gates.affineBits, odd: unit.odd };
  let truncated = truncatedBounds(x.bounds, truncationBits);
  let gates = site.gates;
  if (quadratics) {
    const bound = preactivation * margin;
    const ring = { bits: ringBits, truncationBits };
    gates = { ...gates, dropped: roundQuadratics(quadratics, scaleValue(unit), bound, gates.affineBits, ring) };
    truncated = truncated.map((worst) => Math.min(worst, Math.ceil(bound / scaleValue(unit)) + 1));
  }
  const calibrated = Math.ceil((largest * margin) / scaleValue(scale)) + 1;
  return {
    node: { op: 'site', inputs: [input], truncationBits, gates },
    scale,
    bounds: siteBounds(gates, rules, truncated).map((worst) => Math.min(worst, calibrated)),
    failure:
      checkBound('z', largestBound(x.bounds), ringBits - 2) ??
      checkBound('score', scoreBound(gates, x.bounds), ringBits - 2) ??
      checkBound('product', quadraticBound(gates, rules, truncated), ringBits - 2),
  };
}
