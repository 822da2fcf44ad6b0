/**
 * What a set of runs achieves together: the runs that no other one beats, and the area that they dominate.
 * @module
 */

/** One run: what it costs and how good it is. */
export interface CostAndAccuracy {
  /** Comparisons, bytes or milliseconds; positive. */
  readonly cost: number;
  /** In [0, 1]. */
  readonly accuracy: number;
}

/**
 * The points that no other point beats, by rising cost. A point is beaten by one that is no dearer and no worse, and
 * better in one of the two; of equal points the first stays.
 */
export function paretoFront<P extends CostAndAccuracy>(points: readonly P[]): P[] {
  const front: P[] = [];
  for (const point of [...points].sort((a, b) => a.cost - b.cost || b.accuracy - a.accuracy))
    if (point.accuracy > (front.at(-1)?.accuracy ?? -Infinity)) front.push(point);
  return front;
}

/**
 * The area under the front, in accuracy × decades of cost: the accuracy that can be had for each cost below `reference`,
 * integrated over log10 of the cost from the cheapest run on.
 *
 * Source: Zitzler & Thiele, Multiobjective Evolutionary Algorithms, IEEE TEC 1999 (hypervolume), on a logarithmic axis.
 * @param reference - Cost of the network before any reduction; dearer points count nothing.
 * @throws RangeError if a cost or the reference is not positive.
 */
export function hypervolume(points: readonly CostAndAccuracy[], reference: number): number {
  for (const value of [reference, ...points.map(({ cost }) => cost)])
    if (!(value > 0 && value < Infinity)) throw new RangeError(`"cost" expected a positive number, got ${value}`);
  const front = paretoFront(points.filter(({ cost }) => cost < reference));
  return front.reduce((area, { cost, accuracy }, i) => {
    const until = front[i + 1]?.cost ?? reference;
    return area + accuracy * Math.log10(until / cost);
  }, 0);
}
