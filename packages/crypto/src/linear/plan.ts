/**
 * How a convolution is cut into polynomials, chosen to cost least; public and deterministic.
 * @module
 */
import { type ConvGeometry, polyBytes, polyDegree } from '@relent/kernels';
import { checkRingBits } from '../ring.js';
import { chooseWidths, type ResponseWidths } from '../rlwe/budget.js';
import { type ConvLayout, layoutConvolution } from './layout.js';

/** A cut of a convolution. AGREEMENT. */
export interface ConvolutionPlan extends ResponseWidths {
  readonly name: string;
  readonly geometry: ConvGeometry;
  readonly ringBits: number;
  /** Bound of the Euclidean norm of the weights of one output channel. */
  readonly weightNorm: number;
  readonly layout: ConvLayout;
  /** Outputs of one tile, [vertical, horizontal], and tiles. */
  readonly tile: readonly [number, number];
  readonly tiles: readonly [number, number];
  /** Distance of rows and of planes in a polynomial. */
  readonly pitch: number;
  readonly planeStride: number;
  /** Groups that share polynomials; above 1 a polynomial holds whole groups. */
  readonly blockGroups: number;
  /** Planes of one input polynomial and outputs of one response. */
  readonly blockPlanes: number;
  readonly blockOutputs: number;
  /** Input polynomials and responses of one set of `blockGroups` groups and one tile. */
  readonly inputBlocks: number;
  readonly outputBlocks: number;
  /** Ciphertexts that the client sends, responses, and ciphertext products. */
  readonly requests: number;
  readonly responses: number;
  readonly products: number;
  readonly bytesUp: number;
  readonly bytesDown: number;
}

/** Work in bytes that take as long on a link of 100 Mbit/s: a product, a request, a response. AGREEMENT. */
const WORK = { product: 200, request: 5000, response: 8000 } as const;
/** Most products in one sum, see the kernel. */
const MOST_BLOCKS = 1024;

type Cut = Pick<
  ConvolutionPlan,
  | 'tile'
  | 'tiles'
  | 'pitch'
  | 'planeStride'
  | 'blockGroups'
  | 'blockPlanes'
  | 'blockOutputs'
  | 'inputBlocks'
  | 'outputBlocks'
>;

/** Ascending distinct values of ceil(total / k). */
function shares(total: number): number[] {
  const values = new Set<number>();
  for (let k = 1; k <= total; k++) values.add(Math.ceil(total / k));
  return [...values].sort((a, b) => a - b);
}

function* tilings(layout: ConvLayout): Generator<Pick<Cut, 'tile' | 'tiles' | 'pitch' | 'planeStride'>> {
  const { rows, columns } = layout;
  for (const height of shares(rows.outputs)) {
    for (const width of shares(columns.outputs)) {
      const tiles = [Math.ceil(rows.outputs / height), Math.ceil(columns.outputs / width)] as const;
      const pitch = width + columns.reach - (tiles[1] === 1 ? columns.overlap : 0);
      const planeStride = (height + rows.reach - (tiles[0] === 1 ? rows.overlap : 0)) * pitch;
      if (planeStride <= polyDegree) yield { tile: [height, width], tiles, pitch, planeStride };
    }
  }
}

function* cuts(layout: ConvLayout): Generator<Cut> {
  const { groups, groupPlanes, groupOutputs } = layout;
  for (const tiling of tilings(layout)) {
    const room = Math.floor(polyDegree / tiling.planeStride);
    for (const blockPlanes of shares(groupPlanes)) {
      const most = Math.min(groupOutputs, Math.floor(room / blockPlanes));
      const inputBlocks = Math.ceil(groupPlanes / blockPlanes);
      if (most < 1 || inputBlocks > MOST_BLOCKS) continue;
      const outputBlocks = Math.ceil(groupOutputs / most);
      // As few outputs as make the same number of responses: their weights add to each other's noise.
      const blockOutputs = Math.ceil(groupOutputs / outputBlocks);
      yield { ...tiling, blockGroups: 1, blockPlanes, blockOutputs, inputBlocks, outputBlocks };
    }
    const together = Math.min(groups, Math.floor(Math.sqrt(room / (groupPlanes * groupOutputs))));
    if (together < 2) continue;
    const blockGroups = Math.ceil(groups / Math.ceil(groups / together));
    const [blockPlanes, blockOutputs] = [blockGroups * groupPlanes, blockGroups * groupOutputs];
    yield { ...tiling, blockGroups, blockPlanes, blockOutputs, inputBlocks: 1, outputBlocks: 1 };
  }
}

