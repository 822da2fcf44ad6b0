/**
 * Shared multiplexing in one round trip: the server ends with y - r, y = x(b + a·d), d = d_c ⊕ d_s the group's gate, though it
 * learns d_s only from the message that also brings its part of y.
 *
 * The client knows d_c and its x_c when it answers. Of x_s·d_c it holds a share B_c: the server sends e = x_s - (p1 - p0) under
 * an OT in which the client's choice is α, the client ρ = d_c ⊕ α. Then
 *
 *     d·x = d_s x_s + (1 - 2 d_s)(B_s + B_c) + (d_s ? (1 - d_c) x_c : d_c x_c),      B_s = ρ x_s - (1 - 2ρ) p0.
 *
 * For both values k of d_s the client encrypts V_k = b x_c + a((1 - 2k) B_c + (k ? 1 - d_c : d_c) x_c) - r under H(K ⊕ kΔ), K the key
 * of d_s; the server opens the one of its tag K ⊕ d_s Δ and adds b x_s + a(d_s x_s + (1 - 2 d_s) B_s).
 *
 * Cost: per neuron online l bits down and 2l up; per group 1 bit up and offline 1 random OT (the server sends).
 * Security: semi-honest. e is padded by the pad that the client did not choose, ρ by α; V_{1-d_s} by H(tag ⊕ Δ), the other V by r.
 * Source: private-inference.md §2.11 mode B; products by OT: Gilboa, CRYPTO 1999.
 * @module
 */
import type { BitReader, BitWriter } from '../bit-stream.js';
import { negateIf, reduce, select } from '../ring.js';
import type { Groups } from './groups.js';
import { elementBytes } from './mux.js';
import { type ReceiverPads, readPad, type SenderPads } from './pads.js';
import type { SiteShape } from './site-plan.js';
import type { TruncatePlan } from './truncate.js';

/** The client's half of the groups' OTs; arrays over gated neurons in group order unless said otherwise. */
export interface DirectClient {
  /** [groups] α. */
  readonly choices: Uint8Array;
  readonly chosen: Int32Array;
  /** Number of the first group's key among all that are hashed in the session. */
  readonly tweak: number;
}

/** The server's half. */
export interface DirectServer {
  /** p0. */
  readonly pads: Int32Array;
  /** p1 - p0. */
  readonly differences: Int32Array;
  /** As at the client. */
  readonly tweak: number;
}

function readElements(bytes: Uint8Array, count: number, plan: TruncatePlan): Int32Array {
  const width = elementBytes(plan);
  return Int32Array.from({ length: count }, (_, k) => readPad(bytes, k * width, width));
}

/** Offline, client: keeps its half. */
export function keepDirectClient(
  plan: TruncatePlan,
  groups: Groups,
  received: ReceiverPads,
  tweak: number,
): DirectClient {
  return {
    choices: received.choices.slice(),
    chosen: readElements(received.chosen, groups.neurons.length, plan),
    tweak,
  };
}

/** Offline, server: keeps its half. */
export function keepDirectServer(plan: TruncatePlan, groups: Groups, sent: SenderPads, tweak: number): DirectServer {
  const pads = readElements(sent.zero, groups.neurons.length, plan);
  const ones = readElements(sent.one, groups.neurons.length, plan);
  return { pads, differences: ones.map((one, k) => one - pads[k]!), tweak };
}

/** The affine pair of a neuron. */
function pairOf({ a, b, neuronsPerChannel }: SiteShape, neuron: number): readonly [number, number] {
  const channel = Math.floor(neuron / neuronsPerChannel);
  return [a[channel]!, b[channel]!];
}

/** Message 1, server: writes e per gated neuron. */
export function offerDirectServer(
  shape: SiteShape,
  groups: Groups,
  state: DirectServer,
  x: Int32Array,
  writer: BitWriter,
): void {
  groups.neurons.forEach((neuron, k) => {
    writer.write(x[neuron]! - state.differences[k]!, shape.ringBits);
  });
}

/**
 * Messages 1 and 2, client: reads e; writes ρ per group, then both encrypted candidates of every gated neuron.
 * @param gates - [gateCount] its gate shares.
 * @param x - [neurons] its truncated shares.
 * @param r - [neurons].
 * @param pads - the pads of both keys of every group, [gated neurons × element bytes] each.
 */
export function answerDirectClient(
  shape: SiteShape,
  groups: Groups,
  state: DirectClient,
  gates: Uint8Array,
  x: Int32Array,
  r: Int32Array,
  pads: SenderPads,
  reader: BitReader,
  writer: BitWriter,
): void {
  const { ringBits: l } = shape;
  const width = elementBytes({ ringBits: l, bits: 0 });
  for (let g = 0; g < groups.gates.length; g++) writer.write(gates[groups.gates[g]!]! ^ state.choices[g]!, 1);
  for (let g = 0; g < groups.gates.length; g++) {
    const gate = gates[groups.gates[g]!]!;
    const choice = state.choices[g]!;
    for (let k = groups.start[g]!; k < groups.start[g + 1]!; k++) {
      const neuron = groups.neurons[k]!;
      const [a, b] = pairOf(shape, neuron);
      const value = x[neuron]!;
      const share = negateIf(gate ^ choice, state.chosen[k]! + select(choice, reader.read(l)));
      const base = Math.imul(b, value) - r[neuron]!;
      const closed = base + Math.imul(a, select(gate, value) + share);
      const open = base + Math.imul(a, select(gate ^ 1, value) - share);
      writer.write(closed + readPad(pads.zero, k * width, width), l);
      writer.write(open + readPad(pads.one, k * width, width), l);
    }
  }
}

/**
 * Message 2, server: reads ρ and the candidates.
 * @param gates - [gateCount] its gate shares.
 * @param x - [neurons] its truncated shares.
 * @param pads - the pads of its tags, [gated neurons × element bytes].
 * @param y - [neurons] where y - r of the gated neurons is written.
 */
export function chooseDirectServer(
  shape: SiteShape,
  groups: Groups,
  state: DirectServer,
  gates: Uint8Array,
  x: Int32Array,
  pads: Uint8Array,
  reader: BitReader,
  y: Int32Array,
): void {
  const { ringBits: l } = shape;
  const width = elementBytes({ ringBits: l, bits: 0 });
  const opened = Uint8Array.from(groups.gates, () => reader.read(1));
  for (let g = 0; g < groups.gates.length; g++) {
    const gate = gates[groups.gates[g]!]!;
    const rho = opened[g]!;
    for (let k = groups.start[g]!; k < groups.start[g + 1]!; k++) {
      const neuron = groups.neurons[k]!;
      const [a, b] = pairOf(shape, neuron);
      const value = x[neuron]!;
      const closed = reader.read(l);
      const open = reader.read(l);
      const part = (closed ^ select(gate, closed ^ open)) - readPad(pads, k * width, width);
      const share = select(rho, value) - negateIf(rho, state.pads[k]!);
      const own = Math.imul(b, value) + Math.imul(a, select(gate, value) + negateIf(gate, share));
      y[neuron] = reduce(part + own, l);
    }
  }
}
