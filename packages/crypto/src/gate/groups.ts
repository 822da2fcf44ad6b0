/**
 * Which neurons share which gate.
 * @module
 */

/** Neurons of a site by gate, in compressed rows; neurons without gate are left out, gates without neuron too. */
export interface Groups {
  /** [groups] gate index of each group, ascending. */
  readonly gates: Int32Array;
  /** [groups + 1] start of each group in {@link neurons}. */
  readonly start: Int32Array;
  /** [gated neurons] neuron indices, group after group, ascending within a group. */
  readonly neurons: Int32Array;
}

/**
 * Groups neurons by gate.
 * @param gateOf - [neurons] gate index, or -1 for none.
 * @throws RangeError if an entry lies outside -1..gateCount - 1.
 */
export function groupNeurons(gateOf: Int32Array, gateCount: number): Groups {
  const sizes = new Int32Array(gateCount);
  for (let i = 0; i < gateOf.length; i++) {
    const gate = gateOf[i]!;
    if (gate < -1 || gate >= gateCount) {
      throw new RangeError(`"gateOf[${i}]" expected -1..${gateCount - 1}, got ${gate}`);
    }
    if (gate >= 0) sizes[gate] = sizes[gate]! + 1;
  }
  const gates: number[] = [];
  const start: number[] = [0];
  const next = new Int32Array(gateCount);
  let total = 0;
  for (let gate = 0; gate < gateCount; gate++) {
    next[gate] = total;
    if (sizes[gate] === 0) continue;
    total += sizes[gate]!;
    gates.push(gate);
    start.push(total);
  }
  const neurons = new Int32Array(total);
  for (let i = 0; i < gateOf.length; i++) {
    const gate = gateOf[i]!;
    if (gate < 0) continue;
    neurons[next[gate]!] = i;
    next[gate] = next[gate]! + 1;
  }
  return { gates: Int32Array.from(gates), start: Int32Array.from(start), neurons };
}

/** [groups] neurons in each group. */
export function groupSizes(groups: Groups): Uint32Array {
  return Uint32Array.from(groups.gates, (_, g) => groups.start[g + 1]! - groups.start[g]!);
}
