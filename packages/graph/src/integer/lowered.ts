import type { IntegerNode, IntegerWeights } from '../integer-graph.js';
import type { Bounds, RangeFailure } from './range-proof.js';
import type { Scale } from './scales.js';

/** A lowered node with all that the nodes behind it need to know. */
export interface Lowered {
  readonly node: IntegerNode;
  readonly scale: Scale;
  readonly bounds: Bounds;
  readonly weights: IntegerWeights | null;
  /** The first bound of this node that does not fit. */
  readonly failure: RangeFailure | null;
}

/** What an operator says of itself; id, shape, scale and `maxAbs` are added for all alike. */
export interface LoweredPart extends Omit<Lowered, 'node' | 'failure' | 'weights'> {
  readonly node: NodeBody;
  readonly weights?: IntegerWeights;
  readonly failure?: RangeFailure | null;
}

type NodeBody = IntegerNode extends infer N
  ? N extends IntegerNode
    ? Omit<N, 'id' | 'shape' | 'scale' | 'maxAbs'>
    : never
  : never;
