/**
 * Which value stands where in the polynomials of a plan; see layout.ts for the equations.
 * @module
 */
import { polyDegree, type ResponseSpec } from '@relent/kernels';
import type { ConvolutionPlan } from './plan.js';

/** A set of groups and a tile: the polynomials that belong together. */
export interface Part {
  readonly set: number;
  readonly row: number;
  readonly column: number;
}

/** The parts of a plan in the order of the messages: sets, then tiles row by row. */
export function partsOf(plan: ConvolutionPlan): Part[] {
  const parts: Part[] = [];
  for (let set = 0; set * plan.blockGroups < plan.layout.groups; set++) {
    for (let row = 0; row < plan.tiles[0]; row++) {
      for (let column = 0; column < plan.tiles[1]; column++) parts.push({ set, row, column });
    }
  }
  return parts;
}

/** A response: the part whose inputs it sums over, the part's place among the requests, and its block of outputs. */
export interface ResponseKey {
  readonly part: Part;
  readonly index: number;
  readonly block: number;
}

/** The responses of a plan in the order of the messages: those of the same weights together. */
export function responsesOf(plan: ConvolutionPlan): ResponseKey[] {
  const tiles = plan.tiles[0] * plan.tiles[1];
  const parts = partsOf(plan);
  const keys: ResponseKey[] = [];
  for (let first = 0; first < parts.length; first += tiles) {
    for (let block = 0; block < plan.outputBlocks; block++) {
      for (let index = first; index < first + tiles; index++) {
        const part = parts[index];
        if (part !== undefined) keys.push({ part, index, block });
      }
    }
  }
  return keys;
}

/** Planes and outputs of a set of groups: first and count. */
function rangesOf(plan: ConvolutionPlan, set: number): { planes: [number, number]; outputs: [number, number] } {
  const { groups, groupPlanes, groupOutputs } = plan.layout;
  const first = set * plan.blockGroups;
  const count = Math.min(plan.blockGroups, groups - first);
  return { planes: [first * groupPlanes, count * groupPlanes], outputs: [first * groupOutputs, count * groupOutputs] };
}

/** Writes one phase plane of the input, as far as the tile reads it. */
function packPlane(plan: ConvolutionPlan, part: Part, x: Int32Array, plane: number, to: Int32Array, at: number): void {
  const { rows, columns, planes } = plan.layout;
  const { inHeight, inWidth } = plan.geometry;
  const channel = Math.floor(plane / planes);
  const phase = plane % planes;
  const rowPhase = rows.phases[Math.floor(phase / columns.phases.length)] ?? 0;
  const columnPhase = columns.phases[phase % columns.phases.length] ?? 0;
  for (let i = 0; i < plan.tile[0] + rows.reach; i++) {
    const row = rows.stride * (rows.first + part.row * plan.tile[0] + i) + rowPhase;
    if (row < 0 || row >= inHeight) continue;
    for (let j = 0; j < plan.tile[1] + columns.reach; j++) {
      const column = columns.stride * (columns.first + part.column * plan.tile[1] + j) + columnPhase;
      if (column < 0 || column >= inWidth) continue;
      to[at + i * plan.pitch + j] = x[(channel * inHeight + row) * inWidth + column] ?? 0;
    }
  }
}

/**
 * The input polynomials of a part.
 * @param x - [inChannels, inHeight, inWidth].
 * @returns [inputBlocks × 4096].
 */
export function packInputs(plan: ConvolutionPlan, part: Part, x: Int32Array): Int32Array {
  const out = new Int32Array(plan.inputBlocks * polyDegree);
  const [first, count] = rangesOf(plan, part.set).planes;
  for (let k = 0; k < count; k++) {
    const block = Math.floor(k / plan.blockPlanes);
    const at = block * polyDegree + (k % plan.blockPlanes) * plan.planeStride;
    packPlane(plan, part, x, first + k, out, at);
  }
  return out;
}

/**
 * The weight polynomials of one response, the same for all tiles.
 * @param weight - [outChannels, inChannels / groups, kh, kw].
 * @returns [inputBlocks × 4096].
 */
export function packWeights(plan: ConvolutionPlan, set: number, block: number, weight: Int32Array): Int32Array {
  const { rows, columns, planes, groupOutputs, groupPlanes } = plan.layout;
  const [kernelRows, kernelColumns] = plan.geometry.kernel;
  const out = new Int32Array(plan.inputBlocks * polyDegree);
  const ranges = rangesOf(plan, set);
  const groupIn = groupPlanes / planes;
  const outputs = Math.min(plan.blockOutputs, ranges.outputs[1] - block * plan.blockOutputs);
  for (let m = 0; m < outputs; m++) {
    const output = ranges.outputs[0] + block * plan.blockOutputs + m;
    const group = Math.floor(output / groupOutputs);
    const target = (plan.blockOutputs - 1 - m) * plan.blockPlanes * plan.planeStride;
    for (let c = 0; c < groupIn; c++) {
      for (let a = 0; a < kernelRows; a++) {
        for (let b = 0; b < kernelColumns; b++) {
          const row = rows.taps[a] ?? { phase: 0, offset: 0 };
          const column = columns.taps[b] ?? { phase: 0, offset: 0 };
          const phase = row.phase * columns.phases.length + column.phase;
          const plane = (group * groupIn + c) * planes + phase - ranges.planes[0];
          const inBlock = (plane % plan.blockPlanes) * plan.planeStride;
          const exponent = target - inBlock - row.offset * plan.pitch - column.offset;
          const value = weight[((output * groupIn + c) * kernelRows + a) * kernelColumns + b] ?? 0;
          const at = Math.floor(plane / plan.blockPlanes) * polyDegree;
          // X^4096 = −1.
          if (exponent >= 0) out[at + exponent] = value;
          else out[at + polyDegree + exponent] = -value;
        }
      }
    }
  }
  return out;
}

/** Where the values of one response stand, and which outputs they are. */
export interface ResponsePlaces {
  readonly spec: ResponseSpec;
  /** [positions] indices into [outChannels, outHeight, outWidth]. */
  readonly outputs: Uint32Array;
}

/** The places of a response of a part. */
export function responsePlaces(plan: ConvolutionPlan, part: Part, block: number): ResponsePlaces {
  const { rows, columns } = plan.layout;
  const ranges = rangesOf(plan, part.set);
  const outputs = Math.min(plan.blockOutputs, ranges.outputs[1] - block * plan.blockOutputs);
  const height = Math.min(plan.tile[0], rows.outputs - part.row * plan.tile[0]);
  const width = Math.min(plan.tile[1], columns.outputs - part.column * plan.tile[1]);
  const positions = new Uint32Array(outputs * height * width);
  const indices = new Uint32Array(positions.length);
  let at = 0;
  for (let m = outputs - 1; m >= 0; m--) {
    const output = ranges.outputs[0] + block * plan.blockOutputs + m;
    const target = (plan.blockOutputs - 1 - m) * plan.blockPlanes * plan.planeStride;
    for (let i = 0; i < height; i++) {
      for (let j = 0; j < width; j++) {
        positions[at] = target + i * plan.pitch + j;
        const row = part.row * plan.tile[0] + i;
        indices[at++] = (output * rows.outputs + row) * columns.outputs + part.column * plan.tile[1] + j;
      }
    }
  }
  return { spec: { ringBits: plan.ringBits, positions, bits0: plan.bits0, bits1: plan.bits1 }, outputs: indices };
}
