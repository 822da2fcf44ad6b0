/**
 * Convolutions as products of polynomials.
 *
 * Stride s splits the input into s × s phases, each a channel of its own, so that every convolution has stride 1; phases
 * without taps vanish (a strided 1 × 1 convolution subsamples its input). Rows of a plane follow each other at distance
 * `pitch`, planes at distance `planeStride`; zeros of the padding that end a row serve as those that begin the next, and
 * likewise for planes.
 *
 * With C channels and M outputs in one product, M · C · planeStride ≤ 4096:
 *
 *     x̂ = Σ X[c][i][j] · X^(c · planeStride + i · pitch + j)
 *     ŵ = Σ W[m][c][tap] · X^((M − 1 − m) · C · planeStride − c · planeStride − tap.row · pitch − tap.column)
 *     Y[m][i][j] is the coefficient (M − 1 − m) · C · planeStride + i · pitch + j of x̂ · ŵ mod X^4096 + 1.
 *
 * Source:  Huang et al., Cheetah (USENIX Security 2022), §3; several outputs a product.
 * Differs: phases, shared padding, exponents modulo 2 · 4096 instead of an offset.
 * @module
 */
import type { ConvGeometry } from '@relent/kernels';

/** One axis of the stride-1 form. */
export interface AxisLayout {
  /** Residues modulo the stride that some tap reads. */
  readonly phases: readonly number[];
  /** Phase (an index into `phases`) and offset of every tap of the kernel along this axis. */
  readonly taps: readonly { readonly phase: number; readonly offset: number }[];
  /** Input index of plane index 0 is `stride` · `first` + phase. */
  readonly first: number;
  readonly stride: number;
  readonly inputs: number;
  readonly outputs: number;
  /** Largest offset of a tap. */
  readonly reach: number;
  /** Zeros that the end of one line can share with the start of the next, if the axis is not tiled. */
  readonly overlap: number;
}

/** Both axes and the channels of the stride-1 form. */
export interface ConvLayout {
  readonly rows: AxisLayout;
  readonly columns: AxisLayout;
  /** Phase planes of one input channel. */
  readonly planes: number;
  readonly groups: number;
  /** Planes that one group reads, and outputs that it makes. */
  readonly groupPlanes: number;
  readonly groupOutputs: number;
}

const modulo = (a: number, m: number): number => ((a % m) + m) % m;

function layoutAxis(g: ConvGeometry, axis: 0 | 1): AxisLayout {
  const inputs = axis === 0 ? g.inHeight : g.inWidth;
  const [kernel, stride, padding, dilation] = [g.kernel[axis], g.stride[axis], g.padding[axis], g.dilation[axis]];
  const outputs = Math.floor((inputs + 2 * padding - dilation * (kernel - 1) - 1) / stride) + 1;
  const reads = Array.from({ length: kernel }, (_, a) => a * dilation - padding);
  const phases = [...new Set(reads.map((at) => modulo(at, stride)))].sort((a, b) => a - b);
  const quotients = reads.map((at) => Math.floor(at / stride));
  const first = Math.min(...quotients);
  const reach = Math.max(...quotients) - first;
  let overlap = reach;
  for (const phase of phases) {
    const inside = Array.from({ length: outputs + reach }, (_, i) => {
      const at = stride * (first + i) + phase;
      return at >= 0 && at < inputs;
    });
    const leading = inside.indexOf(true);
    const trailing = inside.length - 1 - inside.lastIndexOf(true);
    if (leading >= 0) overlap = Math.min(overlap, leading, trailing);
  }
  const taps = reads.map((at, a) => ({
    phase: phases.indexOf(modulo(at, stride)),
    offset: (quotients[a] ?? 0) - first,
  }));
  return { phases, taps, first, stride, inputs, outputs, reach, overlap };
}

/** The stride-1 form of a convolution. */
export function layoutConvolution(g: ConvGeometry): ConvLayout {
  const rows = layoutAxis(g, 0);
  const columns = layoutAxis(g, 1);
  const planes = rows.phases.length * columns.phases.length;
  return {
    rows,
    columns,
    planes,
    groups: g.groups,
    groupPlanes: (g.inChannels / g.groups) * planes,
    groupOutputs: g.outChannels / g.groups,
  };
}
