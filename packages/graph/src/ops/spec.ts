import type { FloatTensor, Node, OpName, Shape } from '../graph.js';

/** The node type of one operator. */
export type NodeOf<K extends OpName> = Extract<Node, { readonly op: K }>;

/** One weight that a node needs: the model keeps it under `${node.id}.${suffix}`. */
export interface WeightSpec {
  readonly suffix: string;
  readonly shape: Shape;
}

/** What the float evaluation of one node may ask for besides its inputs. */
export interface FloatContext {
  /** Data of the node's weight `${id}.${suffix}`. */
  weight(suffix: string): Float32Array;
  /** The node's site applied to its pre-activation. */
  applySite(x: Float32Array): Float32Array;
}

/** All that the library knows of one operator. Adding an operator means writing one of these. */
export interface OpSpec<K extends OpName> {
  readonly op: K;
  /**
   * Shape of the node's value.
   * @throws RangeError naming the node if an attribute or an input shape does not fit.
   */
  inferShape(node: NodeOf<K>, inputs: readonly Shape[]): Shape;
  /** The weights that the node needs. */
  weights(node: NodeOf<K>, inputs: readonly Shape[]): readonly WeightSpec[];
  /** The value by plain loops: the definition that everything fast is tested against. */
  float(node: NodeOf<K>, inputs: readonly FloatTensor[], context: FloatContext, shape: Shape): Float32Array;
}

/** Number of elements of a shape. */
export function sizeOf(shape: Shape): number {
  return shape.reduce((product, n) => product * n, 1);
}

/** A shape as error messages print it. */
export function formatShape(shape: Shape): string {
  return `[${shape.join(', ')}]`;
}

/**
 * The [C, H, W] of a feature map.
 * @throws RangeError naming the node if the shape has another rank.
 */
export function featureMap(id: string, shape: Shape | undefined): readonly [number, number, number] {
  if (shape?.length !== 3) throw new RangeError(`"${id}" expected an input [C, H, W], got ${formatShape(shape ?? [])}`);
  return shape as readonly [number, number, number];
}

/** @throws RangeError naming the node and the attribute unless the value is an integer of at least `least`. */
export function expectInteger(id: string, attribute: string, value: number, least: number): void {
  if (!Number.isSafeInteger(value) || value < least)
    throw new RangeError(`"${id}" expected ${attribute} to be an integer of at least ${least}, got ${value}`);
}

/**
 * Length of a sliding window's output along one axis, floor mode.
 * @throws RangeError naming the node if the window is larger than the padded input.
 */
export function slidingLength(
  id: string,
  input: number,
  kernel: number,
  stride: number,
  pad: number,
  dilation = 1,
): number {
  const reach = dilation * (kernel - 1) + 1;
  if (reach > input + 2 * pad)
    throw new RangeError(`"${id}" expected an input of at least ${reach - 2 * pad} pixels a side, got ${input}`);
  return Math.floor((input + 2 * pad - reach) / stride) + 1;
}