function countCut(cut: Cut, layout: ConvLayout): Pick<ConvolutionPlan, 'requests' | 'responses' | 'products'> {
  const sets = Math.ceil(layout.groups / cut.blockGroups) * cut.tiles[0] * cut.tiles[1];
  return {
    requests: sets * cut.inputBlocks,
    responses: sets * cut.outputBlocks,
    products: sets * cut.inputBlocks * cut.outputBlocks,
  };
}

/** Bytes of all responses: c0 takes whole bytes in each. */
function bytesOfResponses(cut: Cut, layout: ConvLayout, widths: ResponseWidths): number {
  let bytes = 0;
  const { rows, columns, groups, groupOutputs } = layout;
  const outputsOf = (set: number, block: number): number => {
    const inSet = Math.min(cut.blockGroups, groups - set * cut.blockGroups) * groupOutputs;
    return Math.min(cut.blockOutputs, inSet - block * cut.blockOutputs);
  };
  const sizes = (tile: number, total: number): number[] =>
    Array.from({ length: Math.ceil(total / tile) }, (_, i) => Math.min(tile, total - i * tile));
  for (let set = 0; set * cut.blockGroups < groups; set++) {
    for (let block = 0; block < cut.outputBlocks; block++) {
      for (const height of sizes(cut.tile[0], rows.outputs)) {
        for (const width of sizes(cut.tile[1], columns.outputs)) {
          const positions = outputsOf(set, block) * height * width;
          bytes += (polyDegree / 8) * widths.bits1 + Math.ceil((positions * widths.bits0) / 8);
        }
      }
    }
  }
  return bytes;
}

/**
 * Plans the correlation of one convolution: the client's z = W · x − s for its x, the server's s.
 *
 * @param ringBits - l of Z_2^l.
 * @param weightNorm - public bound of the Euclidean norm of the weights of one output channel.
 * @param name - of the layer, for errors.
 * @throws RangeError naming the layer if the geometry has no output or the noise budget cannot hold the weights.
 */
export function planConvolution(
  geometry: ConvGeometry,
  ringBits: number,
  weightNorm: number,
  name = 'convolution',
): ConvolutionPlan {
  checkRingBits(ringBits);
  if (!(weightNorm >= 0 && weightNorm < 2 ** 48)) {
    throw new RangeError(`"weightNorm" of "${name}" expected a number in 0..2^48, got ${weightNorm}`);
  }
  const layout = layoutConvolution(geometry);
  if (!(Math.min(layout.rows.outputs, layout.columns.outputs, geometry.outChannels) >= 1)) {
    throw new RangeError(`"geometry" of "${name}" expected a convolution with outputs, got none`);
  }
  const values = geometry.outChannels * layout.rows.outputs * layout.columns.outputs;
  let best: { readonly cut: Cut; readonly widths: ResponseWidths } | null = null;
  let least = Number.POSITIVE_INFINITY;
  let fits = false;
  const known = new Map<string, ResponseWidths | null>();
  for (const cut of cuts(layout)) {
    fits = true;
    const { requests, responses, products } = countCut(cut, layout);
    const floor = requests * (polyBytes + WORK.request) + responses * WORK.response + products * WORK.product;
    if (floor >= least) continue;
    const key = `${cut.blockOutputs} ${responses}`;
    let widths = known.get(key);
    if (widths === undefined) {
      const squaredNorm = cut.blockOutputs * weightNorm * weightNorm;
      widths = chooseWidths({ ringBits, squaredNorm, values }, values / responses);
      known.set(key, widths);
    }
    if (widths === null) continue;
    const cost = floor + (responses * polyDegree * widths.bits1 + values * widths.bits0) / 8;
    if (cost >= least) continue;
    least = cost;
    best = { cut, widths };
  }
  if (best === null) {
    throw new RangeError(
      fits
        ? `layer "${name}" expected weights within the noise budget at ${ringBits} bits, got a norm of up to ${weightNorm}`
        : `layer "${name}" expected a kernel that fits a polynomial of ${polyDegree} coefficients, got a larger one`,
    );
  }
  const { cut, widths } = best;
  const counts = countCut(cut, layout);
  return {
    name,
    geometry,
    ringBits,
    weightNorm,
    layout,
    ...cut,
    ...widths,
    ...counts,
    bytesUp: counts.requests * polyBytes,
    bytesDown: bytesOfResponses(cut, layout, widths),
  };
}
